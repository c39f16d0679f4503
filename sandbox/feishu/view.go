package feishu

import (
	"encoding/json"
	"slices"
	"strings"

	"ticketbell/sandbox"
)

// View is what a person reads in a message, and what they can press.
type View struct {
	Title string
	// Lines is every readable text from top to bottom: title, tags and subtitle
	// first. The words of a confirmation show only after a press and are left out.
	Lines []string
	// Links are where the buttons, the text and the card itself lead.
	Links []string
	// Buttons are those that are not disabled. The action of a button is the "act"
	// of its callback value, its name when it submits a form, or "view" when it
	// only opens a link.
	Buttons []sandbox.Button
}

// Text is all lines in one.
func (v View) Text() string { return strings.Join(v.Lines, "\n") }

// Readable tells what a reader of lang sees of a card. lang is a language of
// i18n_content ("en_us"); "" and languages the card does not speak read the
// default content. The error is a [*CardError].
func Readable(card json.RawMessage, lang string) (View, error) {
	if err := Lint(card); err != nil {
		return View{}, err
	}
	root, err := object(string(card))
	if err != nil {
		return View{}, err
	}
	return readable(root, lang), nil
}

// readable reads a card that passed the lint.
func readable(root map[string]any, lang string) View {
	r := reader{lang: lang}
	header, _ := root["header"].(map[string]any)
	r.view.Title = r.say(header["title"])
	r.tags(header)
	r.say(header["subtitle"])
	body, _ := root["body"].(map[string]any)
	r.elements(body["elements"])
	link, _ := root["card_link"].(map[string]any)
	r.link(link["url"])
	return r.view
}

// reader walks over a card in one language.
type reader struct {
	lang string
	view View
}

func (r *reader) tags(header map[string]any) {
	tags := header["text_tag_list"]
	if byLang, ok := header["i18n_text_tag_list"].(map[string]any); ok && byLang[r.lang] != nil {
		tags = byLang[r.lang]
	}
	for _, tag := range objects(tags) {
		r.say(tag["text"])
	}
}

func (r *reader) elements(list any) {
	for _, o := range objects(list) {
		switch o["tag"] {
		case "markdown":
			r.markdown(o)
		case "div":
			r.say(o["text"])
			for _, field := range objects(o["fields"]) {
				r.say(field["text"])
			}
		case "column_set":
			r.elements(o["columns"])
		case "column", "form":
			r.elements(o["elements"])
		case "input":
			r.say(o["label"])
			r.say(o["placeholder"])
		case "button":
			r.button(o)
		}
	}
}

func (r *reader) button(o map[string]any) {
	b := sandbox.Button{Text: r.say(o["text"]), Action: "view"}
	if o["form_action_type"] != nil {
		b.Action, _ = o["name"].(string)
	}
	for _, behavior := range objects(o["behaviors"]) {
		r.link(behavior["default_url"])
		if value, ok := behavior["value"].(map[string]any); ok {
			b.Action, _ = value["act"].(string)
		}
	}
	if o["disabled"] != true {
		r.view.Buttons = append(r.view.Buttons, b)
	}
}

// say adds the lines of a text object and returns its text.
func (r *reader) say(v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	s := r.content(o)
	if o["tag"] == "lark_md" {
		s = r.plain(s)
	}
	r.view.add(s)
	return s
}

func (r *reader) markdown(o map[string]any) { r.view.add(r.plain(r.content(o))) }

func (r *reader) content(o map[string]any) string {
	if byLang, ok := o["i18n_content"].(map[string]any); ok {
		if s, ok := byLang[r.lang].(string); ok {
			return s
		}
	}
	s, _ := o["content"].(string)
	return s
}

func (r *reader) link(v any) {
	if url, _ := v.(string); url != "" && !slices.Contains(r.view.Links, url) {
		r.view.Links = append(r.view.Links, url)
	}
}

func (v *View) add(s string) {
	if s != "" {
		v.Lines = append(v.Lines, strings.Split(s, "\n")...)
	}
}

// objects returns the objects in a list, and nothing for anything else.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	found := []map[string]any{}
	for _, child := range list {
		if o, ok := child.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}
