// Command doclinks checks that the links of the repository's Markdown files lead
// somewhere: to a file or folder that exists, and to a heading that is there. Links to
// other machines are not followed, so that the check needs no network.
package main
