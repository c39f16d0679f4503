package cards

import (
	"slices"

	"ticketbell/ticket"
)

// Language is the language a reader reads.
type Language string

// The languages every text exists in.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// Languages lists both, the default first.
func Languages() []Language { return []Language{Chinese, English} }

// Text is one thing said in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Same makes a Text of what somebody typed: it reads alike in both languages.
func Same(s string) Text { return Text{ZH: s, EN: s} }

// In returns t in lang; anything but English reads Chinese.
func (t Text) In(lang Language) string {
	if lang == English {
		return t.EN
	}
	return t.ZH
}

// IsZero reports whether t says nothing.
func (t Text) IsZero() bool { return t == Text{} }

// Tone is the mood of a card. Each channel has a colour for it, and the chip
// says the same in a word, so that nothing is told by colour alone.
type Tone string

// The tones, one per state of a ticket.
const (
	ToneReview    Tone = "review"    // somebody must review: orange
	ToneReady     Tone = "ready"     // ready to execute: blue
	ToneRunning   Tone = "running"   // being executed: indigo
	ToneSucceeded Tone = "succeeded" // green
	ToneFailed    Tone = "failed"    // red
	ToneRejected  Tone = "rejected"  // carmine
	ToneClosed    Tone = "closed"    // grey
)

// Card is a notice laid out for a reader, in the order it is read from top to bottom.
type Card struct {
	Tone Tone `json:"tone"`
	// Chip is the state of the ticket in a word: 待审核.
	Chip Text `json:"chip"`
	// Verb says what the reader must do, or what happened: 待你审核.
	Verb Text `json:"verb"`
	// Subject is the ticket's title as it was typed.
	Subject string `json:"subject"`
	// Number is the ticket's key with a hash in front, Project the name of its project.
	// A card that speaks of several tickets has neither.
	Number  string `json:"number"`
	Project string `json:"project,omitempty"`
	// Settled is true when the ticket has come to its end.
	Settled bool `json:"settled,omitempty"`
	// Production is true when a target is a production environment.
	Production bool `json:"production,omitempty"`
	// Rows are the facts, in order: step, assignees, creator, targets, audit, time, then the platform's own fields.
	Rows []Row `json:"rows,omitempty"`
	// Mentions are the tickets of a card that speaks of several, Unnamed how many more it
	// speaks of.
	Mentions []Mention `json:"mentions,omitempty"`
	Unnamed  int       `json:"unnamed,omitempty"`
	// Description is at most three lines of user text.
	Description string `json:"description,omitempty"`
	// Reason is why the ticket was rejected, or the first line of the error; its label says which.
	Reason *Row `json:"reason,omitempty"`
	// Trail says who decided what so far, oldest first: 已由 李四 于 10:12 通过.
	Trail []Text `json:"trail,omitempty"`
	// Muted is true when the reader muted the ticket.
	Muted bool `json:"muted,omitempty"`
	// Buttons are what the reader can do, the most important first. A view button has a link.
	Buttons []Button `json:"buttons,omitempty"`
	// Footer says why the reader got the card.
	Footer Text `json:"footer"`
	// Brand is the name of the installation that says it.
	Brand Text `json:"brand,omitzero"`
}

// Row is one labelled fact.
type Row struct {
	// Name is stable and tells a channel which fact it is: "now", "step", "assignees",
	// "creator", "targets", "audit", "time", "reason" or "field".
	Name  string `json:"name"`
	Label Text   `json:"label"`
	Value Text   `json:"value"`
}

// Button is something a reader can do from the card.
type Button struct {
	Action Action `json:"action"`
	Text   Text   `json:"text"`
	// URL is set for [View] only: an absolute http or https link.
	URL string `json:"url,omitempty"`
}

// Action is what a button means.
type Action string

// The actions a card can offer.
const (
	View    Action = "view"
	Approve Action = "approve"
	Reject  Action = "reject"
	// Remind asks the people a ticket waits for once more.
	Remind Action = "remind"
	// Mute and Unmute are about the reader's own news of the ticket.
	Mute   Action = "mute"
	Unmute Action = "unmute"
)

// OfTicket reports whether a does something to the ticket.
func (a Action) OfTicket() bool { return a == Approve || a == Reject || a == Remind }

// Title is the first line of the card: the verb and the subject.
func (c Card) Title() Text {
	if c.Subject == "" {
		return c.Verb
	}
	return Text{ZH: c.Verb.ZH + "：" + c.Subject, EN: c.Verb.EN + ": " + c.Subject}
}

// Subtitle is the second line: number and project.
func (c Card) Subtitle() string {
	if c.Project == "" {
		return c.Number
	}
	return c.Number + " · " + c.Project
}

// Link returns the link of the view button, or "" when the card has none.
func (c Card) Link() string {
	for _, b := range c.Buttons {
		if b.Action == View {
			return b.URL
		}
	}
	return ""
}

// Asks reports whether c offers to do something to the ticket.
func (c Card) Asks() bool {
	return slices.ContainsFunc(c.Buttons, func(b Button) bool { return b.Action.OfTicket() })
}

// Mutable reports whether the reader can mute the ticket from c, or hear of it again.
func (c Card) Mutable() bool {
	return slices.ContainsFunc(c.Buttons, func(b Button) bool { return b.Action == Mute || b.Action == Unmute })
}

// Row returns the row of that name.
func (c Card) Row(name string) (Row, bool) {
	for _, r := range c.Rows {
		if r.Name == name {
			return r, true
		}
	}
	return Row{}, false
}

// ToneOf returns the tone of a state.
func ToneOf(s ticket.Status) Tone {
	switch s {
	case ticket.WaitingReview:
		return ToneReview
	case ticket.WaitingExecution:
		return ToneReady
	case ticket.Running:
		return ToneRunning
	case ticket.Succeeded, ticket.Completed:
		return ToneSucceeded
	case ticket.Failed:
		return ToneFailed
	case ticket.Rejected:
		return ToneRejected
	default:
		return ToneClosed
	}
}
