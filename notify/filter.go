package notify

import "errors"

// ErrCursor says that a cursor is not one that a listing gave out.
var ErrCursor = errors.New("unknown cursor")

// Sizes of one page of a listing.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// DeliveryFilter picks deliveries for a listing, newest first. A zero field
// picks everything; several fields must all fit.
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
	// Query is looked for in the ticket's key and title, the person, the code and
	// the reason; upper and lower case are alike.
	Query string
	// Limit is the size of the page: 0 is [DefaultLimit], more than [MaxLimit] is [MaxLimit].
	Limit int
	// Cursor is what the page before gave as next; "" begins with the newest.
	Cursor string
}
