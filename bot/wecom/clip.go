package wecom

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// clip cuts s to at most n characters, the last one an ellipsis when it is cut.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + ellipsis
}

// clipBytes cuts s to at most n bytes on the boundary of a character, with an
// ellipsis; "" when not even that fits.
func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len(ellipsis)
	if n <= 0 {
		return ""
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n]) + ellipsis
}

// oneLine turns line breaks into spaces and drops control characters and broken bytes.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
