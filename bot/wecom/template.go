package wecom

import (
	"strings"
	"unicode/utf8"

	"ticketbell/cards"
)

// What WeCom advises to show of each field, in characters, and how many rows it
// takes at most (wecom.md 4.3).
const (
	maxSource        = 20 // twice that in English, where letters are about half as wide
	maxTitle         = 36
	maxSubtitle      = 44
	maxEmphasis      = 14
	maxEmphasisLabel = 22
	maxSubText       = 160
	maxRows          = 6
	maxLabel         = 5
	maxValue         = 30
	maxJump          = 18
)

// The same for English readers, where letters are about half as wide.
const (
	maxLabelEN = 12
	maxValueEN = 50
)

// The shares of sub_title_text, in characters; what is left is for the description.
const (
	maxCause  = 60
	maxFooter = 60
)

// templateCard is a text_notice, the card without buttons that call back, or a
// button_interaction, see newButtonCard.
type templateCard struct {
	CardType   string      `json:"card_type"`
	Source     source      `json:"source"`
	MainTitle  titled      `json:"main_title"`
	Emphasis   *titled     `json:"emphasis_content,omitempty"`
	SubTitle   string      `json:"sub_title_text,omitempty"`
	Rows       []pair      `json:"horizontal_content_list,omitempty"`
	JumpList   []jump      `json:"jump_list,omitempty"`
	CardAction *cardAction `json:"card_action,omitempty"`
	// The rest is of cards that call back only: a menu of those without buttons.
	ActionMenu      *menu      `json:"action_menu,omitempty"`
	TaskID          string     `json:"task_id,omitempty"`
	ButtonSelection *selection `json:"button_selection,omitempty"`
	ButtonList      []button   `json:"button_list,omitempty"`
}

type source struct {
	Desc      string `json:"desc"`
	DescColor int    `json:"desc_color"`
}

type titled struct {
	Title string `json:"title"`
	Desc  string `json:"desc"`
}

type pair struct {
	KeyName string `json:"keyname"`
	Value   string `json:"value"`
}

type jump struct {
	Type  int    `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

type cardAction struct {
	Type int    `json:"type"`
	URL  string `json:"url"`
}

// callsBack reports whether something can be pressed that comes back to us: WeCom then wants a
// task_id.
func (t *templateCard) callsBack() bool { return len(t.ButtonList) > 0 || t.ActionMenu != nil }

// openURL is the type of a jump or action that opens a link.
const openURL = 1

// newTemplateCard lays c out. c has a link: WeCom refuses a text_notice without one.
func newTemplateCard(c cards.Card, lang cards.Language, ref string) *templateCard {
	t := &templateCard{
		CardType:   "text_notice",
		Source:     source{sourceOf(c, lang), colour(c.Tone)},
		MainTitle:  titled{clip(oneLine(c.Title().In(lang)), maxTitle), clip(oneLine(c.Subtitle()), maxSubtitle)},
		SubTitle:   subText(c, lang, ref),
		CardAction: &cardAction{openURL, c.Link()},
	}
	t.Emphasis = emphasis(c, lang)
	t.Rows = pairs(c, lang)
	for _, b := range c.Buttons {
		if b.Action == cards.View {
			t.JumpList = []jump{{openURL, clip(oneLine(b.Text.In(lang)), maxJump), b.URL}}
			break
		}
	}
	return t
}

// sourceOf is the line above the title: the state of the ticket, then who says so. The state
// is shown whole.
func sourceOf(c cards.Card, lang cards.Language) string {
	width := maxSource
	if lang == cards.English {
		width *= 2
	}
	return clip(oneLine(beside(chip(c, lang), c.Brand.In(lang))), width)
}

// chip is the state of the ticket in a word, marked when production is concerned.
func chip(c cards.Card, lang cards.Language) string {
	if !c.Production {
		return c.Chip.In(lang)
	}
	return c.Chip.In(lang) + " · " + cards.Text{ZH: "生产", EN: "PROD"}.In(lang)
}

// colour is the desc_color of a tone: 0 grey, 1 black, 2 red, 3 green.
func colour(t cards.Tone) int {
	switch t {
	case cards.ToneSucceeded:
		return 3
	case cards.ToneFailed, cards.ToneRejected:
		return 2
	case cards.ToneReady, cards.ToneRunning:
		return 1
	default:
		return 0
	}
}

// emphasis shows the first part of the audit large: 92 分.
func emphasis(c cards.Card, lang cards.Language) *titled {
	audit, ok := c.Row("audit")
	if !ok {
		return nil
	}
	score, _ := splitAudit(audit, lang)
	return &titled{clip(score, maxEmphasis), clip(oneLine(audit.Label.In(lang)), maxEmphasisLabel)}
}

func splitAudit(audit cards.Row, lang cards.Language) (score, rest string) {
	score, rest, _ = strings.Cut(oneLine(audit.Value.In(lang)), " · ")
	return score, rest
}

// pairs are the first six facts; of the audit what does not stand large.
func pairs(c cards.Card, lang cards.Language) []pair {
	return facts(c, lang, func(r cards.Row) string {
		if r.Name == "audit" {
			_, rest := splitAudit(r, lang)
			return rest
		}
		return oneLine(r.Value.In(lang))
	})
}

// facts are the first six rows that say something.
func facts(c cards.Card, lang cards.Language, value func(cards.Row) string) []pair {
	label, fact := maxLabel, maxValue
	if lang == cards.English {
		label, fact = maxLabelEN, maxValueEN
	}
	var list []pair
	for _, r := range c.Rows {
		if said := value(r); said != "" && len(list) < maxRows {
			list = append(list, pair{clip(oneLine(r.Label.In(lang)), label), clip(said, fact)})
		}
	}
	return list
}

// subText says why it went wrong or who decided last, then as much of the
// description as fits, then why the reader got the card, with the notice's reference.
func subText(c cards.Card, lang cards.Language, ref string) string {
	var lines []string
	if c.Reason != nil {
		lines = append(lines, clip(oneLine(labelled(*c.Reason, lang)), maxCause))
	} else if n := len(c.Trail); n > 0 {
		lines = append(lines, clip(oneLine(c.Trail[n-1].In(lang)), maxCause))
	}
	if c.Description != "" {
		lines = append(lines, oneLine(c.Description))
	}
	footer := clip(oneLine(c.Footer.In(lang)), maxFooter)
	if ref != "" {
		footer = beside(strings.TrimRight(footer, "。."), ref)
	}
	above := clip(strings.Join(lines, "\n"), maxSubText-utf8.RuneCountInString(footer)-1)
	return strings.TrimSpace(above + "\n" + footer)
}

// beside puts two things on one line, either of which may be missing.
func beside(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}
