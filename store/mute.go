package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Mute keeps that somebody wants no more news of a ticket than they must have, and calls
// off what of it still waits to be sent to them. A ticket they were never told of is
// [ErrNotFound], one that is over [ErrConflict].
func (s *Store) Mute(ctx context.Context, username, ticketID string, now time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error { return tx.mute(ctx, username, ticketID, now) })
	if err != nil {
		return fmt.Errorf("mute ticket %s for %s: %w", ticketID, username, err)
	}
	return nil
}

func (tx *txn) mute(ctx context.Context, username, ticketID string, now time.Time) error {
	of, err := one(ctx, tx, scanKey,
		`SELECT t.source, t.key FROM tickets t WHERE t.id = $1 AND EXISTS (SELECT 1 FROM deliveries d WHERE d.ticket_id = t.id AND d.person = $2)`,
		ticketID, username)
	if err != nil {
		return err
	}
	if err := tx.lockTicket(ctx, of.source, of.key); err != nil { // an event on its way is before this, or sees it
		return err
	}
	state, err := one(ctx, tx, value[string], `SELECT state FROM tickets WHERE id = $1`, ticketID)
	if err != nil {
		return err
	}
	if ticket.Status(state).Over() {
		return fmt.Errorf("it is %s: %w", state, ErrConflict)
	}
	err = mustChange(tx.ExecContext(ctx, `INSERT INTO mutes (username, ticket_id, muted_at) VALUES ($1, $2, $3)
		ON CONFLICT (username, ticket_id) DO NOTHING`, username, ticketID, millis(now)))
	if errors.Is(err, ErrNotFound) {
		return nil // it was muted before
	}
	if err != nil {
		return err
	}
	if err := tx.redrawFor(ctx, username, ticketID, now); err != nil {
		return err
	}
	return tx.silence(ctx, username, ticketID, now)
}

// redrawFor has the ticket's cards of somebody say whether it is muted, where they are theirs
// alone: one of WeCom's may be in the hands of many.
func (tx *txn) redrawFor(ctx context.Context, username, ticketID string, now time.Time) error {
	if err := tx.lockDeliveries(ctx, ticketID); err != nil {
		return err
	}
	return tx.redrawWhere(ctx, `channel = 'feishu' AND (form = '' OR form LIKE 'card%') AND person = $3 AND NOT fixed`, ticketID, now, username)
}

// ticketKey is what a platform knows a ticket by.
type ticketKey struct{ source, key string }

func scanKey(r row) (k ticketKey, err error) { return k, r.Scan(&k.source, &k.key) }

// silence leaves out what of the ticket waits to be sent to somebody who muted it.
func (tx *txn) silence(ctx context.Context, username, ticketID string, now time.Time) error {
	waiting, err := all(ctx, tx, scanUnsent, `SELECT id, kind, role FROM deliveries
		WHERE ticket_id = $1 AND person = $2 AND message_id = '' AND status IN ('queued', 'retrying') ORDER BY id`+tx.words.lockRows,
		ticketID, username)
	if err != nil {
		return err
	}
	for _, u := range waiting {
		if u.kind.ToldAnyway(u.role) {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE deliveries SET status = 'skipped', reason = $2, updated_at = $3 WHERE id = $1`,
			u.id, notify.ReasonMuted, millis(now))
		if err != nil {
			return err
		}
		tx.change(u.id)
	}
	return nil
}

// unsent is a delivery that waits: what it tells, and why to this person.
type unsent struct {
	id   string
	kind ticket.Kind
	role ticket.Role
}

func scanUnsent(r row) (u unsent, err error) { return u, r.Scan(&u.id, &u.kind, &u.role) }

// Unmute forgets that somebody muted a ticket. What was left out stays so.
func (s *Store) Unmute(ctx context.Context, username, ticketID string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		err := mustChange(tx.ExecContext(ctx, `DELETE FROM mutes WHERE username = $1 AND ticket_id = $2`, username, ticketID))
		if errors.Is(err, ErrNotFound) {
			return nil // it was not muted
		}
		if err != nil {
			return err
		}
		return tx.redrawFor(ctx, username, ticketID, s.now())
	})
	if err != nil {
		return fmt.Errorf("hear of ticket %s again for %s: %w", ticketID, username, err)
	}
	return nil
}

// Mutes are the tickets that somebody muted, the newest first.
func (s *Store) Mutes(ctx context.Context, username string) ([]notify.Mute, error) {
	muted, err := all(ctx, s.read, scanMute,
		`SELECT t.id, t.key, t.title, e.body, m.muted_at FROM mutes m JOIN tickets t ON t.id = m.ticket_id JOIN events e ON e.id = t.last_event
		WHERE m.username = $1 ORDER BY m.muted_at DESC, t.id`, username)
	if err != nil {
		return nil, fmt.Errorf("list what %s muted: %w", username, err)
	}
	return muted, nil
}

func scanMute(r row) (m notify.Mute, err error) {
	var last ticket.Event
	err = r.Scan(&m.Ticket, &m.Key, &m.Title, document{&last}, stamp{&m.At})
	m.Project = last.Ticket.Project.String()
	return m, err
}
