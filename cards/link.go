package cards

import (
	"net/url"
	"regexp"
	"strings"
)

// hole is a place in a template of links.
var hole = regexp.MustCompile(`\{[^{}]*\}`)

// GoodLinkTemplate reports whether s can make the path of a ticket's page: a path that
// names {ticket}, and {project} if it likes, and nothing else in braces.
func GoodLinkTemplate(s string) bool {
	filled := fillLink(s, "p", "t")
	u, err := url.Parse(filled)
	return err == nil && strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && u.Host == "" &&
		strings.Contains(s, "{ticket}") && !strings.ContainsAny(filled, "{} \t\r\n\\")
}

// fillLink puts the keys of project and ticket into a template, "" where a key is missing
// that it names.
func fillLink(template, project, ticket string) string {
	if strings.Contains(template, "{project}") && project == "" || ticket == "" {
		return ""
	}
	return hole.ReplaceAllStringFunc(template, func(name string) string {
		switch name {
		case "{project}":
			return url.PathEscape(project)
		case "{ticket}":
			return url.PathEscape(ticket)
		}
		return name
	})
}
