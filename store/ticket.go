package store

import (
	"context"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// TicketRecord is what is on record about a ticket.
type TicketRecord = notify.TicketRecord

const ticketQuery = `SELECT t.id, t.source, e.body, t.trail, t.flow, t.updated_at, t.state, t.turn, ` + watchColumns + `
	FROM tickets t JOIN events e ON e.id = t.last_event `

func scanTicket(r row) (t TicketRecord, err error) {
	fields := []any{
		&t.ID, &t.Source,
		document{&t.Event},
		document{&t.Trail},
		document{&t.Flow},
		stamp{&t.UpdatedAt},
		&t.State, &t.Turn,
	}
	return t, r.Scan(append(fields, watchFields(&t.Watch)...)...)
}

// Ticket returns the ticket with that id in ticketbell.
func (s *Store) Ticket(ctx context.Context, id string) (TicketRecord, error) {
	t, err := one(ctx, s.read, scanTicket, ticketQuery+`WHERE t.id = $1`, clean(id))
	if err != nil {
		return t, fmt.Errorf("read ticket %s: %w", id, err)
	}
	return t, nil
}

// TicketByKey returns the ticket that its platform calls key.
func (s *Store) TicketByKey(ctx context.Context, source, key string) (TicketRecord, error) {
	t, err := one(ctx, s.read, scanTicket, ticketQuery+`WHERE t.source = $1 AND t.key = $2`, clean(source), clean(key))
	if err != nil {
		return t, fmt.Errorf("read ticket %s of %s: %w", key, source, err)
	}
	return t, nil
}

// Event returns the event with that id in ticketbell.
func (s *Store) Event(ctx context.Context, id string) (ev ticket.Event, err error) {
	ev, err = one(ctx, s.read, scanEvent, `SELECT body FROM events WHERE id = $1`, clean(id))
	if err != nil {
		return ev, fmt.Errorf("read event %s: %w", id, err)
	}
	return ev, nil
}

func scanEvent(r row) (ev ticket.Event, err error) {
	return ev, r.Scan(document{&ev})
}

// NextNumber returns a number that was never returned before, from 1 up: the
// built-in desk's tickets are called by it.
func (s *Store) NextNumber(ctx context.Context) (n int64, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		n, err = one(ctx, tx, value[int64],
			`INSERT INTO counters (name, value) VALUES ('ticket', 1)
			ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count tickets: %w", err)
	}
	return n, nil
}
