package cards

import (
	"time"

	"ticketbell/ticket"
)

// Notice is an event to be said to one reader.
type Notice struct {
	Event ticket.Event
	// Reader is why they are told.
	Reader ticket.Role
	// Trail is who decided what up to the event, oldest first.
	Trail []Mark
	// Now is where the ticket stands by now, when that is no longer where the event
	// left it; "" otherwise.
	Now ticket.Status
	// Decidable is true when the reader's decision from the card can be carried back.
	Decidable bool
	// Remindable is true when the reader may have the people it waits for reminded.
	Remindable bool
	// Mutable is true when the reader may mute the ticket from the card, Muted when they have.
	Mutable, Muted bool
	// Pending is a decision on its way to the platform, nil when there is none.
	Pending *Pending
}

// Pending is a decision that somebody made from a card and the platform has not
// answered yet.
type Pending struct {
	Action Action
	By     string
}

// Mark is a decision somebody made on a ticket.
type Mark struct {
	Kind ticket.Kind `json:"kind"`
	By   string      `json:"by,omitempty"`
	Step string      `json:"step,omitempty"`
	At   time.Time   `json:"at"`
}
