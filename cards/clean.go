package cards

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	emailPattern = regexp.MustCompile(`([A-Za-z0-9])[A-Za-z0-9._%+\-]*@([A-Za-z0-9.\-]+\.[A-Za-z]{2,})`)
	phonePattern = regexp.MustCompile(`(^|[^0-9A-Za-z])((?:\+?86[ -]?)?1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})($|[^0-9A-Za-z])`)
)

// clean makes one line of what somebody typed and masks phone numbers and e-mail
// addresses in it (Feishu refuses a card that shows one, 230028).
func clean(s string) string { return mask(oneLine(s)) }

// oneLine turns line breaks into spaces and drops control characters and those
// that reorder text.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// phoneDigits is how many digits a phone number has at least.
const phoneDigits = 11

// mask tries a pattern only on what may hold such a thing: most texts hold neither.
func mask(s string) string {
	if strings.Contains(s, "@") {
		s = emailPattern.ReplaceAllString(s, "$1***@$2")
	}
	if digitsIn(s) < phoneDigits {
		return s
	}
	for range 2 { // two numbers may share the character between them
		s = phonePattern.ReplaceAllString(s, "$1$2****$3$4")
	}
	return s
}

func digitsIn(s string) int {
	n := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return n
}

// excerpt returns the first lines of a text, cleaned, at most so many characters,
// with an ellipsis when something was left out.
func excerpt(s string, lines, runes int) string {
	var kept []string
	cut := false
	for line := range strings.Lines(s) {
		line = clean(line)
		if line == "" {
			continue
		}
		if len(kept) == lines {
			cut = true
			break
		}
		kept = append(kept, line)
	}
	text := strings.Join(kept, "\n")
	if utf8.RuneCountInString(text) > runes {
		text, cut = string([]rune(text)[:runes]), true
	}
	if cut {
		text += "…"
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func lowerFirst(s string) string { return changeFirst(s, unicode.ToLower) }
func upperFirst(s string) string { return changeFirst(s, unicode.ToUpper) }

func changeFirst(s string, to func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(to(r)) + s[size:]
}
