package notify

import (
	"context"
	"fmt"
	"slices"

	"ticketbell/ticket"
)

// Aside marks an entry that speaks of a ticket and moves nothing.
type Aside struct {
	// Channel is where it is said, and nowhere else; "" is everywhere.
	Channel Channel
	// Reminding, when not nil, says why people are reminded.
	Reminding *Reminding
}

// Show shows the ticket to somebody who asked for it on a channel, as a delivery like
// any other: it can be decided on, and is brought up to date. id names the question:
// asked twice, it is shown once.
func (d *Desk) Show(ctx context.Context, rec TicketRecord, to ticket.User, ch Channel, id string) (Receipt, error) {
	ev := rec.Event
	ev.ID = fmt.Sprintf("asked:%s:%s:%s", ch, id, rec.ID)
	ev.Kind, ev.Actor, ev.Audience = ticket.KindAsked, ticket.Person{}, []ticket.Person{to.Person}
	return d.Record(ctx, Entry{ID: NewID("evt_"), AcceptedAt: d.Now(), Event: ev, Aside: &Aside{Channel: ch}})
}

// channels are those of on that e is said on.
func (e *Entry) channels(on []Channel) []Channel {
	if e.Aside == nil || e.Aside.Channel == "" {
		return on
	}
	return slices.DeleteFunc(slices.Clone(on), func(ch Channel) bool { return ch != e.Aside.Channel })
}
