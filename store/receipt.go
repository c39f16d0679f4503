package store

import (
	"context"
	"fmt"

	"ticketbell/notify"
)

// Opened implements [notify.ReadReceipts]: the first time counts. One that is being brought
// up to date keeps its state, and the time. Messages that are no delivery's are left out.
func (s *Store) Opened(ctx context.Context, r notify.ReadReceipt) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		now, err := tx.clock(ctx, tx)
		if err != nil {
			return err
		}
		where := &conditions{}
		when, at := where.bind(now), where.bind(millis(r.At))
		where.add(`channel = ?`, string(r.Channel))
		where.add(`read_at = ?`, 0)
		where.in(`message_id`, r.Messages)
		known := &conditions{}
		known.add(`channel = ?`, string(r.Channel))
		known.in(`message_id`, r.Messages)
		if _, err := one(ctx, tx, value[string], `SELECT id FROM deliveries `+known.sql()+` LIMIT 1`, known.args...); err != nil {
			return err
		}
		ids, err := all(ctx, tx, value[string], `UPDATE deliveries SET read_at = `+at+`, updated_at = `+when+`,
			status = CASE WHEN status IN ('accepted', 'updated') THEN 'read' ELSE status END `+where.sql()+` RETURNING id`, where.args...)
		if err != nil {
			return err
		}
		tx.change(ids...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what was read on %s: %w", r.Channel, err)
	}
	return nil
}
