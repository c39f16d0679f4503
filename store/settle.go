package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ticketbell/notify"
)

// Settle implements [notify.Queue]. A message the provider gave no id, or that is
// fixed, cannot be brought up to date, so it does not become due again.
func (s *Store) Settle(ctx context.Context, lease string, settled []notify.Settlement) error {
	inOrder := slices.SortedFunc(slices.Values(settled), func(a, b notify.Settlement) int {
		return strings.Compare(a.DeliveryID, b.DeliveryID) // the order in which refresh locks them
	})
	err := s.writeSoon(ctx, func(ctx context.Context, tx *txn) error {
		now, err := tx.clock(ctx, tx)
		if err != nil {
			return err
		}
		for _, one := range inOrder {
			if err := tx.settle(ctx, lease, now, one); err != nil {
				return fmt.Errorf("delivery %s: %w", one.DeliveryID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}

func (tx *txn) settle(ctx context.Context, lease string, now int64, s notify.Settlement) error {
	after, err := tx.release(ctx, lease, now, s)
	if errors.Is(err, ErrNotFound) {
		return nil // somebody else holds it by now, and writes down how it fared
	}
	if err != nil {
		return err
	}
	tx.change(s.DeliveryID)
	if err := tx.passOn(ctx, now, after, s.Status, s.Reason); err != nil {
		return err
	}
	if after.Status == notify.Queued || after.Status == notify.Retrying {
		tx.wake(after.Channel)
	}
	if s.Attempt == nil {
		return nil
	}
	return tx.addAttempt(ctx, s.DeliveryID, *s.Attempt)
}

// release writes the outcome and gives the delivery free, if it is held under
// lease: else it returns [ErrNotFound].
func (tx *txn) release(ctx context.Context, lease string, now int64, s notify.Settlement) (notify.Delivery, error) {
	const again = `$3 IN ('accepted', 'updated') AND want <> claimed AND (message_id <> '' OR $6 <> '') AND NOT (fixed OR $14)`
	counts := 1
	if s.Free {
		counts = 0
	}
	err := mustChange(tx.ExecContext(ctx,
		`UPDATE deliveries SET
			status = CASE WHEN `+again+` THEN 'queued' ELSE $3 END,
			due_at = CASE WHEN $11 AND not_before <> 0 THEN not_before WHEN $11 AND created_at < $10 THEN created_at - `+headStart()+`
				WHEN $11 OR `+again+` THEN CAST($10 AS BIGINT) - `+headStart()+` ELSE CAST($9 AS BIGINT) END,
			reason = $4, code = $5,
			message_id = CASE WHEN $6 <> '' THEN $6 ELSE message_id END, fixed = fixed OR $14,
			form = CASE WHEN $16 <> '' THEN $16 ELSE form END,
			payload = CASE WHEN $7 <> '' THEN $7 ELSE payload END,
			shown = CASE WHEN $8 <> '' THEN $8 ELSE shown END,
			not_before = CASE WHEN $11 THEN not_before ELSE $9 END, attempts = attempts + $12, lease = '',
			unknown_since = CASE WHEN $13 AND unknown_since = 0 THEN $10 ELSE unknown_since END, claimed = '', updated_at = $10,
			took_ms = CASE WHEN took_ms = 0 AND CAST($15 AS BIGINT) > created_at THEN CAST($15 AS BIGINT) - created_at
				WHEN took_ms = 0 AND CAST($15 AS BIGINT) > 0 THEN 1 ELSE took_ms END
		WHERE id = $1 AND lease = $2 AND status = 'sending'`,
		s.DeliveryID, lease, string(s.Status), clean(s.Reason), clean(s.Code), clean(s.MessageID), clean(s.Payload), s.Shown,
		notBefore(s, now), now, s.Untouched, counts, s.Unknown, s.Fixed, acceptedAt(s), s.Form))
	if err != nil {
		return notify.Delivery{}, err
	}
	// RETURNING would have SQLite keep every page as it was before, for a statement that fails half-way.
	return one(ctx, tx, scanReleased, `SELECT channel, status, id, event_id, person, place FROM deliveries WHERE id = $1`, s.DeliveryID)
}

// acceptedAt is when the provider took the message, 0 when it did not.
func acceptedAt(s notify.Settlement) int64 {
	if s.Attempt == nil || s.Attempt.Outcome != string(notify.Accepted) {
		return 0
	}
	return millis(s.Attempt.StartedAt.Add(s.Attempt.Duration))
}

// notBefore is when a delivery is due that goes on waiting; the others have no such time.
func notBefore(s notify.Settlement, now int64) int64 {
	if s.Status != notify.Queued && s.Status != notify.Retrying {
		return 0 // due only if brought up to date, and then at once
	}
	return now + s.Wait.Milliseconds()
}

func scanReleased(r row) (d notify.Delivery, err error) {
	return d, r.Scan(&d.Channel, &d.Status, &d.ID, &d.Event, &d.Person, &d.Place)
}

func (tx *txn) addAttempt(ctx context.Context, id string, a notify.Attempt) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO attempts (delivery_id, number, started_at, duration_us, outcome, code, message, request_id)
		VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM attempts WHERE delivery_id = $1), $2, $3, $4, $5, $6, $7)`,
		id, millis(a.StartedAt), a.Duration.Microseconds(), a.Outcome, clean(a.Code), clean(a.Message), clean(a.RequestID))
	return err
}
