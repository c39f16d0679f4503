package notify

import (
	"context"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Known is what is already on record about a ticket.
type Known struct {
	// ID is the ticket's id in ticketbell; "" when the ticket is new.
	ID string
	// Last is the newest event of the ticket so far; late ones do not count.
	Last ticket.Event
	// Trail is who decided what so far, oldest first.
	Trail []cards.Mark
	// Turn is the ticket's, see [Plan.Turn].
	Turn  int64
	Watch Watch
	// Muted are the keys of the people who muted the ticket.
	Muted []string
}

// TicketRecord is what is on record about a ticket, with what the built-in desk
// needs to move it.
type TicketRecord struct {
	// ID is the ticket's id in ticketbell, Source the platform that owns it.
	ID     string
	Source string
	// Event is the newest event of the ticket; late ones do not count.
	Event ticket.Event
	// Trail is who decided what so far, oldest first.
	Trail []cards.Mark
	// Flow is what the built-in desk moves the ticket along; nil for tickets of others.
	Flow      *ticket.Flow
	UpdatedAt time.Time
	// State is the ticket's now, see [StateOf]; Turn is that of [Plan.Turn].
	State string
	Turn  int64
	Watch Watch
}

// Plan is what accepting an event changes, beside the event itself.
type Plan struct {
	// TicketID is the id of the ticket: Known.ID, or a fresh one.
	TicketID string
	// Aside is true when the event moves nothing: the ticket stays as it is.
	Aside bool
	// Late is true when a newer state is on record: the event is kept and the ticket stays as it is.
	Late bool
	// State is the ticket's state after the event, see [StateOf].
	State string
	// Turn counts what the ticket has asked people so far: each event that moves it
	// begins another. A card decides the turn it was made for, and no other.
	Turn int64
	// Watch replaces the ticket's.
	Watch Watch
	// Err, when not nil, is why nothing may be recorded; nothing else counts then.
	Err error
	// Trail replaces the ticket's trail.
	Trail []cards.Mark
	// Deliveries are the new ones.
	Deliveries []Delivery
	// Refresh names the channels on which messages that are out, or being sent
	// right now, must show the event.
	Refresh []Channel
}

// Entry is an event about to be recorded.
type Entry struct {
	// ID is the event's id in ticketbell.
	ID string
	// AcceptedAt is when it came in.
	AcceptedAt time.Time
	Event      ticket.Event
	// Flow, when not nil, is kept with a new ticket: the built-in desk moves the
	// ticket along it, whatever becomes of the template.
	Flow *ticket.Flow
	// Aside, when not nil, makes the event one that moves nothing.
	Aside *Aside
}

// Receipt is what a caller is told about an event.
type Receipt struct {
	EventID  string
	TicketID string
	// Replayed is true when the event was on record before; the rest is its first result.
	Replayed   bool
	Deliveries []Delivery
}

// Ledger keeps events and deliveries together.
type Ledger interface {
	// Known returns what is on record about the ticket of that source and key; its
	// ID is "" when there is nothing.
	Known(ctx context.Context, source, key string) (Known, error)
	// Seen returns the first result of an event on record, by (source, id).
	Seen(ctx context.Context, source, id string) (r Receipt, ok bool, err error)
	// Record stores e and what plan makes of it in one transaction and returns
	// once both are safe. An event seen before, by (source, id), changes nothing
	// and plan is not called. plan is pure and may be called more than once.
	Record(ctx context.Context, e Entry, plan func(Known) Plan) (Receipt, error)
}

// Queue hands out the due deliveries of a channel and takes back how they fared.
type Queue interface {
	// Claim leases at most n due deliveries of the channel to lease for that long,
	// oldest first, but with a head start for cards that show what is over and for
	// messages that ask their reader to act. A delivery is due when it is queued or retrying and its NotBefore
	// has passed, or when another lease on it ran out. What time it is, the queue
	// says: all who claim from it go by one clock. When one of them waited for quiet
	// hours, so do all others of that person: they come along, whatever n says.
	Claim(ctx context.Context, ch Channel, n int, lease string, hold time.Duration) ([]Notice, error)
	// Renew makes the lease of the deliveries ids last for hold from now, and returns
	// the ids of those that are still held under it.
	Renew(ctx context.Context, lease string, ids []string, hold time.Duration) (held []string, err error)
	// Settle writes down outcomes, each only if its delivery is still held under
	// lease, and gives the deliveries free. A delivery whose Want changed while it
	// was out and that ended accepted or updated becomes due again.
	Settle(ctx context.Context, lease string, s []Settlement) error
	// DueIn returns how long it is until the next delivery of the channel is due, 0 or
	// less when it is now; ok is false when none waits.
	DueIn(ctx context.Context, ch Channel) (wait time.Duration, ok bool, err error)
	// Wake returns a channel that receives when deliveries of ch may have become due.
	Wake(ch Channel) <-chan struct{}
}

// Settlement is how one delivery fared.
type Settlement struct {
	DeliveryID string
	Status     Status
	Reason     string
	Code       string
	// MessageID, Form and Payload are kept when not "".
	MessageID string
	Form      string
	Payload   string
	// Shown is the event the reader sees now, kept when not "".
	Shown string
	// Wait is how long the delivery is not due from now on.
	Wait time.Duration
	// Untouched is true for one that goes back as it came: it keeps its place in the
	// queue, whatever Wait says.
	Untouched bool
	// Attempt is written down when not nil; its Number is set by the ledger.
	Attempt *Attempt
	// Unknown is true when nobody can tell whether the provider took the message.
	Unknown bool
	// Fixed is true when the message of MessageID can never be changed.
	Fixed bool
	// Blameless is true when the attempt tells nothing about how the channel fares.
	Blameless bool
	// Free is true when the attempt does not count towards the delivery's attempts.
	Free bool
}

// Flows knows the flow of a project.
type Flows interface {
	// FlowOf returns the flow that is taken by tickets of that project and type, see
	// [ticket.Flow]; ok is false when there is none.
	FlowOf(ctx context.Context, project, kind string) (f ticket.Flow, ok bool, err error)
}

// People knows who is who.
type People interface {
	// Match returns the known user for each of people, in order: by username, then
	// e-mail, then phone. Somebody unknown comes back as a user with no Role.
	Match(ctx context.Context, people []ticket.Person) ([]ticket.User, error)
}

// Addresses finds people on a channel.
type Addresses interface {
	// Address returns u's address on the channel. Its errors carry verdicts:
	// [Unreachable] when u has none there.
	Address(ctx context.Context, ch Channel, u ticket.User) (string, error)
	// Another returns where to try u once more when the provider did not know the
	// address it was given before. It may be the same.
	Another(ctx context.Context, ch Channel, u ticket.User) (string, error)
	// Afresh is Address for a delivery that is sent again by hand: that u was not
	// found then or before is not believed.
	Afresh(ctx context.Context, ch Channel, u ticket.User, then time.Time) (string, error)
	// Forget drops an address that was looked up for u on the channel, because the
	// provider no longer knows it.
	Forget(ctx context.Context, ch Channel, u ticket.User, address string)
}
