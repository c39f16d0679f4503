package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
)

// Known implements [notify.Ledger].
func (s *Store) Known(ctx context.Context, source, key string) (notify.Known, error) {
	k, err := knownTicket(ctx, s.read, clean(source), clean(key))
	if err != nil {
		return k, fmt.Errorf("read ticket %s of %s: %w", key, source, err)
	}
	return k, nil
}

// Seen implements [notify.Ledger].
func (s *Store) Seen(ctx context.Context, source, id string) (r notify.Receipt, ok bool, err error) {
	r, err = receipt(ctx, s.read, clean(source), clean(id))
	if errors.Is(err, ErrNotFound) {
		return notify.Receipt{}, false, nil
	}
	if err != nil {
		return notify.Receipt{}, false, fmt.Errorf("look up event %s of %s: %w", id, source, err)
	}
	return r, true, nil
}

// Record implements [notify.Ledger].
func (s *Store) Record(ctx context.Context, e notify.Entry, plan func(notify.Known) notify.Plan) (notify.Receipt, error) {
	// Without an id of its own an event cannot be told from a repeat: it never is one.
	e.Event.ID = cmp.Or(clean(e.Event.ID), e.ID)
	e.Event.Source, e.Event.Ticket.Key = clean(e.Event.Source), clean(e.Event.Ticket.Key)
	var receipt notify.Receipt
	err := s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		receipt, err = tx.record(ctx, e, plan)
		return err
	})
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("record event %s of %s: %w", e.Event.ID, e.Event.Source, err)
	}
	return receipt, nil
}

func (tx *txn) record(ctx context.Context, e notify.Entry, plan func(notify.Known) notify.Plan) (notify.Receipt, error) {
	if err := tx.lockTicket(ctx, e.Event.Source, e.Event.Ticket.Key); err != nil {
		return notify.Receipt{}, fmt.Errorf("lock ticket: %w", err)
	}
	first, err := receipt(ctx, tx, e.Event.Source, e.Event.ID)
	if !errors.Is(err, ErrNotFound) {
		return first, err
	}
	known, err := knownTicket(ctx, tx, e.Event.Source, e.Event.Ticket.Key)
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("read ticket: %w", err)
	}
	p := plan(known)
	if p.Err != nil {
		return notify.Receipt{}, p.Err
	}
	if err := tx.keep(ctx, e, known, p); err != nil {
		return notify.Receipt{}, err
	}
	return tx.deliver(ctx, e, known, p)
}

// lockTicket makes the events of one ticket wait for each other.
func (tx *txn) lockTicket(ctx context.Context, source, key string) error {
	return tx.lock(ctx, "ticket\n"+source+"\n"+key)
}

// lock waits until no other transaction holds the name, and holds it to the end.
func (tx *txn) lock(ctx context.Context, name string) error {
	if tx.words.lockName == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, tx.words.lockName, name)
	return err
}

// receipt is the first result of an event seen before, else [ErrNotFound].
func receipt(ctx context.Context, q querier, source, id string) (notify.Receipt, error) {
	r, err := one(ctx, q, scanReceipt,
		`SELECT id, ticket_id FROM events WHERE source = $1 AND event_id = $2`, source, id)
	if err != nil {
		return notify.Receipt{}, err
	}
	r.Deliveries, err = all(ctx, q, scanDelivery,
		`SELECT `+deliveryColumns+` FROM deliveries d WHERE d.event_id = $1 ORDER BY d.created_at, d.id`, r.EventID)
	return r, err
}

func scanReceipt(r row) (notify.Receipt, error) {
	found := notify.Receipt{Replayed: true}
	return found, r.Scan(&found.EventID, &found.TicketID)
}

// knownTicket is what is on record about a ticket; nothing is an answer as well.
func knownTicket(ctx context.Context, q querier, source, key string) (notify.Known, error) {
	k, err := one(ctx, q, scanKnown,
		`SELECT EXISTS (SELECT 1 FROM mutes m WHERE m.ticket_id = t.id), t.id, e.body, t.trail, t.turn, `+watchColumns+`
		FROM tickets t JOIN events e ON e.id = t.last_event WHERE t.source = $1 AND t.key = $2`, source, key)
	if errors.Is(err, ErrNotFound) {
		return notify.Known{}, nil
	}
	if err == nil && k.muted {
		k.Muted, err = all(ctx, q, value[string], `SELECT username FROM mutes WHERE ticket_id = $1`, k.ID)
	}
	return k.Known, err
}

