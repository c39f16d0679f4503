package chat

import (
	"slices"
	"strings"
	"unicode"

	"ticketbell/cards"
)

// wish is what somebody wants from the bot.
type wish int

const (
	wantsHelp wish = iota
	wantsTodo
	wantsTicket
	wantsLanguage
)

// request is what somebody wrote, understood.
type request struct {
	wish wish
	// key is the ticket's, as it was typed; language is the one asked for, "" when none
	// of ours was named.
	key      string
	language cards.Language
}

// understand reads what somebody wrote, or the key of a menu entry. What it does not
// know asks for help.
func understand(text string) request {
	words := strings.Fields(narrow(text))
	for len(words) > 0 && strings.HasPrefix(words[0], "@") {
		words = words[1:] // the bot was called by name
	}
	plain := strings.Join(words, " ")
	if slices.Contains([]string{"待办", "我的待办", "todo", "todos", "to do", "pending"}, strings.ToLower(plain)) {
		return request{wish: wantsTodo}
	}
	if rest, ok := after(plain, "工单", "ticket"); ok {
		return ticketNamed(rest)
	}
	if rest, ok := after(plain, "语言", "language", "lang"); ok {
		return request{wish: wantsLanguage, language: languageNamed(rest)}
	}
	if isNumber(plain) {
		return ticketNamed(plain)
	}
	return request{}
}

func ticketNamed(name string) request {
	key := strings.TrimSpace(strings.TrimLeft(name, "#:= "))
	if key == "" {
		return request{}
	}
	return request{wish: wantsTicket, key: key}
}

func languageNamed(name string) cards.Language {
	switch strings.ToLower(strings.Trim(name, ":= ")) {
	case "zh", "zh-cn", "cn", "中文", "chinese":
		return cards.Chinese
	case "en", "en-us", "英文", "英语", "english":
		return cards.English
	}
	return ""
}

// isNumber reports whether text is a ticket's number and nothing else: 1024, #1024.
func isNumber(text string) bool {
	digits := strings.TrimPrefix(text, "#")
	return digits != "" && strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// after returns what follows a word that text begins with, in any case of letters. An
// English word ends where it ends; Chinese is written without spaces.
func after(text string, words ...string) (string, bool) {
	for _, w := range words {
		if len(text) < len(w) || !strings.EqualFold(text[:len(w)], w) {
			continue
		}
		rest := text[len(w):]
		if rest != "" && w[0] < unicode.MaxASCII && unicode.IsLetter(rune(rest[0])) {
			continue
		}
		return rest, true
	}
	return "", false
}

// narrow writes the full-width forms of a Chinese keyboard as the plain ones.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case r >= '\uFF01' && r <= '\uFF5E':
			return r - 0xFEE0
		}
		return r
	}, text)
}
