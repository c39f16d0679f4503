package notify

import (
	"context"

	"ticketbell/cards"
)

// Channel names a way to reach people.
type Channel string

// The channels.
const (
	Feishu Channel = "feishu"
	WeCom  Channel = "wecom"
	Mail   Channel = "mail"
)

// Channels lists every channel in the order people meet them.
func Channels() []Channel { return []Channel{Feishu, WeCom, Mail} }

// Valid reports whether c is one of the channels.
func (c Channel) Valid() bool { return c == Feishu || c == WeCom || c == Mail }

// Message is one notice on its way to people who read it alike: same event, same
// role, same language.
type Message struct {
	// Card is what to say.
	Card cards.Card
	// Language is the readers' language. A channel that shows each reader their
	// own (Feishu) may send both.
	Language cards.Language
	// Notice is the id of the event it shows: the same on every attempt, and another one
	// for another event that reads alike.
	Notice string
	// Answer is true when it answers what its reader wrote or pressed: it is no notice, and
	// the same may be said twice.
	Answer bool
	// Again is true when it may have reached one of To before, in other words.
	Again bool
	// Form is what the message that is to be changed was sent as, see [Outcome.Form]; ""
	// where nobody said so.
	Form string
	// Thread is the ticket's id: messages of one ticket belong together.
	Thread string
	// To is who gets it; never more than the sender's [Sender.Batch].
	To []Recipient
}

// Recipient is one person of a message.
type Recipient struct {
	// Key is the delivery's id: the same on every attempt, so that a provider with
	// an idempotency key can recognise a repeat.
	Key string
	// Address is the person's address on the channel: open_id, userid or e-mail.
	Address string
}

// Outcome tells how one recipient fared. Err is nil when the provider accepted;
// otherwise it may carry a verdict and a [Refusal].
type Outcome struct {
	// MessageID is the provider's id of the accepted message, "" where it gives none.
	MessageID string
	// RequestID is what the provider's support asks for.
	RequestID string
	// Payload is what went over the wire (a card's JSON, a mail's source), for the
	// preview of a delivery. It holds no credentials.
	Payload string
	// Form is a word of the sender's own for what the reader has now, kept when not "": with
	// the next update it is handed back, whatever the channel is set to by then.
	Form string
	// Fixed is true when the accepted message can never be changed.
	Fixed bool
	Err   error
}

// Sender hands messages to a provider. It is safe for use by many goroutines.
type Sender interface {
	// Send delivers m and reports on each of m.To, in that order: one outcome per
	// recipient, always. One person's failure is not another's.
	Send(ctx context.Context, m Message) []Outcome
	// Batch is how many recipients one call may carry.
	Batch() int
}

// Connected is a Sender over connections it keeps itself. How long a call may take, it
// judges by how far it got: a mail server that has the mail may think it over for
// minutes. When the worker stops, a call ends after [SendTime] all the same.
type Connected interface {
	Sender
	// Connections is how many calls it takes at once.
	Connections() int
}

// Updater is a Sender whose messages can be brought up to date in place.
type Updater interface {
	// Update shows m.Card in the message of that id, sent earlier to all of m.To by one
	// call, and tells how all of them fared. Addresses are left out: people may be found
	// elsewhere by now, or nowhere. An outcome with another MessageID says that it is told by
	// that message instead, which is the one to be changed from now on. [ErrSpared] and [ErrAsSent] say that it was left alone
	// on purpose.
	Update(ctx context.Context, messageID string, m Message) Outcome
}
