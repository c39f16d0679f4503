package notify

import (
	"encoding/json"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Drawing asks how a channel shows something, without sending it.
type Drawing struct {
	// DeliveryID names a delivery that is drawn once more; without one, Event is what is
	// said, to a reader who is Reader to it.
	DeliveryID string
	Event      ticket.Event
	Reader     ticket.Role
	Language   cards.Language
	// Draft holds fields of the channel that are not saved yet.
	Draft map[string]json.RawMessage
}
