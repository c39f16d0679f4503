package cards

import "strings"

// Plain lays c out as plain text in lang, in the order it is read: what a mail's
// text part looks like, and what the golden files hold.
func (c Card) Plain(lang Language) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.TrimRight(strings.Join(parts, ""), " ") + "\n") }
	colon := Text{"：", ": "}.In(lang)

	line("[", c.Chip.In(lang), "] ", c.Title().In(lang))
	if s := c.Subtitle(); s != "" {
		line(s)
	}
	for _, m := range c.Mentions {
		line(m.Text.In(lang))
		if m.URL != "" {
			line("  ", m.URL)
		}
	}
	if rest := c.Rest(); !rest.IsZero() {
		line(rest.In(lang))
	}
	for _, r := range c.Rows {
		line(r.Label.In(lang), colon, r.Value.In(lang))
	}
	if c.Reason != nil {
		line(c.Reason.Label.In(lang), colon, c.Reason.Value.In(lang))
	}
	for _, t := range c.Trail {
		line(t.In(lang))
	}
	if c.Description != "" {
		line(Text{"说明", "Description"}.In(lang), colon, c.Description)
	}
	for _, btn := range c.Buttons {
		line("[ ", btn.Text.In(lang), " ] ", btn.URL)
	}
	line("--")
	line(c.Closing().In(lang))
	return b.String()
}
