package notify

import (
	"context"
	"fmt"

	"ticketbell/ticket"
)

// Preview tells what [Desk.Accept] would do with ev, and stores nothing: who would be
// told, on which channel, or why not. The deliveries have no ids. An event that is
// wrong is an [*ticket.Invalid].
func (d *Desk) Preview(ctx context.Context, ev ticket.Event) (Receipt, error) {
	if err := ev.Validate(); err != nil {
		return Receipt{}, err
	}
	e := Entry{AcceptedAt: d.Now(), Event: ev}
	if e.Event.OccurredAt.IsZero() {
		e.Event.OccurredAt = e.AcceptedAt
	}
	a, err := d.prepare(ctx, &e)
	if err != nil {
		return Receipt{}, err
	}
	known, err := d.Ledger.Known(ctx, e.Event.Source, e.Event.Ticket.Key)
	if err != nil {
		return Receipt{}, fmt.Errorf("look up ticket %s: %w", e.Event.Ticket.Key, err)
	}
	r := Receipt{TicketID: known.ID, Deliveries: a.plan(known).Deliveries}
	for i := range r.Deliveries {
		r.Deliveries[i].ID = ""
	}
	return r, nil
}
