package wecom

import (
	"cmp"
	"slices"
	"strings"

	"ticketbell/cards"
)

// maxText is the longest text in bytes; what is longer is cut by WeCom, link and
// all (wecom.md 4.2).
const maxText = 2048

// leastTitle is what a link leaves at least for the title: a chip and a dozen
// characters. A link that leaves less is left out.
const leastTitle = 48

// maxMention is how long the line of a ticket is in a text that speaks of several, in
// bytes: one long title must not take the place of the others.
const maxMention = 120

// maxMentions is more lines than ever fit.
const maxMentions = 200

// The order in which the lines of a text give way when it is too long: what is
// cut first comes first. The link is never cut.
const (
	cutDescription = iota + 1
	cutReason
	cutTrail
	cutFooter
	cutRows
	cutTitle
)

// line is a line of a text with its place in the cutting order.
type line struct {
	text string
	cut  int
}

// plainText says c as a text of at most 2048 bytes that ends with the link and the
// signature.
func plainText(c cards.Card, lang cards.Language, signed string) string {
	link := anchor(c, lang)
	if len(link)+1+len(signed)+1+leastTitle > maxText {
		link = ""
	}
	room := maxText - len(link) - 1 - len(signed) - 1
	c = c.Naming(maxMentions)
	for len(c.Mentions) > 0 && size(textLines(c, lang)) > room {
		c = c.Naming(len(c.Mentions) - 1)
	}
	lines := shorten(textLines(c, lang), room)
	all := make([]string, 0, len(lines)+2)
	for _, l := range append(lines, line{text: link}, line{text: signed}) {
		if l.text != "" {
			all = append(all, l.text)
		}
	}
	return strings.Join(all, "\n")
}

func textLines(c cards.Card, lang cards.Language) []line {
	lines := []line{
		{"[" + chip(c, lang) + "] " + c.Title().In(lang), cutTitle},
		{c.Subtitle(), cutRows},
	}
	for _, r := range c.Rows {
		lines = append(lines, line{labelled(r, lang), cutRows})
	}
	if c.Reason != nil {
		lines = append(lines, line{labelled(*c.Reason, lang), cutReason})
	}
	for _, t := range c.Trail {
		lines = append(lines, line{t.In(lang), cutTrail})
	}
	lines = append(lines, line{c.Description, cutDescription}, line{c.Footer.In(lang), cutFooter})
	for i := range lines {
		lines[i].text = harmless(lines[i].text)
	}
	return slices.Insert(lines, beforeMentions, mentionLines(c, lang)...)
}

// beforeMentions is how many lines stand above those of the tickets: title and subtitle.
const beforeMentions = 2

// mentionLines is a line for each ticket of a card that speaks of several, which leads to
// the ticket, and one that counts the rest. None of them may be cut: half an anchor is none.
func mentionLines(c cards.Card, lang cards.Language) []line {
	lines := make([]line, 0, len(c.Mentions)+1)
	for _, m := range c.Mentions {
		said := clipBytes(harmless(oneLine(m.Text.In(lang))), maxMention)
		if m.URL != "" && len(m.URL) <= maxText/4 {
			said = linked(m.URL, said)
		}
		lines = append(lines, line{said, cutTitle})
	}
	return append(lines, line{c.Rest().In(lang), cutTitle})
}

func labelled(r cards.Row, lang cards.Language) string {
	return r.Label.In(lang) + cards.Text{ZH: "：", EN: ": "}.In(lang) + r.Value.In(lang)
}

// harmless keeps user text from becoming a link: WeCom reads <a href> in a text.
func harmless(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "<", "＜"), ">", "＞")
}

// hrefEscapes keeps a link within the quotes of its attribute.
var hrefEscapes = strings.NewReplacer(`"`, "%22", "'", "%27", "<", "%3C", ">", "%3E", " ", "%20", "\n", "", "\r", "")

// anchor is the link as WeCom shows it, "" when there is none.
func anchor(c cards.Card, lang cards.Language) string {
	link := c.Link()
	i := slices.IndexFunc(c.Buttons, func(b cards.Button) bool { return b.Action == cards.View })
	if link == "" {
		return ""
	}
	return linked(link, c.Buttons[i].Text.In(lang))
}

// linked is text that leads somewhere.
func linked(url, text string) string {
	return `<a href="` + hrefEscapes.Replace(url) + `">` + harmless(text) + "</a>"
}

// shorten cuts lines until they take at most limit bytes, with a line break each:
// by their order, and within it from the last.
func shorten(lines []line, limit int) []line {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = len(lines) - 1 - i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lines[a].cut, lines[b].cut) })
	for _, i := range order {
		over := size(lines) - limit
		if over <= 0 {
			break
		}
		lines[i].text = clipBytes(lines[i].text, max(0, len(lines[i].text)-over))
	}
	return lines
}

func size(lines []line) int {
	total := 0
	for _, l := range lines {
		if l.text != "" {
			total += len(l.text) + 1
		}
	}
	return total
}
