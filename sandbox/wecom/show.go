package wecom

import (
	"slices"
	"strings"

	"ticketbell/sandbox"
)

// show lays a card out line by line, as a device does.
func (c *card) show(m *sandbox.Message) {
	m.Text = strings.Join(c.lines(), "\n")
	if c.MainTitle != nil {
		m.Title = c.MainTitle.Title
	}
	m.Links = c.links()
	m.Buttons = c.buttons()
}

func (c *card) lines() []string {
	var lines []string
	add := func(parts ...string) {
		if line := strings.TrimSpace(strings.Join(parts, " ")); line != "" {
			lines = append(lines, line)
		}
	}
	if c.Source != nil {
		add(c.Source.Desc)
	}
	for _, t := range []*titled{c.MainTitle, c.Emphasis} {
		if t != nil {
			add(t.Title)
			add(t.Desc)
		}
	}
	if c.QuoteArea != nil {
		add(c.QuoteArea.Title, c.QuoteArea.QuoteText)
	}
	if c.ImageTextArea != nil {
		add(c.ImageTextArea.Title, c.ImageTextArea.Desc)
	}
	add(c.SubTitle)
	for _, v := range c.Vertical {
		add(v.Title, v.Desc)
	}
	for _, h := range c.Horizontal {
		add(h.KeyName, h.Value)
	}
	for _, b := range c.buttons() {
		add(b.Text)
	}
	return lines
}

func (c *card) links() []string {
	var links []string
	add := func(url string) {
		if url != "" && !slices.Contains(links, url) {
			links = append(links, url)
		}
	}
	if c.CardAction != nil {
		add(c.CardAction.URL)
	}
	for _, j := range c.JumpList {
		add(j.URL)
	}
	for _, h := range c.Horizontal {
		add(h.URL)
	}
	for _, b := range c.ButtonList {
		add(b.URL)
	}
	return links
}

// buttons are what can be tapped: "view" for a link, the key for a callback.
func (c *card) buttons() []sandbox.Button {
	var found []sandbox.Button
	for _, j := range c.JumpList {
		found = append(found, sandbox.Button{Text: j.Title, Action: "view"})
	}
	for _, b := range c.ButtonList {
		action := b.Key
		if b.Type == 1 {
			action = "view"
		}
		found = append(found, sandbox.Button{Text: b.Text, Action: action})
	}
	if c.SubmitButton != nil {
		found = append(found, sandbox.Button{Text: c.SubmitButton.Text, Action: c.SubmitButton.Key})
	}
	if c.ActionMenu != nil {
		for _, e := range c.ActionMenu.ActionList {
			found = append(found, sandbox.Button{Text: e.Text, Action: e.Key})
		}
	}
	return found
}
