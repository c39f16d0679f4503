package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/notify"
)

// openDecision is the condition of a decision whose end is not known; prefix says of
// which table. The first half repeats the condition of the index decisions_one.
func openDecision(prefix string) string {
	return prefix + `status IN ('asking', 'pending', 'decided') AND ` + prefix + `status <> 'decided'`
}

const decisionColumns = `id, ticket_id, turn, state, action, username, name, reason, channel, address,
	press_id, language, status, message, shown, tell, attempts, due_at, deadline, created_at`

const decisionQuery = `SELECT ` + decisionColumns + ` FROM decisions `

func scanDecision(r row) (d notify.Decision, err error) {
	return d, r.Scan(&d.ID, &d.Ticket, &d.Turn, &d.State, &d.Action, &d.By.Username, &d.By.Name, &d.Reason, &d.Channel, &d.Address,
		&d.Press, &d.Language, &d.Status, &d.Message, &d.Shown, &d.Tell, &d.Attempts,
		stamp{&d.Due},
		stamp{&d.Deadline},
		stamp{&d.At})
}

// Pressed implements [notify.Decisions]. All deliveries of an event are made for one turn.
func (s *Store) Pressed(ctx context.Context, p notify.Press) (notify.Pressed, error) {
	found, err := s.cardOf(ctx, p)
	if err != nil {
		return found, fmt.Errorf("find the card of a press: %w", err)
	}
	found.TicketRecord, err = s.Ticket(ctx, found.ID)
	return found, err
}

func (s *Store) cardOf(ctx context.Context, p notify.Press) (notify.Pressed, error) {
	const card = `SELECT ticket_id, state, turn FROM deliveries WHERE `
	if p.MessageID != "" {
		found, err := one(ctx, s.read, scanPressed,
			card+`message_id = $1 AND message_id <> '' AND channel = $2 ORDER BY created_at LIMIT 1`, clean(p.MessageID), string(p.Channel))
		if !errors.Is(err, ErrNotFound) || p.Notice == "" {
			return found, err
		}
	}
	return one(ctx, s.read, scanPressed, card+`event_id = $1 LIMIT 1`, clean(p.Notice))
}

func scanPressed(r row) (p notify.Pressed, err error) {
	return p, r.Scan(&p.ID, &p.CardState, &p.CardTurn)
}

// DecisionOf implements [notify.Decisions].
func (s *Store) DecisionOf(ctx context.Context, ch notify.Channel, press string) (notify.Decision, error) {
	d, err := one(ctx, s.read, scanDecision, decisionQuery+`WHERE channel = $1 AND press_id = $2`, string(ch), clean(press))
	if err != nil {
		return d, fmt.Errorf("find the decision of a press: %w", err)
	}
	return d, nil
}

// Decide implements [notify.Decisions]. The index decisions_one is the judge of who
// was first.
func (s *Store) Decide(ctx context.Context, d notify.Decision) (stands notify.Decision, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		stands, err = tx.decide(ctx, d)
		return err
	})
	if err != nil {
		return notify.Decision{}, fmt.Errorf("decide ticket %s: %w", d.Ticket, err)
	}
	return stands, nil
}

