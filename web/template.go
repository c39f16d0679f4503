package web

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	"sync"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// templates are the pages of a language by name, each with the frame around it, and
// parsed when somebody first looks at it: a bot nobody looks at needs no memory for them.
type templates map[string]func() *template.Template

// prepare lists every page once per language. The templates are embedded, so a fault
// in them is a fault of the build, and panics.
func (s *Site) prepare() map[cards.Language]templates {
	names := []string{"trouble"}
	for _, p := range s.pages {
		names = append(names, p.name)
	}
	prepared := map[cards.Language]templates{}
	for _, lang := range cards.Languages() {
		frame := sync.OnceValue(func() *template.Template {
			return template.Must(template.New("frame").Funcs(s.funcs(lang)).ParseFS(embedded, "pages/frame.html", "pages/parts.html", "pages/trying.html"))
		})
		prepared[lang] = templates{}
		for _, name := range names {
			prepared[lang][name] = sync.OnceValue(func() *template.Template {
				return template.Must(template.Must(frame().Clone()).ParseFS(embedded, parts(name)...))
			})
		}
	}
	return prepared
}

// parts are the files that a page is written in, apart from those of all pages.
func parts(name string) []string {
	files := []string{"pages/" + name + ".html"}
	if name == "playground" {
		files = append(files, "pages/form.html", "pages/real.html")
	}
	return files
}

// funcs are what templates can say. A text is written in the visitor's language and
// carries the other one along, so that the language is switched without asking the
// server, and nothing that was typed is lost:
//
//	{{t "users.title"}}                       an element with the text
//	<option {{both "x"}}>{{say "x"}}</option> where no element may stand
//	<input {{attr "placeholder" "x"}}>        an attribute
//	{{text .Words}}                           a text that is not in the catalogue
//	{{word "audit.action." .Action}}          the text of a word of a list, for text and bothOf
//	{{when .At}}                              a time
func (s *Site) funcs(lang cards.Language) template.FuncMap {
	c := s.words
	return template.FuncMap{
		"say": func(key string, pairs ...any) (string, error) {
			text, err := c.text(key, pairs...)
			return text.In(lang), err
		},
		"t": func(key string, pairs ...any) (template.HTML, error) {
			text, err := c.text(key, pairs...)
			return element(text, lang), err
		},
		"text": func(text cards.Text) template.HTML { return element(text, lang) },
		"both": func(key string, pairs ...any) (template.HTMLAttr, error) {
			text, err := c.text(key, pairs...)
			return languages("", text), err
		},
		"bothOf": func(text cards.Text) template.HTMLAttr { return languages("", text) },
		"in":     func(text cards.Text) string { return text.In(lang) },
		"attr": func(name, key string, pairs ...any) (template.HTMLAttr, error) {
			if !slices.Contains(spokenAttributes(), name) {
				return "", fmt.Errorf("attribute %q is not switched", name)
			}
			text, err := c.text(key, pairs...)
			return template.HTMLAttr(name+`="`+html.EscapeString(text.In(lang))+`" `) + languages("-"+name, text), err //nolint:gosec // escaped
		},
		"word":  c.word,
		"label": c.label,
		"when":  when,
		"exact": exact,
		"inc":   func(n int) int { return n + 1 },
		"sub":   func(a, b int) int { return a - b },
		"join":  func(words []string) string { return strings.Join(words, ", ") },
		"phone": phone,
		"zones": zones,
		"short": short,
		"list":  func(words ...string) []string { return words },
		"tag":   tag,
		"dict":  dict,
		// howTo are the steps of setting a channel up.
		"howTo": func(channel string) []string { return c.list("channels.how." + channel + ".") },
		// nameOf is a channel's name, to be put into another text.
		"nameOf": func(channel string) cards.Text { return c["frame.js.name."+channel] },
	}
}

// spokenAttributes are the attributes a reader reads; frame.js switches these.
func spokenAttributes() []string { return []string{"aria-label", "placeholder", "title", "data-label"} }

// element is a text in lang that can be switched.
func element(text cards.Text, lang cards.Language) template.HTML {
	return `<span ` + template.HTML(languages("", text)) + `>` + template.HTML(html.EscapeString(text.In(lang))) + `</span>` //nolint:gosec // escaped
}

// languages are the attributes that carry both languages.
func languages(suffix string, text cards.Text) template.HTMLAttr {
	return template.HTMLAttr(`data-zh` + suffix + `="` + html.EscapeString(text.ZH) + `" data-en` + suffix + `="` + html.EscapeString(text.EN) + `"`) //nolint:gosec // escaped
}

// when is a moment. The browser writes it anew in its own zone.
func when(at time.Time) template.HTML {
	if at.IsZero() {
		return "–"
	}
	iso := at.Format(time.RFC3339)
	return template.HTML(`<time datetime="` + iso + `">` + at.Format("2006-01-02 15:04") + `</time>`) //nolint:gosec // digits
}

// exact is a moment that the browser writes as a date, however near it is.
func exact(at time.Time) template.HTML {
	return template.HTML(strings.Replace(string(when(at)), "<time ", "<time data-exact ", 1)) //nolint:gosec // digits
}

// phone is a number as people write it: a mainland one without its country code.
func phone(number string) string {
	if number == "" {
		return "–"
	}
	home, ok := strings.CutPrefix(number, ticket.DefaultCountry)
	if ok && len(home) == 11 {
		return home[:3] + " " + home[3:7] + " " + home[7:]
	}
	return number
}

// longID is how much of an id is shown in a list.
const longID = 14

// short is the beginning of a long id.
func short(id string) string {
	if r := []rune(id); len(r) > longID {
		return string(r[:longID-4]) + "…"
	}
	return id
}

// dict hands several values to a block: a name, its value, and so on.
func dict(pairs ...any) (map[string]any, error) {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		values[name] = pairs[i+1]
	}
	return values, nil
}
