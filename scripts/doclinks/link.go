package main

import (
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// link is a link of a page to something of ours.
type link struct {
	line   int
	target string
}

var (
	inline = regexp.MustCompile(`\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)`)
	inCode = regexp.MustCompile("`[^`]*`")
)

// links returns the links of a page that stay in the repository. What stands in code is no link.
func links(text string) []link {
	var found []link
	for i, line := range prose(text) {
		for _, m := range inline.FindAllStringSubmatch(inCode.ReplaceAllString(line, ""), -1) {
			if u, err := url.Parse(m[1]); err != nil || u.Scheme == "" && u.Host == "" {
				found = append(found, link{i + 1, m[1]})
			}
		}
	}
	return found
}

// prose returns the lines of a page, those of code blocks emptied.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	code := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence {
			code = !code
		}
		if fence || code {
			lines[i] = ""
		}
	}
	return lines
}

// follow says what is wrong with a link of page, "" when it leads somewhere.
func follow(root fs.FS, page, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "not a link"
	}
	to := page
	if u.Path != "" {
		to = path.Join(path.Dir(page), u.Path)
	}
	if !fs.ValidPath(to) {
		return "leads out of the repository"
	}
	if _, err := fs.Stat(root, to); err != nil {
		return "no such file"
	}
	if u.Fragment == "" || path.Ext(to) != ".md" {
		return ""
	}
	text, err := fs.ReadFile(root, to)
	if err != nil || !slices.Contains(anchors(string(text)), u.Fragment) {
		return "no such heading"
	}
	return ""
}

// anchors returns the names a page's headings can be linked by, as code hosts make
// them: lower case, punctuation dropped, spaces turned into dashes.
func anchors(text string) []string {
	var names []string
	for _, line := range prose(text) {
		heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(heading)))
	}
	return names
}
