package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// deliveryColumns are the columns of deliveries d that scanDelivery reads. The
// payload is not among them: it may be large and only one delivery's is looked at.
const deliveryColumns = `d.id, d.event_id, d.ticket_id, d.person, d.channel, d.reader, d.role, d.status,
	d.reason, d.code, d.message_id, d.shown, d.want, d.state, d.result, d.attempts,
	d.not_before, d.deadline, d.created_at, d.updated_at, d.lease, d.unknown_since, d.turn, d.read_at, d.place, d.instead, d.form`

func deliveryFields(d *notify.Delivery) []any {
	return []any{
		&d.ID, &d.Event, &d.Ticket, &d.Person, &d.Channel,
		document{&d.To},
		&d.Role, &d.Status,
		&d.Reason, &d.Code, &d.MessageID, &d.Shown, &d.Want, &d.State, &d.Result, &d.Attempts,
		stamp{&d.NotBefore},
		stamp{&d.Deadline},
		stamp{&d.CreatedAt},
		stamp{&d.UpdatedAt},
		&d.Lease,
		stamp{&d.UnknownSince},
		&d.Turn,
		stamp{&d.ReadAt},
		&d.Place,
		document{&d.Instead},
		&d.Form,
	}
}

func scanDelivery(r row) (d notify.Delivery, err error) {
	return d, r.Scan(deliveryFields(&d)...)
}

func scanDeliveryPayload(r row) (d notify.Delivery, err error) {
	return d, r.Scan(append(append(deliveryFields(&d), aboutFields(&d.About)...), &d.Payload)...)
}

// addDelivery inserts d, completed from its event; added is false when the person
// has one of this event on this channel already.
func (tx *txn) addDelivery(ctx context.Context, e notify.Entry, p notify.Plan, d notify.Delivery) (_ notify.Delivery, added bool, err error) {
	d.Event, d.Ticket = e.ID, p.TicketID
	d.Want = cmp.Or(d.Want, e.ID)
	if d.CreatedAt.IsZero() {
		d.CreatedAt = e.AcceptedAt
	}
	if d.UpdatedAt.IsZero() {
		d.UpdatedAt = d.CreatedAt
	}
	now, err := tx.clock(ctx, tx)
	if err != nil {
		return d, false, err
	}
	due := now + max(millis(d.NotBefore), millis(d.CreatedAt)) - millis(e.AcceptedAt)
	notBefore := int64(0)
	if !d.NotBefore.IsZero() {
		notBefore = due
	} else if d.Role == ticket.RoleAssignee {
		due -= actStart.Milliseconds()
	}
	res, err := tx.ExecContext(ctx,
		`INSERT INTO deliveries (id, event_id, ticket_id, person, channel, reader, role, status,
			reason, code, message_id, shown, want, state, result, attempts,
			not_before, deadline, created_at, updated_at, lease, payload, due_at, claimed, turn, kind, project, place, instead)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '', $21, $22, '', $23, $24, $25, $26, $27)
		ON CONFLICT (event_id, person, channel) DO NOTHING`,
		d.ID, d.Event, d.Ticket, clean(d.Person), string(d.Channel), document{d.To}, string(d.Role), string(d.Status),
		clean(d.Reason), d.Code, d.MessageID, d.Shown, d.Want, d.State, d.Result, d.Attempts,
		notBefore, millis(d.Deadline), millis(d.CreatedAt), millis(d.UpdatedAt), clean(d.Payload), due, d.Turn,
		string(e.Event.Kind), clean(e.Event.Ticket.Project.Key), d.Place, instead(d))
	if err != nil {
		return d, false, err
	}
	tx.change(d.ID)
	n, err := res.RowsAffected()
	if d.Status == notify.Queued || d.Status == notify.Retrying {
		tx.wake(d.Channel)
	}
	return d, n == 1, err
}

// Delivery returns the delivery, its payload included, and its attempts, first to last.
func (s *Store) Delivery(ctx context.Context, id string) (notify.Delivery, []notify.Attempt, error) {
	d, err := one(ctx, s.read, scanDeliveryPayload,
		`SELECT `+deliveryColumns+`, `+aboutColumns+`, d.payload FROM deliveries d JOIN tickets t ON t.id = d.ticket_id WHERE d.id = $1`, id)
	if err != nil {
		return d, nil, fmt.Errorf("read delivery %s: %w", id, err)
	}
	attempts, err := all(ctx, s.read, scanAttempt,
		`SELECT number, started_at, duration_us, outcome, code, message, request_id
		FROM attempts WHERE delivery_id = $1 ORDER BY number`, id)
	if err != nil {
		return d, nil, fmt.Errorf("read attempts of %s: %w", id, err)
	}
	return d, attempts, nil
}