// found is what is known of a ticket, and whether anybody muted it: hardly ever.
type found struct {
	notify.Known

	muted bool
}

func scanKnown(r row) (k found, err error) {
	return k, r.Scan(append([]any{&k.muted, &k.ID, document{&k.Last}, document{&k.Trail}, &k.Turn}, watchFields(&k.Watch)...)...)
}

// keep writes the event and what becomes of its ticket.
func (tx *txn) keep(ctx context.Context, e notify.Entry, known notify.Known, p notify.Plan) error {
	if known.ID == "" || (!p.Late && !p.Aside) {
		if err := tx.keepTicket(ctx, e, p); err != nil {
			return fmt.Errorf("write ticket: %w", err)
		}
		if err := tx.findable(ctx, e, known, p.TicketID); err != nil {
			return fmt.Errorf("write what the ticket is found by: %w", err)
		}
	}
	if len(known.Muted) > 0 && !p.Late && !p.Aside && e.Event.Ticket.Status.Over() {
		if _, err := tx.ExecContext(ctx, `DELETE FROM mutes WHERE ticket_id = $1`, p.TicketID); err != nil {
			return fmt.Errorf("end mutes: %w", err)
		}
	}
	if p.Aside && p.Watch != known.Watch {
		if err := tx.keepWatch(ctx, p); err != nil {
			return fmt.Errorf("write the watch: %w", err)
		}
	}
	_, err := tx.ExecContext(ctx,
		`INSERT INTO events (id, source, event_id, ticket_id, kind, late, body, accepted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		e.ID, e.Event.Source, e.Event.ID, p.TicketID, string(e.Event.Kind), p.Late, document{e.Event}, millis(e.AcceptedAt))
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}

// keepTicket makes the ticket or moves it on; its flow stays the one it began with.
func (tx *txn) keepTicket(ctx context.Context, e notify.Entry, p notify.Plan) error {
	var flow any = ""
	if e.Flow != nil {
		flow = document{e.Flow}
	}
	_, err := tx.ExecContext(ctx,
		`INSERT INTO tickets (id, source, key, title, state, last_event, trail, flow, created_at, updated_at, turn,
			watch_at, remind_at, escalate_at, reminded, nudged_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, state = excluded.state,
			last_event = excluded.last_event, trail = excluded.trail, updated_at = excluded.updated_at, turn = excluded.turn,
			watch_at = excluded.watch_at, remind_at = excluded.remind_at, escalate_at = excluded.escalate_at,
			reminded = excluded.reminded, nudged_at = excluded.nudged_at`,
		p.TicketID, e.Event.Source, e.Event.Ticket.Key, clean(e.Event.Ticket.Title), p.State, e.ID,
		document{p.Trail}, flow, millis(e.AcceptedAt), p.Turn,
		millis(p.Watch.Next()), millis(p.Watch.Remind), millis(p.Watch.Escalate), p.Watch.Reminded, millis(p.Watch.Nudged))
	return err
}

// deliver adds the new deliveries and brings those that are out up to date.
func (tx *txn) deliver(ctx context.Context, e notify.Entry, known notify.Known, p notify.Plan) (notify.Receipt, error) {
	if known.ID != "" {
		if err := tx.overtake(ctx, e, known, p); err != nil {
			return notify.Receipt{}, err
		}
	}
	if err := tx.introduce(ctx, p.Deliveries); err != nil {
		return notify.Receipt{}, fmt.Errorf("write what people are found by: %w", err)
	}
	r := notify.Receipt{EventID: e.ID, TicketID: p.TicketID}
	for _, d := range p.Deliveries {
		d, added, err := tx.addDelivery(ctx, e, p, d)
		if err != nil {
			return notify.Receipt{}, fmt.Errorf("write delivery: %w", err)
		}
		if added {
			r.Deliveries = append(r.Deliveries, d)
		}
	}
	return r, nil
}

// overtake brings what was said of the ticket before up to date.
func (tx *txn) overtake(ctx context.Context, e notify.Entry, known notify.Known, p notify.Plan) error {
	if err := tx.refresh(ctx, e, p); err != nil {
		return fmt.Errorf("refresh deliveries: %w", err)
	}
	if p.Turn <= known.Turn {
		return nil
	}
	if err := tx.closeDecisions(ctx, e, known, p); err != nil {
		return fmt.Errorf("end decisions: %w", err)
	}
	return nil
}
