package mail

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"ticketbell/cards"
)

//go:embed page.html
var pageSource string

// font is written out before the page is parsed: a mail names it in every cell, and
// looking a template up twenty times takes as long as all the rest.
const font = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',Arial,sans-serif"

var pageTemplate = template.Must(template.New("page").Parse(strings.ReplaceAll(pageSource, "FONT", font)))

// page is what the template shows: a card in one language.
type page struct {
	Lang        string
	Look        look
	Brand       string
	Chip        string
	Title       string
	Subtitle    string
	Preview     string // shown behind the subject in the list of mails
	Mentions    []mention
	Rest        string // counts the tickets that are not named
	Rows        []fact
	Reason      *fact
	Description template.HTML
	Trail       template.HTML
	Button      string
	Link        string
	Footer      string
}

// mention is a line that leads to a ticket, where it has a link.
type mention struct{ Text, Link string }

// fact is a labelled line.
type fact struct {
	Label string
	Value template.HTML
	Alarm bool // a production environment
}

// look is the colours of a tone: one that carries white text (contrast at least
// 4.5:1), one that shows on black, and a tint to put text on (ux.md 3.5).
type look struct{ Strong, OnDark, Tint string }

func lookOf(t cards.Tone) look {
	switch t {
	case cards.ToneReview:
		return look{"#B45309", "#FBBF24", "#FFFBEB"} // orange
	case cards.ToneReady:
		return look{"#1D4ED8", "#93C5FD", "#EFF6FF"} // blue
	case cards.ToneRunning:
		return look{"#4338CA", "#A5B4FC", "#EEF2FF"} // indigo
	case cards.ToneSucceeded:
		return look{"#15803D", "#86EFAC", "#F0FDF4"} // green
	case cards.ToneFailed:
		return look{"#B91C1C", "#FCA5A5", "#FEF2F2"} // red
	case cards.ToneRejected:
		return look{"#9F1239", "#FDA4AF", "#FFF1F2"} // carmine
	default:
		return look{"#4B5563", "#D1D5DB", "#F3F4F6"} // grey
	}
}

// writePage writes the HTML face of a card. Whatever people typed is escaped by
// html/template; a link that is not http or https becomes harmless.
func writePage(w io.Writer, c cards.Card, lang cards.Language) error {
	if err := pageTemplate.Execute(w, pageOf(viewOnly(c), lang)); err != nil {
		return fmt.Errorf("lay out mail: %w", err)
	}
	return nil
}

func pageOf(c cards.Card, lang cards.Language) page {
	p := page{
		Lang: "zh-CN", Look: lookOf(c.Tone), Brand: c.Brand.In(lang), Chip: c.Chip.In(lang), Title: c.Title().In(lang), Subtitle: c.Subtitle(),
		Description: linesOf(c.Description), Footer: c.Footer.In(lang), Link: c.Link(),
		Rest: c.Rest().In(lang),
	}
	if lang == cards.English {
		p.Lang = "en"
	}
	for _, m := range c.Mentions {
		p.Mentions = append(p.Mentions, mention{oneLine(m.Text.In(lang)), m.URL})
	}
	for _, r := range c.Rows {
		p.Rows = append(p.Rows, fact{r.Label.In(lang), linesOf(r.Value.In(lang)), c.Production && r.Name == "targets"})
	}
	if c.Reason != nil {
		p.Reason = &fact{Label: c.Reason.Label.In(lang), Value: linesOf(c.Reason.Value.In(lang))}
	}
	for i, t := range c.Trail {
		if i > 0 {
			p.Trail += "<br>"
		}
		p.Trail += linesOf(t.In(lang))
	}
	if len(c.Buttons) > 0 {
		p.Button = c.Buttons[0].Text.In(lang)
	}
	p.Preview = strings.TrimSuffix(p.Title+" · "+p.Subtitle, " · ")
	return p
}

// linesOf is text with its line breaks, escaped here: a template that goes from line to
// line takes twice as long for the whole page.
func linesOf(text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	return template.HTML(strings.ReplaceAll(escaped, "\n", "<br>")) //nolint:gosec // escaped in the line above
}
