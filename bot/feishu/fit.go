package feishu

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ticketbell/cards"
	"ticketbell/notify"
)

const (
	// maxRequest bounds a whole request, in bytes, with the card in it as an escaped
	// string. Feishu allows 30 KB and counts styles it expands itself (feishu.md 5.1):
	// the rest is left to them.
	maxRequest = 28_000
	// envelope is room for what stands around the card in a request: ids and names.
	envelope = 512
	// maxRows is how many facts, and how many marks of the trail, a card shows. A
	// fact is one element with a tag and everything else together less than thirty,
	// so no card comes near Feishu's 200 (feishu.md 7.1).
	maxRows = 40
	// maxElements is Feishu's limit, of which aroundMentions are for everything on a card
	// but its mentions, two elements each, and its rows.
	maxElements, aroundMentions = 200, 30
	// maxLabel is how long the text of a button may be, in characters (feishu.md 7.1).
	maxLabel = 100
	// maxButtons is more than a card ever offers.
	maxButtons = 5
	// shortest is the length in characters below which a shortened text is left out.
	shortest = 40
)

// render returns c, which shows the event notice, as a card in Feishu's JSON. What gives way where it is too long,
// in this order: the description, the platform's own rows, the reason, the trail, the last mentions, the other rows. The
// title and the chips stay whatever happens, and the link unless it alone is too long.
func render(c cards.Card, notice string) string {
	return fitted(c, func(c cards.Card) string { return encode(layout(c, notice)) })
}

// fitted returns what write makes of c, cut to fit. A text may be five times as long as
// the others; nobody reads that much.
func fitted(c cards.Card, write func(cards.Card) string) string {
	c = bounded(c)
	for _, give := range []func(*cards.Card) bool{
		shortenDescription, dropField, shortenReason, dropMark, dropMention, dropRow, dropButtons,
	} {
		for more := true; more; more = give(&c) {
			if content := write(c); fits(content) {
				return content
			}
		}
	}
	return write(c)
}

func fits(content string) bool {
	quoted, err := json.Marshal(content)
	return err == nil && len(quoted)+envelope <= maxRequest
}

// bounded returns a copy of c in which no text is longer than anything honest, so
// that what cannot give way always fits.
func bounded(c cards.Card) cards.Card {
	c.Subject, c.Number, c.Project = cut(oneLine(c.Subject), 256), cut(oneLine(c.Number), 129), cut(oneLine(c.Project), 128)
	c.Chip, c.Verb, c.Footer = bound(c.Chip, 32), bound(c.Verb, 64), bound(c.Footer, 256)
	c.Description = cut(printable(c.Description), 10_000)
	c.Rows = slices.Clone(c.Rows[:min(len(c.Rows), maxRows)])
	for i := range c.Rows {
		c.Rows[i] = boundRow(c.Rows[i], 512)
	}
	if c.Reason != nil {
		reason := boundRow(*c.Reason, 2000)
		c.Reason = &reason
	}
	c = c.Naming((maxElements - aroundMentions - len(c.Rows)) / 2)
	c.Mentions = slices.Clone(c.Mentions)
	for i := range c.Mentions {
		c.Mentions[i].Text = boundLine(c.Mentions[i].Text, maxLabel)
	}
	c.Trail = slices.Clone(c.Trail[max(0, len(c.Trail)-maxRows):])
	for i := range c.Trail {
		c.Trail[i] = bound(c.Trail[i], 256)
	}
	c.Buttons = slices.Clone(c.Buttons[:min(len(c.Buttons), maxButtons)])
	for i := range c.Buttons {
		c.Buttons[i].Text = bound(c.Buttons[i].Text, maxLabel)
	}
	return c
}

func boundRow(r cards.Row, n int) cards.Row {
	return cards.Row{Name: r.Name, Label: bound(r.Label, 64), Value: bound(r.Value, n)}
}

func bound(t cards.Text, n int) cards.Text {
	return cards.Text{ZH: cut(printable(t.ZH), n), EN: cut(printable(t.EN), n)}
}

func boundLine(t cards.Text, n int) cards.Text {
	return cards.Text{ZH: cut(oneLine(t.ZH), n), EN: cut(oneLine(t.EN), n)}
}

func shortenDescription(c *cards.Card) bool {
	had := c.Description != ""
	c.Description = shorten(c.Description)
	return had
}

func dropField(c *cards.Card) bool {
	for i, r := range slices.Backward(c.Rows) {
		if r.Name == "field" {
			c.Rows = slices.Delete(c.Rows, i, i+1)
			return true
		}
	}
	return false
}

func shortenReason(c *cards.Card) bool {
	if c.Reason == nil {
		return false
	}
	c.Reason.Value = cards.Text{ZH: shorten(c.Reason.Value.ZH), EN: shorten(c.Reason.Value.EN)}
	if c.Reason.Value.IsZero() {
		c.Reason = nil
	}
	return true
}

func dropMark(c *cards.Card) bool {
	had := len(c.Trail) > 0
	c.Trail = c.Trail[min(1, len(c.Trail)):]
	return had
}

func dropMention(c *cards.Card) bool {
	had := len(c.Mentions) > 0
	*c = c.Naming(len(c.Mentions) - 1)
	return had
}

func dropRow(c *cards.Card) bool {
	had := len(c.Rows) > 0
	c.Rows = c.Rows[:max(0, len(c.Rows)-1)]
	return had
}

func dropButtons(c *cards.Card) bool {
	had := len(c.Buttons) > 0
	c.Buttons = nil
	return had
}

// shorten takes a quarter off s, and all of it once little is left.
func shorten(s string) string {
	n := utf8.RuneCountInString(s)
	if n < shortest {
		return ""
	}
	return cut(s, n*3/4)
}

// cut returns s in at most n characters, the last of them … when something is missing.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// printable returns s as valid text without control characters other than the
// end of a line, each of which would take seven bytes of the request.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func oneLine(s string) string { return strings.ReplaceAll(printable(s), "\n", " ") }

// Draw returns the content of the message that an app configured like c would send for m.
func Draw(c Config, m notify.Message) string { return compose(c.Style, m).content }
