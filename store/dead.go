package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

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
	where, err := tx.picked(ctx, f)
	if err != nil {
		return 0, err
	}
	due, err := tx.clock(ctx, tx)
	if err != nil {
		return 0, err
	}
	at, dueAt, until := where.bind(millis(now)), where.bind(due), where.bind(millis(deadline))
	ids, err := all(ctx, tx, value[string],
		`UPDATE deliveries SET status = 'queued', reason = '', not_before = 0, due_at = `+dueAt+`, deadline = `+until+`, updated_at = `+at+`
		WHERE status IN ('dead', 'failed', 'skipped', 'canceled', 'retrying')
		AND id IN (SELECT d.id FROM deliveries d `+where.sql()+`) RETURNING id`, where.args...)
	if err != nil {
		return 0, err
	}
	for _, ch := range notify.Channels() {
		tx.wake(ch)
	}
	tx.change(ids...)
	return len(ids), nil
}

// Waiting returns how many deliveries have yet to be sent or brought up to date.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	n, err = one(ctx, s.read, value[int], `SELECT count(*) FROM deliveries WHERE `+dueIn)
	if err != nil {
		return 0, fmt.Errorf("count what waits: %w", err)
	}
	return n, nil
}
