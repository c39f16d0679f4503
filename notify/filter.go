package notify

import (
	"errors"
	"time"

	"ticketbell/ticket"
)

// ErrCursor says that a cursor is not one that a listing gave out.
var ErrCursor = errors.New("unknown cursor")

// Sizes of one page of a listing.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Order is an order of a listing. What is neither newest nor oldest first is sorted
// among the newest [Sorted] of those that fit.
type Order string

// The orders. What nobody accepted took no time.
const (
	Newest      Order = "newest"
	Oldest      Order = "oldest"
	Slowest     Order = "slowest"
	Fastest     Order = "fastest"
	MostTries   Order = "most_attempts"
	FewestTries Order = "fewest_attempts"
)

// Sorted is how many deliveries that fit a filter are sorted.
const Sorted = 10_000

// Rising reports whether what is less comes first.
func (o Order) Rising() bool { return o == Oldest || o == Fastest || o == FewestTries }

// DeliveryFilter picks deliveries for a listing, newest first unless Order says otherwise.
// A zero field picks everything; several fields must all fit.
type DeliveryFilter struct {
	// Ticket is the ticket's id, or its key on its platform.
	Ticket string
	// Person is the key of the person, see ticket.Person.Key.
	Person  string
	Channel Channel
	Status  Status
	// EventID is the id ticketbell gave the event.
	EventID string
	// Code is the provider's code of the last failure, Reason the reason of the status.
	Code   string
	Reason string
	// Codes, when not nil, are codes of which one must be the last failure's.
	Codes []string
	// Kind is the kind of the event, Project the key of the ticket's project.
	Kind    ticket.Kind
	Project string
	// Since and Until bound when the delivery was made: from Since up to, and without, Until.
	Since, Until time.Time
	// Query is looked for where words begin in the ticket's key and title and in the
	// person's key and name (Chinese at every character), within the provider's code, and
	// as the whole id of a message or a delivery; upper and lower case are alike.
	Query string
	// Order is the order they are listed in.
	Order Order
	// Limit is the size of the page: 0 is [DefaultLimit], more than [MaxLimit] is [MaxLimit].
	Limit int
	// Cursor is what the page before gave as next; "" begins with the newest.
	Cursor string
}

// Counts are how many deliveries there are in each status.
type Counts struct {
	Of map[Status]int
	// More are the statuses of which there are more than was counted.
	More []Status
	// Newest, when not 0, says that only so many of the newest were looked at.
	Newest int
}

// Cause is a provider's code for which deliveries were given up.
type Cause struct {
	Channel Channel
	Code    string
	Count   int
	// Last is when one was given up for it last.
	Last time.Time
}

// Attention is what somebody should look at.
type Attention struct {
	// Dead is how many deliveries made since a time were given up, at most [MaxAttention].
	Dead int
	// Paused are the channels that wait for their configuration to be mended.
	Paused []Channel
	// Failing are other channels that are on and refuse what they are given, or their last test.
	Failing []Channel
	// Unreachable is how many people no channel that is on reaches, see [ReachNone].
	Unreachable int
}

// MaxAttention is how far dead deliveries are counted.
const MaxAttention = 1000