func scanAttempt(r row) (a notify.Attempt, err error) {
	return a, r.Scan(&a.Number, stamp{&a.StartedAt}, span{&a.Duration}, &a.Outcome, &a.Code, &a.Message, &a.RequestID)
}

// CancelDelivery calls a delivery off that waits or was given up and of which no
// message is out. One in any other state is [ErrConflict].
func (s *Store) CancelDelivery(ctx context.Context, id string, now time.Time) (d notify.Delivery, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		d, err = tx.cancelDelivery(ctx, id, now)
		return err
	})
	if err != nil {
		return notify.Delivery{}, fmt.Errorf("cancel delivery %s: %w", id, err)
	}
	return d, nil
}

func (tx *txn) cancelDelivery(ctx context.Context, id string, now time.Time) (notify.Delivery, error) {
	changed := mustChange(tx.ExecContext(ctx,
		`UPDATE deliveries SET status = 'canceled', reason = $2, updated_at = $3
		WHERE id = $1 AND message_id = '' AND status IN ('queued', 'retrying', 'dead', 'failed')`,
		id, notify.ReasonDiscarded, millis(now)))
	if changed != nil && !errors.Is(changed, ErrNotFound) {
		return notify.Delivery{}, changed
	}
	d, err := one(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d WHERE d.id = $1`, id)
	if err != nil {
		return d, err
	}
	if changed != nil {
		return d, fmt.Errorf("it is %s: %w", d.Status, ErrConflict)
	}
	tx.change(d.ID)
	return d, tx.passOn(ctx, millis(now), d, notify.Canceled, notify.ReasonDiscarded)
}

// RetryDelivery queues a delivery again that was given up, left out or waits, to
// be tried until the deadline. One in any other state is [ErrConflict].
func (s *Store) RetryDelivery(ctx context.Context, id string, now, deadline time.Time) (d notify.Delivery, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		d, err = tx.retryDelivery(ctx, id, now, deadline)
		return err
	})
	if err != nil {
		return notify.Delivery{}, fmt.Errorf("retry delivery %s: %w", id, err)
	}
	return d, nil
}

func (tx *txn) retryDelivery(ctx context.Context, id string, now, deadline time.Time) (notify.Delivery, error) {
	due, err := tx.clock(ctx, tx)
	if err != nil {
		return notify.Delivery{}, err
	}
	changed := mustChange(tx.ExecContext(ctx,
		`UPDATE deliveries SET status = 'queued', reason = '', not_before = 0, due_at = $4, deadline = $3, updated_at = $2
		WHERE id = $1 AND status IN ('dead', 'failed', 'skipped', 'canceled', 'retrying')`,
		id, millis(now), millis(deadline), due))
	if changed != nil && !errors.Is(changed, ErrNotFound) {
		return notify.Delivery{}, changed
	}
	d, err := one(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d WHERE d.id = $1`, id)
	if err != nil {
		return d, err
	}
	if changed != nil {
		return d, fmt.Errorf("it is %s: %w", d.Status, ErrConflict)
	}
	tx.wake(d.Channel)
	tx.change(d.ID)
	return d, nil
}

const countQuery = `SELECT channel, status, count(*) FROM deliveries GROUP BY status, channel`

// CountDeliveries counts the deliveries of each channel in each status; a count of
// none is left out.
func (s *Store) CountDeliveries(ctx context.Context) (map[notify.Channel]map[notify.Status]int, error) {
	counts := map[notify.Channel]map[notify.Status]int{}
	_, err := all(ctx, s.read, func(r row) (n int, err error) {
		var ch notify.Channel
		var st notify.Status
		if err := r.Scan(&ch, &st, &n); err != nil {
			return 0, err
		}
		if counts[ch] == nil {
			counts[ch] = map[notify.Status]int{}
		}
		counts[ch][st] = n
		return n, nil
	}, countQuery)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	return counts, nil
}
