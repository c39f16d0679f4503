package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
)

// Settings returns the settings of the installation; what was never set is as in
// [notify.DefaultSettings].
func (s *Store) Settings(ctx context.Context) (notify.Settings, error) {
	set, err := one(ctx, s.read, scanSettings, `SELECT body FROM settings WHERE name = 'installation'`)
	if errors.Is(err, ErrNotFound) {
		return notify.DefaultSettings(), nil
	}
	if err != nil {
		return notify.Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return set, nil
}

// scanSettings reads over the defaults, so that a setting younger than the record has its own.
func scanSettings(r row) (notify.Settings, error) {
	set := notify.DefaultSettings()
	return set, r.Scan(document{&set})
}

// PutSettings replaces the settings of the installation.
func (s *Store) PutSettings(ctx context.Context, set notify.Settings) error {
	err := s.change(ctx,
		`INSERT INTO settings (name, body, updated_at) VALUES ('installation', $1, $2)
		ON CONFLICT (name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
		document{set}, millis(s.now()))
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}
