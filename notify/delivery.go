package notify

import (
	"slices"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Status is where a delivery stands. The words are the same in the API, the
// pages and the metrics.
type Status string

// The states of a delivery.
const (
	Queued   Status = "queued"   // waits for its turn
	Sending  Status = "sending"  // a worker holds it
	Retrying Status = "retrying" // failed at least once, will be tried again
	Accepted Status = "accepted" // the provider took it
	Read     Status = "read"     // the person opened it
	Updated  Status = "updated"  // accepted, and since then brought up to date
	FailedOn Status = "failed"   // given up on this channel
	Dead     Status = "dead"     // given up for good; can be sent again by hand
	Skipped  Status = "skipped"  // the person cannot be reached this way; Reason says why
	Canceled Status = "canceled" // no longer worth sending; Reason says why
)

// Statuses lists every status.
func Statuses() []Status {
	return []Status{Queued, Sending, Retrying, Accepted, Read, Updated, FailedOn, Dead, Skipped, Canceled}
}

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	return slices.Contains(Statuses(), s)
}

// Delivery is one notice to one person on one channel: queue entry, record and
// dead letter in one.
type Delivery struct {
	ID      string
	Event   string // id of the event whose notice this is
	Ticket  string // id of the ticket
	Person  string // key of the person, see ticket.Person.Key
	Channel Channel
	// To is the person as known when the event was accepted.
	To ticket.User
	// Role is why the person is told.
	Role   ticket.Role
	Status Status
	// Reason says in words why a delivery is skipped, canceled, dead or waiting.
	Reason string
	// Code is the provider's code of the last failure, "" when there was none.
	Code string
	// MessageID is the provider's id once accepted. A delivery without one is sent;
	// one with it is brought up to date.
	MessageID string
	// Form is what the sender said of the message that is out, see [Outcome.Form].
	Form string
	// Shown is the event the reader sees now, Want the one they should see. They differ
	// while there is work to do, and for good where the message can no longer be changed.
	Shown, Want string
	// State is the ticket's state the notice speaks of, see [StateOf].
	State string
	// Turn is the ticket's turn the notice was made for, see [Plan.Turn].
	Turn int64
	// Result is true when the notice tells how the ticket ended: it is sent even
	// when that state is over.
	Result   bool
	Attempts int
	// UnknownSince is when an attempt ended first of which nobody can tell whether
	// the provider took it; zero when there was none.
	UnknownSince time.Time
	// NotBefore is the earliest time of the next attempt.
	NotBefore time.Time
	// Deadline is when trying again ends.
	Deadline time.Time
	// Place is where it stands among those of one person who is told on one channel at a
	// time, from 1; 0 for who is told on all. The first to be accepted ends the others.
	Place int
	// Instead is why it is this channel and not the one before.
	Instead   Instead
	CreatedAt time.Time
	UpdatedAt time.Time
	// ReadAt is when its person first opened the message, zero where nobody said so.
	ReadAt time.Time
	// Lease identifies the claim a worker holds; only that claim may settle it.
	Lease string
	// Payload is what went over the wire last.
	Payload string
	// About says what it is about; only listings and single deliveries have it.
	About About
}

// About is what people recognise a delivery by.
type About struct {
	TicketKey, TicketTitle string
	Project                string
	Kind                   ticket.Kind
	// Took is from the event to the provider's acceptance, 0 when there was none.
	Took time.Duration
}

// Attempt is one try of a delivery, written down whatever came of it.
type Attempt struct {
	Number    int
	StartedAt time.Time
	Duration  time.Duration
	// Outcome is "accepted", "updated", "unknown" when the provider gave no answer, or
	// the verdict of the failure.
	Outcome   string
	Code      string
	Message   string
	RequestID string
}

// Notice is a claimed delivery with what is needed to say it.
type Notice struct {
	Delivery Delivery
	// Event is the event to show (Delivery.Want): the delivery's own until its message
	// is out, then the newest.
	Event ticket.Event
	// Current is the state the ticket is in now, see [StateOf], Turn its turn.
	Current string
	Turn    int64
	// Pending is a decision that the ticket's platform was asked for and has not made,
	// nil when there is none to be seen.
	Pending *cards.Pending
	// Trail is who decided what on the ticket so far.
	Trail []cards.Mark
	// Muted is true when the reader muted the ticket.
	Muted bool
}
