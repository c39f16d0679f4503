package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

// purgeStep is how much is deleted in one transaction, so that nobody waits long.
const purgeStep = 500

// RetryDeliveries queues every delivery again that f picks and that was given up,
// left out or waits, to be tried until the deadline. It returns how many.
func (s *Store) RetryDeliveries(ctx context.Context, f notify.DeliveryFilter, now, deadline time.Time) (n int, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		n, err = tx.retryDeliveries(ctx, f, now, deadline)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("retry deliveries: %w", err)
	}
	return n, nil
}

func (tx *txn) retryDeliveries(ctx context.Context, f notify.DeliveryFilter, now, deadline time.Time) (int, error) {
	where, err := deliveriesWhere(f)
	if err != nil {
		return 0, err
	}
	due, err := tx.clock(ctx, tx)
	if err != nil {
		return 0, err
	}
	at, dueAt, until := where.bind(millis(now)), where.bind(due), where.bind(millis(deadline))
	res, err := tx.ExecContext(ctx,
		`UPDATE deliveries SET status = 'queued', reason = '', not_before = 0, due_at = `+dueAt+`, deadline = `+until+`, updated_at = `+at+`
		WHERE status IN ('dead', 'failed', 'skipped', 'canceled', 'retrying')
		AND id IN (SELECT d.id FROM deliveries d JOIN tickets t ON t.id = d.ticket_id `+where.sql()+`)`, where.args...)
	if err != nil {
		return 0, err
	}
	for _, ch := range notify.Channels() {
		tx.wake(ch)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// Purge deletes deliveries that came to an end before the given time, and the
// events nothing refers to any more. A ticket keeps its last event. It returns how
// many deliveries went.
func (s *Store) Purge(ctx context.Context, before time.Time) (deleted int, err error) {
	for {
		var n int64
		err := s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
			n, err = tx.purge(ctx, before)
			return err
		})
		if err != nil {
			return deleted, fmt.Errorf("purge: %w", err)
		}
		deleted += int(n)
		if n < purgeStep {
			return deleted, nil
		}
	}
}

func (tx *txn) purge(ctx context.Context, before time.Time) (int64, error) {
	res, err := tx.ExecContext(ctx,
		`DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
			WHERE status NOT IN ('queued', 'retrying', 'sending') AND updated_at < $1 ORDER BY updated_at LIMIT $2)`,
		millis(before), purgeStep)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	if err := tx.purgeCards(ctx, before); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx,
		`DELETE FROM events WHERE id IN (SELECT e.id FROM events e
			WHERE e.accepted_at < $1
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id OR d.want = e.id)
			AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.last_event = e.id) LIMIT $2)`,
		millis(before), purgeStep)
	return n, err
}

// Waiting returns how many deliveries have yet to be sent or brought up to date.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	n, err = one(ctx, s.read, value[int], `SELECT count(*) FROM deliveries WHERE `+dueIn)
	if err != nil {
		return 0, fmt.Errorf("count what waits: %w", err)
	}
	return n, nil
}
