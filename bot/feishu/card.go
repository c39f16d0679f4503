package feishu

import (
	"strings"

	"ticketbell/cards"
)

// shortValue is how wide a label and its value may be, in Latin characters, to share a line with another.
const shortValue = 32

// layout writes c as a card of JSON 2.0, top to bottom as it is read. notice is the id
// of the event it shows.
func layout(c cards.Card, notice string) document {
	return document{
		Schema: "2.0",
		Config: settings{
			UpdateMulti: true,
			Summary:     summary{Content: c.Title().ZH, I18n: english(c.Title())},
		},
		Header: headerOf(c),
		Body:   body{Direction: "vertical", VerticalSpacing: "8px", Elements: elements(c, notice)},
	}
}

func headerOf(c cards.Card) header {
	template, tag := colours(c.Tone)
	h := header{Template: template, Title: plain(c.Title()), Tags: []textTag{chip(c.Chip, tag)}}
	if s := c.Subtitle(); s != "" {
		subtitle := plain(cards.Same(s))
		h.Subtitle = &subtitle
	}
	if c.Production {
		h.Tags = append(h.Tags, chip(production(), "red"))
	}
	if c.Muted {
		h.Tags = append(h.Tags, chip(cards.MutedWord(), "neutral"))
	}
	return h
}

func production() cards.Text { return cards.Text{ZH: "生产", EN: "PROD"} }

func chip(t cards.Text, colour string) textTag {
	return textTag{Tag: "text_tag", Text: plain(t), Color: colour}
}

// colours returns the header's template and the chip's colour of a tone (ux.md
// 3.5). The two palettes differ: a chip knows no grey, a header no neutral (feishu.md 7.1).
func colours(t cards.Tone) (template, tag string) {
	switch t {
	case cards.ToneReview:
		return "orange", "orange"
	case cards.ToneReady:
		return "blue", "blue"
	case cards.ToneRunning:
		return "indigo", "indigo"
	case cards.ToneSucceeded:
		return "green", "green"
	case cards.ToneFailed:
		return "red", "red"
	case cards.ToneRejected:
		return "carmine", "carmine"
	default:
		return "grey", "neutral"
	}
}

func elements(c cards.Card, notice string) []element {
	list := mentions(c)
	if len(c.Rows) > 0 {
		list = append(list, facts(c.Rows))
	}
	if c.Reason != nil {
		list = append(list, paragraph(plain(line(*c.Reason))))
	}
	if len(c.Trail) > 0 {
		list = append(list, paragraph(plain(lines(c.Trail))))
	}
	if c.Description != "" {
		list = append(list, paragraph(plain(cards.Same(c.Description))))
	}
	if buttons := actions(c, notice); len(buttons) > 0 {
		list = append(append(list, hr{Tag: "hr"}), buttons...)
	}
	if closing := c.Closing(); !closing.IsZero() {
		list = append(list, footer(closing))
	}
	return list
}

// mentions is a line for each ticket of a card that speaks of several: one that leads to
// the ticket, where there is a link. A button says its text as it is, and takes two of
// the card's elements; a line with a button beside it takes seven.
func mentions(c cards.Card) []element {
	list := []element{}
	for _, m := range c.Mentions {
		if m.URL == "" {
			list = append(list, paragraph(plain(m.Text)))
			continue
		}
		list = append(list, button{
			Tag: "button", Text: plain(m.Text), Type: "primary_text", Behaviors: []behavior{{Type: "open_url", URL: m.URL}},
		})
	}
	if rest := c.Rest(); !rest.IsZero() {
		list = append(list, paragraph(plain(rest)))
	}
	return list
}

func facts(rows []cards.Row) element {
	d := div{Tag: "div"}
	for _, r := range rows {
		text := line(r)
		d.Fields = append(d.Fields, field{Short: isShort(text.ZH) && isShort(text.EN), Text: plain(text)})
	}
	return d
}

func isShort(s string) bool {
	wide := 0
	for _, r := range s {
		if wide++; r >= 0x1100 { // from here on scripts are mostly as wide as high
			wide++
		}
	}
	return wide <= shortValue && !strings.Contains(s, "\n")
}

// line writes a row as one text: a field of a card has no place for a label.
func line(r cards.Row) cards.Text {
	if r.Label.IsZero() {
		return r.Value
	}
	return cards.Text{ZH: r.Label.ZH + "：" + r.Value.ZH, EN: r.Label.EN + ": " + r.Value.EN}
}

func lines(texts []cards.Text) cards.Text {
	var zh, en []string
	for _, t := range texts {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return cards.Text{ZH: strings.Join(zh, "\n"), EN: strings.Join(en, "\n")}
}

func paragraph(t text) element { return div{Tag: "div", Text: &t} }

// footer is small grey text: the note component does not exist in 2.0 (feishu.md 7.2).
func footer(t cards.Text) element {
	small := plain(t)
	small.Size, small.Color = "notation", "grey"
	return paragraph(small)
}
