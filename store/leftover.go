package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// SwitchOff writes a configuration like [Store.PutChannel], one that is off, and settles in
// the same transaction what becomes of the messages that wait for the channel. on are the
// channels that are on.
func (s *Store) SwitchOff(ctx context.Context, rec notify.ChannelRecord, what notify.Leftover, on []notify.Channel) (left notify.Left, err error) {
	sealed, err := s.seal(rec)
	if err != nil {
		return left, fmt.Errorf("switch %s off: %w", rec.Channel, err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		left = notify.Left{}
		if err := tx.putChannel(ctx, rec, sealed, s.now()); err != nil {
			return err
		}
		return tx.leave(ctx, &left, rec.Channel, what, on, s.now())
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrConflict
	}
	if err != nil {
		return left, fmt.Errorf("switch %s off: %w", rec.Channel, err)
	}
	return left, nil
}

// leaves is the condition on deliveries d of channel $1 that wait for their first message and
// that nobody holds; $2 is the present.
const leaves = `d.channel = $1 AND d.message_id = '' AND (d.status IN ('queued', 'retrying') OR (d.status = 'sending' AND d.due_at <= $2))`

// leave settles what waits on the channel.
func (tx *txn) leave(ctx context.Context, left *notify.Left, ch notify.Channel, what notify.Leftover, on []notify.Channel, now time.Time) (err error) {
	clock, err := tx.clock(ctx, tx)
	if err != nil {
		return err
	}
	switch what {
	case notify.DiscardWaiting:
		left.Discarded, err = tx.end(ctx, notify.ReasonDiscarded, now, leaves, string(ch), clock)
	case notify.RerouteWaiting:
		if err := tx.callBehind(ctx, ch, clock); err != nil {
			return err
		}
		left.Elsewhere, err = tx.end(ctx, notify.ReasonElsewhere, now, leaves+` AND EXISTS (SELECT 1 FROM deliveries o
			WHERE o.event_id = d.event_id AND o.person = d.person AND o.channel <> d.channel AND (o.status IN ('accepted', 'read', 'updated')
				OR (o.status IN ('queued', 'retrying', 'sending') AND o.channel IN (SELECT channel FROM channels WHERE enabled))))`, string(ch), clock)
		if err == nil {
			err = tx.reroute(ctx, left, ch, on, clock, now)
		}
	default:
		left.Kept, err = one(ctx, tx, value[int], `SELECT count(*) FROM deliveries d WHERE `+leaves, string(ch), clock)
	}
	return err
}

// end cancels the deliveries that where picks, whose arguments are the channel and the present.
func (tx *txn) end(ctx context.Context, reason string, now time.Time, where string, args ...any) (int, error) {
	ids, err := all(ctx, tx, value[string],
		`UPDATE deliveries SET status = 'canceled', reason = $3, lease = '', updated_at = $4
		WHERE id IN (SELECT d.id FROM deliveries d WHERE `+where+`) RETURNING id`, append(args, reason, millis(now))...)
	tx.change(ids...)
	return len(ids), err
}

// reroute sends everything that waits on the channel another way. Who has none is skipped,
// with that reason: nothing is lost without a word.
func (tx *txn) reroute(ctx context.Context, left *notify.Left, ch notify.Channel, on []notify.Channel, clock int64, now time.Time) error {
	waiting, err := all(ctx, tx, scanWaiting, `SELECT d.id, d.reader FROM deliveries d WHERE `+leaves+` ORDER BY d.created_at, d.id`, string(ch), clock)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		status, reason := notify.Skipped, notify.ReasonStranded
		for _, to := range notify.Detours(w.to, on) {
			anew, err := tx.divert(ctx, w.id, to, clock, now, time.Time{})
			if err != nil {
				return err
			}
			if anew != "" {
				status, reason = notify.Canceled, notify.ReasonRerouted
				break
			}
		}
		if status == notify.Canceled {
			left.Rerouted++
		} else {
			left.Stranded++
		}
		if _, err := tx.ExecContext(ctx, `UPDATE deliveries SET status = $2, reason = $3, lease = '', updated_at = $4 WHERE id = $1`,
			w.id, string(status), reason, millis(now)); err != nil {
			return err
		}
		tx.change(w.id)
	}
	return nil
}

// waiting is a delivery that goes another way, and who it is for.
type waiting struct {
	id string
	to ticket.User
}

func scanWaiting(r row) (w waiting, err error) { return w, r.Scan(&w.id, document{&w.to}) }

// divert makes a delivery on the channel to out of one on another channel, which stays as
// it is, and returns its id; "" when the person has one of that event there. It is tried
// until the deadline, that of the other one where there is none. One that waits for the
// end of quiet hours goes on waiting.
func (tx *txn) divert(ctx context.Context, id string, to notify.Channel, clock int64, now, deadline time.Time) (string, error) {
	anew := notify.NewID("dlv_")
	res, err := tx.ExecContext(ctx,
		`INSERT INTO deliveries (id, event_id, ticket_id, person, channel, reader, role, status, reason, code, message_id, shown, want, state, result,
			attempts, not_before, deadline, created_at, updated_at, lease, payload, due_at, claimed, turn, kind, project)
		SELECT $2, event_id, ticket_id, person, $3, reader, role, 'queued', CASE WHEN reason = $6 THEN reason ELSE '' END, '', '', '', want, state, result,
			0, CASE WHEN reason = $6 THEN not_before ELSE 0 END, CASE WHEN CAST($7 AS BIGINT) = 0 THEN deadline ELSE CAST($7 AS BIGINT) END, $5, $5, '', '', CASE WHEN reason = $6 THEN due_at ELSE CAST($4 AS BIGINT) END, '', turn, kind, project
		FROM deliveries WHERE id = $1
		ON CONFLICT (event_id, person, channel) DO NOTHING`,
		id, anew, string(to), clock, millis(now), notify.ReasonQuiet, millis(deadline))
	if err != nil {
		return "", err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return "", err
	}
	tx.wake(to)
	tx.change(anew)
	return anew, nil
}
