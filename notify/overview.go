package notify

import (
	"time"

	"ticketbell/cards"
)

// Overview is how the whole house fares: what an administrator looks at first.
type Overview struct {
	At       time.Time          `json:"at"`
	Channels map[Channel]Health `json:"channels" doc:"Each channel's health."`
	// Hours, Delays and Reasons are of the hours that were asked for.
	Hours   []Hour   `json:"hours" nullable:"false" doc:"Attempts by hour and channel, the oldest first."`
	Delays  []Delay  `json:"delays" nullable:"false" doc:"How long attempts took, by hour; hours without any are left out."`
	Reasons []Reason `json:"reasons" nullable:"false" doc:"What failed most, at most five."`
	Census
	// URLPrefix tells whether cards can link to their tickets.
	URLPrefix bool `json:"url_prefix" doc:"Whether links to tickets can be made."`
}

// Hour counts the attempts of an hour on a channel.
type Hour struct {
	At      time.Time `json:"at"`
	Channel Channel   `json:"channel"`
	OK      int       `json:"ok" doc:"Succeeded at once."`
	Retried int       `json:"retried" doc:"Succeeded at a later attempt."`
	Failed  int       `json:"failed"`
}

// Delay is how long the attempts of an hour took.
type Delay struct {
	At    time.Time `json:"at"`
	P50MS int64     `json:"p50_ms"`
	P95MS int64     `json:"p95_ms"`
}

// Reason is a code and how often it was met.
type Reason struct {
	Code  string     `json:"code"`
	Class string     `json:"class"`
	Title cards.Text `json:"title"`
	N     int        `json:"n"`
}

// Census counts whom and what the house knows.
type Census struct {
	People      int  `json:"people" doc:"How many people are known."`
	Unreachable int  `json:"unreachable" doc:"How many of them no channel that is on reaches."`
	WaitedFor   int  `json:"waited_for" doc:"How many of those a ticket waits for right now."`
	Events      bool `json:"events" doc:"Whether any event was ever accepted."`
}