func (tx *txn) decide(ctx context.Context, d notify.Decision) (notify.Decision, error) {
	turn, err := one(ctx, tx, value[int64], `SELECT turn FROM tickets WHERE id = $1`+tx.words.lockRows, d.Ticket)
	if err != nil {
		return d, err
	}
	if turn != d.Turn {
		return d, ErrConflict
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO decisions (id, ticket_id, turn, state, action, username, name, reason, channel, address, press_id, language,
			status, message, shown, tell, attempts, due_at, deadline, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $14, 1, $15, $16, $17, $17)
		ON CONFLICT DO NOTHING`,
		d.ID, d.Ticket, d.Turn, d.State, string(d.Action), clean(d.By.Username), clean(d.By.Name), clean(d.Reason),
		string(d.Channel), clean(d.Address), clean(d.Press), string(d.Language), string(d.Status), false,
		millis(d.Due), millis(d.Deadline), millis(d.At))
	if err != nil {
		return d, err
	}
	return one(ctx, tx, scanDecision, decisionQuery+
		`WHERE (channel = $1 AND press_id = $2) OR (ticket_id = $3 AND turn = $4 AND status IN ('asking', 'pending', 'decided'))
		ORDER BY CASE WHEN channel = $1 AND press_id = $2 THEN 0 ELSE 1 END LIMIT 1`,
		string(d.Channel), clean(d.Press), d.Ticket, d.Turn)
}

// ShowDecision implements [notify.Decisions].
func (s *Store) ShowDecision(ctx context.Context, d notify.Decision, now time.Time) (stands notify.Decision, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		if err := tx.lockDeliveries(ctx, d.Ticket); err != nil {
			return err
		}
		changed := mustChange(tx.ExecContext(ctx,
			`UPDATE decisions SET shown = $2, updated_at = $3 WHERE id = $1 AND `+openDecision("")+` AND NOT shown`,
			d.ID, true, millis(now)))
		if changed == nil {
			changed = tx.redraw(ctx, d.Ticket, now)
		}
		if changed != nil && !errors.Is(changed, ErrNotFound) {
			return changed
		}
		stands, err = one(ctx, tx, scanDecision, decisionQuery+`WHERE id = $1`, d.ID)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("show decision %s: %w", d.ID, err)
	}
	return stands, nil
}

// Rule implements [notify.Decisions].
func (s *Store) Rule(ctx context.Context, d notify.Decision, now time.Time) (stands notify.Decision, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		stands, err = tx.rule(ctx, d, now)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("end decision %s: %w", d.ID, err)
	}
	return stands, nil
}

// rule also lets a platform's word stand against what its event seemed to say: that
// somebody else was first. Deliveries are locked first, as whoever records an event does.
func (tx *txn) rule(ctx context.Context, d notify.Decision, now time.Time) (notify.Decision, error) {
	if err := tx.lockDeliveries(ctx, d.Ticket); err != nil {
		return d, err
	}
	stands, err := one(ctx, tx, scanDecision,
		`UPDATE decisions SET status = $2, message = $3, updated_at = $5,
			tell = ($2 = 'failed' OR ($2 = 'refused' AND shown)),
			due_at = CASE WHEN $2 = 'failed' OR ($2 = 'refused' AND shown) THEN CAST($5 AS BIGINT) ELSE CAST($4 AS BIGINT) END
		WHERE id = $1 AND (`+openDecision("")+` OR ($2 = 'decided' AND status = 'refused')) RETURNING `+decisionColumns,
		d.ID, string(d.Status), clean(d.Message), millis(d.Due), millis(now))
	if errors.Is(err, ErrNotFound) {
		return one(ctx, tx, scanDecision, decisionQuery+`WHERE id = $1`, d.ID)
	}
	if err == nil && stands.Shown && !stands.Status.Open() && stands.Status != notify.Decided {
		err = tx.redraw(ctx, stands.Ticket, now) // the cards get their buttons back
	}
	return stands, err
}

// redraw has the ticket's messages made anew where they can be changed, although they
// show the same event: those that are out, and those being sent right now. The
// deliveries are locked already. A mail cannot be changed.
func (tx *txn) redraw(ctx context.Context, ticketID string, now time.Time) error {
	return tx.redrawWhere(ctx, `channel <> 'mail'`, ticketID, now)
}

// redrawWhere is redraw for the messages that the condition picks.
func (tx *txn) redrawWhere(ctx context.Context, picked, ticketID string, now time.Time, args ...any) error {
	woken, err := all(ctx, tx, value[notify.Channel],
		`UPDATE deliveries SET
			claimed = CASE WHEN status = 'sending' THEN '' ELSE claimed END,
			due_at = CASE WHEN status = 'sending' THEN due_at ELSE CAST($2 AS BIGINT) - `+headStart()+` END,
			not_before = CASE WHEN status = 'sending' THEN not_before ELSE 0 END,
			deadline = CASE WHEN deadline = 0 OR status = 'sending' THEN deadline ELSE deadline - created_at + $2 END,
			status = CASE WHEN status = 'sending' THEN status ELSE 'queued' END, updated_at = $2
		WHERE ticket_id = $1 AND `+picked+` AND ((message_id <> '' AND status IN ('accepted', 'read', 'updated')) OR status = 'sending')
		RETURNING channel`, append([]any{ticketID, millis(now)}, args...)...)
	for _, ch := range woken {
		tx.wake(ch)
	}
	return err
}

// ClaimDecisions implements [notify.Decisions].
func (s *Store) ClaimDecisions(ctx context.Context, n int, now, until time.Time) (due []notify.Decision, err error) {
	waiting, err := one(ctx, s.read, value[bool],
		`SELECT EXISTS (SELECT 1 FROM decisions WHERE due_at > 0 AND due_at <= $1)`, millis(now))
	if err != nil || !waiting {
		return nil, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		due, err = all(ctx, tx, scanDecision,
			`UPDATE decisions SET due_at = $3, attempts = attempts + 1, updated_at = $2 WHERE id IN (
				SELECT id FROM decisions WHERE due_at > 0 AND due_at <= $2 ORDER BY due_at LIMIT $1`+tx.words.skipLocked+`)
			RETURNING `+decisionColumns, n, millis(now), millis(until))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim decisions: %w", err)
	}
	return due, nil
}

// Told implements [notify.Decisions].
func (s *Store) Told(ctx context.Context, id string) error {
	if err := s.change(ctx, `UPDATE decisions SET tell = $2, due_at = 0 WHERE id = $1`, id, false); err != nil {
		return fmt.Errorf("end decision %s: %w", id, err)
	}
	return nil
}

// closeDecisions ends what was asked about a turn of the ticket that is over: it was
// done if the event says so, and somebody else was first if not.
func (tx *txn) closeDecisions(ctx context.Context, e notify.Entry, known notify.Known, p notify.Plan) error {
	open, err := all(ctx, tx, scanDecision,
		decisionQuery+`WHERE ticket_id = $1 AND turn < $2 AND `+openDecision(""), p.TicketID, p.Turn)
	for _, d := range open {
		status := notify.Decided
		if !d.MadeBy(e.Event, known.Last.Ticket) {
			status = notify.Refused
		}
		tell := status == notify.Refused && d.Shown
		due := time.Time{}
		if tell {
			due = e.AcceptedAt
		}
		_, err = tx.ExecContext(ctx,
			`UPDATE decisions SET status = $2, tell = $3, due_at = $4, updated_at = $5 WHERE id = $1`,
			d.ID, string(status), tell, millis(due), millis(e.AcceptedAt))
		if err != nil {
			return err
		}
	}
	return err
}
