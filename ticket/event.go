package ticket

import (
	"slices"
	"time"
)

// Kind is what happened to a ticket.
type Kind string

// The kinds of event.
const (
	KindSubmitted   Kind = "submitted"
	KindResubmitted Kind = "resubmitted"
	KindPassed      Kind = "passed"
	KindRejected    Kind = "rejected"
	KindExecuting   Kind = "executing"
	KindSucceeded   Kind = "succeeded"
	KindFailed      Kind = "failed"
	KindCompleted   Kind = "completed"
	KindCanceled    Kind = "canceled"
	KindReminded    Kind = "reminded"
	// KindAsked is not reported by a platform: somebody asked the bot for the ticket, and
	// nothing happened to it.
	KindAsked Kind = "asked"
	// KindEscalated is not reported by a platform either: a step waits for too long, and
	// somebody its flow names is told.
	KindEscalated Kind = "escalated"
)

// Kinds lists every kind of event a platform can report.
func Kinds() []Kind {
	return []Kind{
		KindSubmitted, KindResubmitted, KindPassed, KindRejected, KindExecuting,
		KindSucceeded, KindFailed, KindCompleted, KindCanceled, KindReminded,
	}
}

// Valid reports whether k is one of the kinds of this package.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Result reports whether k tells how a ticket ended. A result is told even when
// a newer state is already known.
func (k Kind) Result() bool {
	switch k {
	case KindRejected, KindSucceeded, KindFailed, KindCompleted, KindCanceled:
		return true
	}
	return false
}

// Event is a change of a ticket as its platform reports it.
type Event struct {
	// Source names the platform. With ID it makes the event unique.
	Source string `json:"source,omitempty" doc:"The platform, at most 64 characters; default: the name of the token." example:"sqle"`
	ID     string `json:"id,omitempty" doc:"At most 128 characters; with source it makes the event unique. Absent: the Idempotency-Key header." example:"1024-7"`
	Kind   Kind   `json:"kind" enum:"submitted,resubmitted,passed,rejected,executing,succeeded,failed,completed,canceled,reminded" doc:"What happened."`
	// OccurredAt is when it happened on the platform; absent: when it was accepted.
	OccurredAt time.Time `json:"occurred_at,omitzero" doc:"When it happened, RFC 3339 with zone; default: now."`
	Actor      Person    `json:"actor,omitzero" doc:"Who did it."`
	Reason     string    `json:"reason,omitempty" doc:"The reason of a rejection, or the error of a failure; at most 2,000 characters."`
	Ticket     Ticket    `json:"ticket" doc:"The ticket as it stands after the event."`
	// Audience, when not nil, is exactly who is told.
	Audience []Person `json:"audience,omitzero" doc:"Present: exactly these people are told."`
}

// Newer reports whether the state that next brings is newer than the state of
// prev: by revision where both have one, else by time. A tie goes to the later arrival.
func Newer(next, prev Event) bool {
	if next.Ticket.Revision > 0 && prev.Ticket.Revision > 0 && next.Ticket.Revision != prev.Ticket.Revision {
		return next.Ticket.Revision > prev.Ticket.Revision
	}
	return !next.OccurredAt.Before(prev.OccurredAt)
}
