package wecom

import (
	"cmp"
	"slices"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
)

// The bounds of a text card, in bytes; what is longer is cut by WeCom (wecom.md 4.2). Its
// button has four characters.
const (
	maxTextCardTitle = 128
	maxTextCard      = 512
	maxTextCardLink  = 2048
	maxTextCardJump  = 4
)

// textCard is a title, a few lines and a link. Its lines are put into tags that colour them.
type textCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Jump        string `json:"btntxt"`
}

// newTextCard lays c out, which has a link; false: the link is longer than a text card takes.
func newTextCard(c cards.Card, lang cards.Language, signed string) (*textCard, bool) {
	if len(c.Link()) > maxTextCardLink {
		return nil, false
	}
	lines := textLines(c, lang)
	return &textCard{
		Title:       clipBytes(oneLine(lines[0].text), maxTextCardTitle),
		Description: fitted(lines[1:], maxTextCard, func(lines []line) string { return coloured(append(lines, line{signed, cutFooter})) }),
		URL:         c.Link(),
		Jump:        clip(cards.Text{ZH: "查看工单", EN: "View"}.In(lang), maxTextCardJump),
	}, true
}

// coloured puts lines into the tags that colour them, those of one colour together: the
// reason stands out, what only tells where it comes from is grey.
func coloured(lines []line) string {
	var said strings.Builder
	before := ""
	for _, l := range lines {
		if l.text == "" {
			continue
		}
		class := "normal"
		switch l.cut {
		case cutReason:
			class = "highlight"
		case cutFooter, cutTrail:
			class = "gray"
		}
		switch {
		case class == before:
			said.WriteString("<br>")
		case before != "":
			said.WriteString("</div>")
			fallthrough
		default:
			said.WriteString(`<div class="` + class + `">`)
		}
		said.WriteString(strings.ReplaceAll(l.text, "\n", "<br>"))
		before = class
	}
	return said.String() + "</div>"
}

// newMarkdown says c in the few marks WeCom knows. What people typed is none of them.
func newMarkdown(c cards.Card, lang cards.Language, signed string) *text {
	lines := textLines(c, lang)
	lines[0].text = harmless(chip(c, lang) + " · " + c.Title().In(lang))
	end := "[" + unmarked(viewText(c, lang)) + "](" + markdownLink.Replace(c.Link()) + ")"
	if signed != "" {
		end += "\n" + inFont("comment", unmarked(signed))
	}
	return &text{Content: fitted(lines, maxText, func(lines []line) string {
		var all []string
		for _, l := range lines {
			if l.text != "" {
				all = append(all, inMarkdown(l, c))
			}
		}
		return strings.Join(append(all, end), "\n")
	})}
}

func inMarkdown(l line, c cards.Card) string {
	said := unmarked(l.text)
	switch l.cut {
	case cutTitle:
		return "**" + oneLine(said) + "**"
	case cutReason:
		return quoted(inFont("warning", said))
	case cutRows:
		if l.text == harmless(c.Subtitle()) {
			return inFont("comment", said)
		}
		return quoted(said)
	case cutDescription:
		return quoted(said)
	default:
		return inFont("comment", said)
	}
}

func inFont(colour, said string) string { return `<font color="` + colour + `">` + said + "</font>" }

// quoted begins each line with the mark of a quotation, so that none begins with another mark.
func quoted(said string) string {
	lines := strings.Split(said, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "#") {
			l = "＃" + l[1:]
		}
		lines[i] = "> " + l
	}
	return strings.Join(lines, "\n")
}

// unmarked keeps what people typed from becoming a mark.
func unmarked(s string) string { return marks.Replace(harmless(s)) }

var (
	marks        = strings.NewReplacer("[", "［", "]", "］", "`", "｀", "*", "＊")
	markdownLink = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20", "\n", "", "\r", "")
)

// fitted writes lines so that they take at most limit bytes: what the marks take, the
// lines give, in their order.
func fitted(lines []line, limit int, write func([]line) string) string {
	for room := limit; ; room -= 16 {
		if said := write(shorten(slices.Clone(lines), room)); len(said) <= limit || room <= 0 {
			return said
		}
	}
}

// viewText is what the link is called.
func viewText(c cards.Card, lang cards.Language) string {
	for _, b := range c.Buttons {
		if b.Action == cards.View {
			return b.Text.In(lang)
		}
	}
	return cmp.Or(c.Link(), "-")
}

// styled lays m out in a style of its own, which has a link and no buttons; false: as a text.
func (c Config) styled(m notify.Message) (msg message, ok bool) {
	switch c.Style {
	case StyleTextCard:
		msg = c.envelope("textcard")
		msg.TextCard, ok = newTextCard(m.Card, m.Language, signature(m))
	case StyleMarkdown:
		msg = c.envelope("markdown")
		msg.Markdown = newMarkdown(m.Card, m.Language, signature(m))
		ok = len(msg.Markdown.Content) <= maxText
	}
	return msg, ok
}
