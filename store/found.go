package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// foundFor is how long it is remembered whom an id was found for, from the last time.
const foundFor = 90 * 24 * time.Hour

// KeepFound remembers whom ids of an app were found for, by the one address each was
// found by, and forgets what was not found again for long.
func (s *Store) KeepFound(ctx context.Context, ch notify.Channel, app string, found map[string]ticket.Person) error {
	err := s.writeSoon(ctx, func(ctx context.Context, tx *txn) error {
		now := s.now()
		for id, p := range found {
			_, err := tx.ExecContext(ctx,
				`INSERT INTO found_ids (channel, app, id, email, phone, found_at) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (channel, app, id) DO UPDATE SET email = excluded.email, phone = excluded.phone, found_at = excluded.found_at`,
				string(ch), app, clean(id), p.Email, p.Phone, millis(now))
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM found_ids WHERE found_at < $1`, millis(now.Add(-foundFor)))
		return err
	})
	if err != nil {
		return fmt.Errorf("remember whom ids of %s were found for: %w", ch, err)
	}
	return nil
}

// FoundFor returns by which address the id of an app was found; false when nobody remembers.
func (s *Store) FoundFor(ctx context.Context, ch notify.Channel, app, id string) (p ticket.Person, ok bool, err error) {
	p, err = one(ctx, s.read, scanFound, `SELECT email, phone FROM found_ids WHERE channel = $1 AND app = $2 AND id = $3`, string(ch), app, clean(id))
	if errors.Is(err, ErrNotFound) {
		return ticket.Person{}, false, nil
	}
	if err != nil {
		return ticket.Person{}, false, fmt.Errorf("find whom an id of %s was found for: %w", ch, err)
	}
	return p, true, nil
}

// ForgetFound forgets the ids of an app that were found by an address of p.
func (s *Store) ForgetFound(ctx context.Context, ch notify.Channel, app string, p ticket.Person) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`DELETE FROM found_ids WHERE channel = $1 AND app = $2 AND ((email <> '' AND email = $3) OR (phone <> '' AND phone = $4))`,
			string(ch), app, p.Email, p.Phone)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget whom ids of %s were found for: %w", ch, err)
	}
	return nil
}

func scanFound(r row) (p ticket.Person, err error) { return p, r.Scan(&p.Email, &p.Phone) }
