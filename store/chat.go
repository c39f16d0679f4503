package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// heardFor is how long a message is remembered: Feishu hands in again for about 7 hours.
	heardFor = 24 * time.Hour
	// maxTodo is how many tickets are looked at for what waits for somebody.
	maxTodo = 200
	// maxNamesakes is how many tickets of one key are found: each platform has its own.
	maxNamesakes = 5
)

// Heard puts a message that somebody wrote to the bot on record; first is false when it
// was there already.
func (s *Store) Heard(ctx context.Context, ch notify.Channel, id string, now time.Time) (first bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM heard WHERE heard_at < $1`, millis(now.Add(-heardFor))); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx,
			`INSERT INTO heard (channel, id, heard_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, string(ch), clean(id), millis(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		first = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("hear a message: %w", err)
	}
	return first, nil
}

// Unheard takes a message off the record: it will be heard when it is handed in again.
func (s *Store) Unheard(ctx context.Context, ch notify.Channel, id string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM heard WHERE channel = $1 AND id = $2`, string(ch), clean(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget a message: %w", err)
	}
	return nil
}

// Todo returns the tickets that wait for u, the longest first. They are found by what u
// was told: whoever must act was asked to.
func (s *Store) Todo(ctx context.Context, u ticket.User) ([]notify.TicketRecord, error) {
	found, err := all(ctx, s.read, scanTicket, ticketQuery+
		`WHERE t.id IN (SELECT d.ticket_id FROM deliveries d JOIN tickets o ON o.id = d.ticket_id
			WHERE d.person IN `+s.words.listed+` AND d.role = 'assignee' AND d.state = o.state AND o.state LIKE 'waiting%')
		ORDER BY t.updated_at, t.id LIMIT `+fmt.Sprint(maxTodo), document{keysOf(u)})
	if err != nil {
		return nil, fmt.Errorf("find what waits for %s: %w", u.Username, err)
	}
	return slices.DeleteFunc(found, func(t notify.TicketRecord) bool { return !waitsFor(t.Event.Ticket, u.Person) }), nil
}

// waitsFor reports whether t is p's to act on by its newest event.
func waitsFor(t ticket.Ticket, p ticket.Person) bool {
	if t.Status == ticket.WaitingExecution && (t.Step == nil || len(t.Step.Assignees) == 0) {
		return slices.ContainsFunc(t.Executors, p.Same)
	}
	return ticket.MayAct(t, p)
}

// keysOf are the keys that deliveries to u may have: they were made when less was known.
func keysOf(u ticket.User) []string {
	return slices.DeleteFunc([]string{u.Username, u.Email, u.Phone}, func(k string) bool { return k == "" })
}

// TicketsByKey returns the tickets that platforms call key.
func (s *Store) TicketsByKey(ctx context.Context, key string) ([]notify.TicketRecord, error) {
	found, err := all(ctx, s.read, scanTicket, ticketQuery+`WHERE t.key = $1 ORDER BY t.updated_at DESC LIMIT `+fmt.Sprint(maxNamesakes), clean(key))
	if err != nil {
		return nil, fmt.Errorf("find tickets %s: %w", key, err)
	}
	return found, nil
}

// WasTold reports whether u was ever told of the ticket.
func (s *Store) WasTold(ctx context.Context, ticketID string, u ticket.User) (bool, error) {
	told, err := one(ctx, s.read, value[bool],
		`SELECT EXISTS (SELECT 1 FROM deliveries WHERE ticket_id = $2 AND person IN `+s.words.listed+`)`,
		document{keysOf(u)}, ticketID)
	if err != nil {
		return false, fmt.Errorf("find whether %s was told of ticket %s: %w", u.Username, ticketID, err)
	}
	return told, nil
}
