package notify

import (
	"context"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// DecisionStatus is how far a decision has come.
type DecisionStatus string

// The states of a decision. The first three hold the turn: nobody else decides it.
const (
	Asking  DecisionStatus = "asking"  // the platform is being asked, until it answers
	Pending DecisionStatus = "pending" // the platform took it; its event will tell the end
	Decided DecisionStatus = "decided" // the platform did it
	Refused DecisionStatus = "refused" // the platform would not; Message says why
	Failed  DecisionStatus = "failed"  // the platform could not be reached before the deadline
)

// Open reports whether the end is not known yet.
func (s DecisionStatus) Open() bool { return s == Asking || s == Pending }

// Decision is what somebody pressed on a card, from the press to its end. It is on
// record before the platform is asked.
type Decision struct {
	// ID is the same each time the platform is asked, so that it can recognise a repeat.
	ID     string
	Ticket string // id of the ticket
	Turn   int64  // the ticket's turn it decides, see [Plan.Turn]
	State  string // the ticket's state it decides, see [StateOf]
	Action cards.Action
	By     ticket.Person
	Reason string
	// Channel, Address and Press are where the press came from, Language is what
	// whoever pressed reads.
	Channel  Channel
	Address  string
	Press    string
	Language cards.Language
	Status   DecisionStatus
	// Message is what the platform said to whoever pressed, "" when it said nothing.
	Message string
	// Shown is true when the ticket's cards say that it is being asked.
	Shown bool
	// Tell is true when whoever pressed has yet to be told that nothing came of it.
	Tell     bool
	Attempts int
	// Due is when it is looked at next, Deadline when asking ends.
	Due, Deadline time.Time
	At            time.Time
}

// MadeBy reports whether ev, which ended the turn d was to decide, is d carried out:
// whoever decided did it, or nobody is named. A platform may report decisions in the name
// of an account of its own. So the same outcome counts as well, unless it is by
// somebody else who was asked; on is the ticket as it was.
func (d Decision) MadeBy(ev ticket.Event, on ticket.Ticket) bool {
	if ev.Actor.Username == "" || ev.Actor.Username == d.By.Username {
		return true
	}
	wanted := ticket.KindPassed
	if d.Action == cards.Reject {
		wanted = ticket.KindRejected
	}
	return ev.Kind == wanted && !ticket.MayAct(on, ev.Actor)
}

// Pressed is what a press met: the ticket as it is now, and what the card was made for.
type Pressed struct {
	TicketRecord

	CardState string
	CardTurn  int64
}

// Decisions keeps what was decided from cards.
type Decisions interface {
	// Pressed finds the ticket by the message, or by the event its card showed;
	// [ErrNotFound] when neither is on record.
	Pressed(ctx context.Context, p Press) (Pressed, error)
	// DecisionOf returns what became of a press before, or [ErrNotFound].
	DecisionOf(ctx context.Context, ch Channel, press string) (Decision, error)
	// Decide puts d on record and returns it, or the decision that holds its turn
	// already. A turn that is over is [ErrConflict].
	Decide(ctx context.Context, d Decision) (Decision, error)
	// ShowDecision makes the ticket's cards say that an open decision is being asked. It
	// returns the decision as it stands.
	ShowDecision(ctx context.Context, d Decision, now time.Time) (Decision, error)
	// Rule ends or goes on with an open decision as d says: Status, Message, Due. Where
	// cards said that it is being asked, they get their buttons back if nothing came of
	// it, and Tell is set. One that has ended stays as it is, unless the platform says
	// that it did what its event left open. Rule returns the decision as it stands.
	Rule(ctx context.Context, d Decision, now time.Time) (Decision, error)
	// ClaimDecisions takes up to n that are due, and makes them due again at until.
	ClaimDecisions(ctx context.Context, n int, now, until time.Time) ([]Decision, error)
	// Ticket returns the ticket of that id.
	Ticket(ctx context.Context, id string) (TicketRecord, error)
	// Told says that whoever pressed knows that nothing came of it.
	Told(ctx context.Context, id string) error
}

// Question is a decision its platform is asked for.
type Question struct {
	Decision

	// On is the ticket as it stood at the press.
	On TicketRecord
}

// Word is what a platform says to a question.
type Word string

// What a platform can say. Anything else is an error, and the question is asked again.
const (
	SaysDone    Word = "done"    // it is done, and the event is on record or comes along
	SaysLater   Word = "later"   // it was taken; an event will tell
	SaysSettled Word = "settled" // somebody else was first
	SaysRefused Word = "refused" // not this person, or not now; Message says why
)

// Ruling is a platform's answer to a question.
type Ruling struct {
	Word Word
	// Message is for whoever pressed, in the platform's own words.
	Message string
	// Event is what came of it, nil when it takes its own way.
	Event *ticket.Event
}

// Judge asks the system that owns a ticket. An error says that it did not answer: it
// is asked again with the same question.
type Judge interface {
	Ask(ctx context.Context, q Question) (Ruling, error)
}

// Platforms knows who judges a decision on the tickets of a source.
type Platforms interface {
	Platform(ctx context.Context, source string) (Platform, error)
}

// Who finds the person behind an address on a channel; false when it is nobody we know.
type Who interface {
	Who(ctx context.Context, ch Channel, address string) (ticket.User, bool, error)
}
