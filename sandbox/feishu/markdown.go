package feishu

import (
	"html"
	"regexp"
	"strings"
)

// plain turns Feishu's markdown into what a person reads, and keeps the links:
// tags and emphasis fall away, entities become characters, a mention of everybody
// becomes @all (feishu.md 7.2).
func (r *reader) plain(s string) string {
	s = regexp.MustCompile(`<at id=([^>]*?)/?></at>`).ReplaceAllString(s, "@$1")
	named := regexp.MustCompile(`\[([^\]]*)\]\((https?://[^)\s]+)\)`)
	for _, m := range named.FindAllStringSubmatch(s, -1) {
		r.link(m[2])
	}
	s = named.ReplaceAllString(s, "$1")
	s = regexp.MustCompile(`</?[a-z_]+[^<>]*>`).ReplaceAllString(s, "")
	s = strings.ReplaceAll(s, "**", "")
	return html.UnescapeString(s)
}
