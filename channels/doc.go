// Package channels knows what an administrator sets for each channel (its fields,
// its secrets, whether it is on), connects to the provider accordingly, and tests
// what was set.
//
// It stands between the channels' own packages and cmd/bot: the workers ask it for
// a channel's sender, the directory for its look-ups, the API for its fields. A
// secret goes in and never comes out; changing where it is sent drops it.
package channels
