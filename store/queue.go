package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// dueIn is the condition of the index deliveries_due and must read as it does there.
const dueIn = `status IN ('queued', 'retrying', 'sending')`

// Deliveries are claimed in the order of the time they are due, but what cannot wait is
// due that much earlier: a card that shows what is over goes before new messages, and
// of these the ones that ask their reader to act. It is a head start and no rank: a
// message that has waited longer than that is passed by nobody.
const (
	updateStart = 5 * time.Minute
	actStart    = time.Minute
)

// headStart is the head start of a delivery in milliseconds.
func headStart() string {
	return fmt.Sprintf(`(CASE WHEN message_id <> '' THEN %d WHEN role = '%s' THEN %d ELSE 0 END)`,
		updateStart.Milliseconds(), ticket.RoleAssignee, actStart.Milliseconds())
}

// Claim implements [notify.Queue].
func (s *Store) Claim(ctx context.Context, ch notify.Channel, n int, lease string, hold time.Duration) ([]notify.Notice, error) {
	if n <= 0 {
		return nil, nil
	}
	var notices []notify.Notice
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		ids, err := tx.claim(ctx, ch, n, lease, hold)
		if err != nil || len(ids) == 0 {
			return err
		}
		tx.change(ids...)
		notices, err = tx.notices(ctx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries of %s: %w", ch, err)
	}
	return notices, nil
}

// claim marks the deliveries and returns their ids. The marking is a statement of
// its own: whoever refreshes the ticket waits for it, and what is read after it
// (see notices) is no older than it.
func (tx *txn) claim(ctx context.Context, ch notify.Channel, n int, lease string, hold time.Duration) ([]string, error) {
	now, err := tx.clock(ctx, tx)
	if err != nil {
		return nil, err
	}
	taken, err := all(ctx, tx, scanTaken, claimQuery(tx.words), string(ch), now, n, lease, now+hold.Milliseconds())
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(taken))
	quiet := false
	for _, one := range taken {
		ids = append(ids, one.ID)
		quiet = quiet || one.Reason == notify.ReasonQuiet
	}
	if !quiet {
		return ids, nil
	}
	more, err := all(ctx, tx, scanTaken, gatherQuery(tx.words), document{ids}, now, maxGathered, lease, now+hold.Milliseconds(), string(ch))
	for _, one := range more {
		ids = append(ids, one.ID)
	}
	return ids, err
}

func scanTaken(r row) (d notify.Delivery, err error) { return d, r.Scan(&d.ID, &d.Reason) }

// take marks what is due as claimed. Of what another held whose lease ran out nobody can tell
// whether it was sent: since the claim. A mail is not marked, for no server knows it again: most of
// what a killed process held it had not begun.
const take = `UPDATE deliveries SET status = 'sending', lease = $4, due_at = $5, updated_at = $2,
			claimed = CASE WHEN message_id = '' THEN event_id ELSE want END,
			unknown_since = CASE WHEN unknown_since = 0 AND status = 'sending' AND message_id = '' AND channel <> 'mail' THEN updated_at ELSE unknown_since END
		WHERE id IN (SELECT id FROM due) RETURNING id, reason`

func claimQuery(words dialect) string {
	return `WITH due AS MATERIALIZED (
			SELECT id FROM deliveries WHERE channel = $1 AND ` + dueIn + ` AND due_at <= $2
			ORDER BY due_at, created_at LIMIT $3` + words.skipLocked + `)
		` + take
}

// maxGathered is how much is claimed at most because it belongs to what is.
const maxGathered = 500

// gatherQuery claims what else waited for the quiet hours of the same people to end, so
// that it is said in one message. It may be due some moments later.
func gatherQuery(words dialect) string {
	return `WITH due AS MATERIALIZED (
			SELECT id FROM deliveries WHERE channel = $6 AND ` + dueIn + ` AND due_at <= CAST($2 AS BIGINT) + 60000
				AND status <> 'sending' AND reason = 'quiet_hours'
				AND person IN (SELECT person FROM deliveries WHERE id IN ` + words.listed + ` AND reason = 'quiet_hours')
			ORDER BY due_at, created_at LIMIT $3` + words.skipLocked + `)
		` + take
}

// notices returns claimed deliveries with what is needed to say them, oldest first.
// A message that is not out says its own event, whatever came since: a result must be
// told before the card that tells it may change. One that is out shows what is wanted.
func (tx *txn) notices(ctx context.Context, ids []string) ([]notify.Notice, error) {
	return all(ctx, tx, scanNotice,
		`SELECT `+deliveryColumns+`, d.claimed, e.body, t.state, t.trail, t.turn, coalesce(p.action, ''), coalesce(nullif(p.name, ''), p.username, ''),
			EXISTS (SELECT 1 FROM mutes m WHERE m.ticket_id = d.ticket_id AND m.username = d.person)
		FROM deliveries d JOIN events e ON e.id = d.claimed JOIN tickets t ON t.id = d.ticket_id
			LEFT JOIN decisions p ON p.ticket_id = t.id AND p.turn = t.turn AND p.shown AND `+openDecision("p.")+`
		WHERE d.id IN `+tx.words.listed+` ORDER BY d.not_before, d.created_at, d.id`, document{ids})
}

func scanNotice(r row) (n notify.Notice, err error) {
	var p cards.Pending
	fields := append(deliveryFields(&n.Delivery), &n.Delivery.Want, document{&n.Event}, &n.Current, document{&n.Trail}, &n.Turn, &p.Action, &p.By, &n.Muted)
	if err := r.Scan(fields...); err != nil {
		return n, err
	}
	if p.Action != "" {
		n.Pending = &p
	}
	return n, nil
}

// renewQuery need not ask for the status: only what is being sent has a lease.
func renewQuery(words dialect) string {
	return `UPDATE deliveries SET due_at = $3 WHERE id IN ` + words.listed + ` AND lease = $2 RETURNING id`
}

// Renew implements [notify.Queue].
func (s *Store) Renew(ctx context.Context, lease string, ids []string, hold time.Duration) (held []string, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		now, err := tx.clock(ctx, tx)
		if err != nil {
			return err
		}
		held, err = all(ctx, tx, value[string], renewQuery(tx.words), document{ids}, lease, now+hold.Milliseconds())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("renew lease: %w", err)
	}
	return held, nil
}

const nextDueQuery = `SELECT min(due_at) FROM deliveries WHERE channel = $1 AND ` + dueIn

// DueIn implements [notify.Queue]. It asks a reader: looking for work must not stand
// in the way of those who write.
func (s *Store) DueIn(ctx context.Context, ch notify.Channel) (wait time.Duration, ok bool, err error) {
	at, err := one(ctx, s.read, value[sql.NullInt64], nextDueQuery, string(ch))
	if err == nil && at.Valid {
		var now int64
		now, err = s.clock(ctx, s.read)
		wait = time.Duration(at.Int64-now) * time.Millisecond
	}
	if err != nil {
		return 0, false, fmt.Errorf("find the next delivery of %s: %w", ch, err)
	}
	return wait, at.Valid, nil
}
