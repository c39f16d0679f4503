package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ticketbell/notify"
)

// Preferences returns how somebody likes the pages to be; nobody has said anything at first.
func (s *Store) Preferences(ctx context.Context, username string) (p notify.Preferences, err error) {
	body, err := one(ctx, s.read, value[string], `SELECT body FROM preferences WHERE username = $1`, username)
	if errors.Is(err, ErrNotFound) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &p)
	}
	if err != nil {
		return p, fmt.Errorf("read the preferences of %s: %w", username, err)
	}
	return p, nil
}

// SavePreferences keeps how a user likes the pages to be, until the user is removed.
func (s *Store) SavePreferences(ctx context.Context, username string, p notify.Preferences) error {
	body, err := json.Marshal(p)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, tx *txn) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO preferences (username, body) VALUES ($1, $2)
				ON CONFLICT (username) DO UPDATE SET body = excluded.body`, username, string(body))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("save the preferences of %s: %w", username, err)
	}
	return nil
}
