package wecom

import (
	"strings"

	"ticketbell/cards"
)

// What WeCom advises to show of each field, in characters, and how many rows it
// takes at most (wecom.md 4.3).
const (
	maxSource        = 20
	maxTitle         = 36
	maxSubtitle      = 44
	maxEmphasis      = 14
	maxEmphasisLabel = 22
	maxSubText       = 160
	maxRows          = 6
	maxLabelZH       = 5
	maxLabelEN       = 12 // Latin letters are half as wide
	maxValue         = 30
	maxJump          = 18
)

// The shares of sub_title_text, in characters: what is left is for why the reader got it.
const (
	maxReason      = 70
	maxDescription = 50
)

// templateCard is a text_notice, the card without buttons that call back.
type templateCard struct {
	CardType   string     `json:"card_type"`
	Source     source     `json:"source"`
	MainTitle  titled     `json:"main_title"`
	Emphasis   *titled    `json:"emphasis_content,omitempty"`
	SubTitle   string     `json:"sub_title_text,omitempty"`
	Rows       []pair     `json:"horizontal_content_list,omitempty"`
	JumpList   []jump     `json:"jump_list"`
	CardAction cardAction `json:"card_action"`
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

// openURL is the type of a jump or action that opens a link.
const openURL = 1

// newTemplateCard lays c out. c has a link: WeCom refuses a text_notice without one.
func newTemplateCard(c cards.Card, lang cards.Language) *templateCard {
	t := &templateCard{
		CardType:   "text_notice",
		Source:     source{clip(oneLine(c.Chip.In(lang)), maxSource), colour(c.Tone)},
		MainTitle:  titled{clip(oneLine(c.Title().In(lang)), maxTitle), clip(oneLine(c.Subtitle()), maxSubtitle)},
		SubTitle:   subText(c, lang),
		CardAction: cardAction{openURL, c.Link()},
	}
	t.Emphasis = emphasis(c, lang)
	t.Rows = pairs(c, lang, t.Emphasis)
	for _, b := range c.Buttons {
		if b.Action == cards.View {
			t.JumpList = []jump{{openURL, clip(oneLine(b.Text.In(lang)), maxJump), b.URL}}
			break
		}
	}
	return t
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
	score, _, _ := strings.Cut(audit.Value.In(lang), " · ")
	return &titled{clip(oneLine(score), maxEmphasis), clip(oneLine(audit.Label.In(lang)), maxEmphasisLabel)}
}

// pairs are the first six facts. The audit is left out when all of it stands large.
func pairs(c cards.Card, lang cards.Language, large *titled) []pair {
	maxLabel := maxLabelZH
	if lang == cards.English {
		maxLabel = maxLabelEN
	}
	var list []pair
	for _, r := range c.Rows {
		value := oneLine(r.Value.In(lang))
		if value == "" || len(list) == maxRows || (r.Name == "audit" && large.Title == value) {
			continue
		}
		list = append(list, pair{clip(oneLine(r.Label.In(lang)), maxLabel), clip(value, maxValue)})
	}
	return list
}

// subText says why it went wrong, the beginning of the description, who decided
// last, and why the reader got the card.
func subText(c cards.Card, lang cards.Language) string {
	var lines []string
	if c.Reason != nil {
		lines = append(lines, clip(oneLine(labelled(*c.Reason, lang)), maxReason))
	}
	if c.Description != "" {
		lines = append(lines, clip(oneLine(c.Description), maxDescription))
	}
	if n := len(c.Trail); n > 0 && c.Reason == nil {
		lines = append(lines, clip(oneLine(c.Trail[n-1].In(lang)), maxDescription))
	}
	if footer := oneLine(c.Footer.In(lang)); footer != "" {
		lines = append(lines, footer)
	}
	return clip(strings.Join(lines, "\n"), maxSubText)
}
