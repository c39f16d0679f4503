package wecom

import "ticketbell/cards"

// How much a button and a choice show, in characters (wecom.md 4.3).
const (
	maxButton  = 10 // twice that in English, where letters are about half as wide
	maxChoice  = 48
	maxButtons = 6
)

// reasonQuestion is the key of the choice of a reason.
const reasonQuestion = "reason"

// The styles of buttons: WeCom's first is the one to press.
const (
	mainStyle  = 1
	otherStyle = 2
)

// button is one of a button_interaction: of type 0 it calls back with its key, of type
// [openURL] it opens a link.
type button struct {
	Type  int    `json:"type"`
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key,omitempty"`
	URL   string `json:"url,omitempty"`
}

// selection is a choice of one among a few.
type selection struct {
	QuestionKey string   `json:"question_key"`
	Title       string   `json:"title"`
	SelectedID  string   `json:"selected_id"`
	Options     []option `json:"option_list"`
}

type option struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// newButtonCard lays c out with its buttons. The audit stands among the facts here: this
// type of card has no large figure, and no list of links.
func newButtonCard(c cards.Card, lang cards.Language, ref string) *templateCard {
	t := newTemplateCard(c, lang, ref)
	t.CardType, t.Emphasis, t.JumpList = "button_interaction", nil, nil
	t.Rows = facts(c, lang, func(r cards.Row) string { return oneLine(r.Value.In(lang)) })
	if c.Link() == "" {
		t.CardAction = nil
	}
	for _, b := range c.Buttons[:min(len(c.Buttons), maxButtons)] {
		t.ButtonList = append(t.ButtonList, newButton(b, lang))
		if b.Action == cards.Reject {
			t.ButtonSelection = newReasons(lang)
		}
	}
	return t
}

func newButton(b cards.Button, lang cards.Language) button {
	width := maxButton
	if lang == cards.English {
		width *= 2
	}
	words := clip(oneLine(b.Text.In(lang)), width)
	switch b.Action {
	case cards.View:
		return button{Type: openURL, Text: words, Style: otherStyle, URL: b.URL}
	case cards.Approve:
		return button{Text: words, Style: mainStyle, Key: string(b.Action)}
	default:
		return button{Text: words, Style: otherStyle, Key: string(b.Action)}
	}
}

// menu is what a card keeps at its upper right.
type menu struct {
	Desc string      `json:"desc"`
	List []menuEntry `json:"action_list"`
}

type menuEntry struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

// newNotice lays c out without buttons. Where presses come back, it has a menu to mute the
// ticket in: wecom.md 4.3 shows a menu on this type of card, and none beside buttons.
func newNotice(c cards.Card, lang cards.Language, ref string, callsBack bool) *templateCard {
	t := newTemplateCard(c, lang, ref)
	if callsBack {
		t.ActionMenu = newMenu(c, lang)
	}
	return t
}

// newMenu is where a reader mutes the ticket and takes it back. It offers both at all
// times, for a card is one for many. nil without either.
func newMenu(c cards.Card, lang cards.Language) *menu {
	if !c.Mutable() {
		return nil
	}
	m := &menu{Desc: cards.MoreWord().In(lang)}
	for _, a := range []cards.Action{cards.Mute, cards.Unmute} {
		m.List = append(m.List, menuEntry{cards.ActionWord(a).In(lang), string(a)})
	}
	return m
}

// newReasons is the choice of a reason, with none chosen.
func newReasons(lang cards.Language) *selection {
	s := &selection{QuestionKey: reasonQuestion, Title: cards.ReasonLabel().In(lang)}
	for _, c := range cards.ReasonChoices() {
		s.Options = append(s.Options, option{c.ID, clip(c.Text.In(lang), maxChoice)})
	}
	s.SelectedID = s.Options[0].ID
	return s
}
