package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
)

// purposePlatform separates the sealing of platforms' secrets from all other sealing.
const purposePlatform = "platform"

const platformQuery = `SELECT source, kind, url, secret, timeout_us FROM platforms `

// Platform returns who judges a press on a ticket of that source; one that was
// never told of is as in [notify.DefaultPlatform].
func (s *Store) Platform(ctx context.Context, source string) (notify.Platform, error) {
	p, err := one(ctx, s.read, s.scanPlatform, platformQuery+`WHERE source = $1`, clean(source))
	if errors.Is(err, ErrNotFound) {
		return notify.DefaultPlatform(source), nil
	}
	if err != nil {
		return notify.Platform{}, fmt.Errorf("read platform %s: %w", source, err)
	}
	return p, nil
}

func (s *Store) scanPlatform(r row) (p notify.Platform, err error) {
	var sealed string
	if err := r.Scan(&p.Source, &p.Kind, &p.URL, &sealed, span{&p.Timeout}); err != nil || sealed == "" {
		return p, err
	}
	if p.Secret, err = s.keys.open(purposePlatform, p.Source, sealed); err != nil {
		return notify.Platform{}, fmt.Errorf("open secret: %w", err)
	}
	return p, nil
}

// PutPlatform adds the platform or replaces the one of its source.
func (s *Store) PutPlatform(ctx context.Context, p notify.Platform) error {
	var sealed string
	if p.Secret != "" {
		var err error
		if sealed, err = s.keys.seal(purposePlatform, p.Source, p.Secret); err != nil {
			return fmt.Errorf("write platform %s: seal secret: %w", p.Source, err)
		}
	}
	err := s.change(ctx,
		`INSERT INTO platforms (source, kind, url, secret, timeout_us, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source) DO UPDATE SET kind = excluded.kind, url = excluded.url, secret = excluded.secret,
			timeout_us = excluded.timeout_us, updated_at = excluded.updated_at`,
		p.Source, string(p.Kind), p.URL, sealed, p.Timeout.Microseconds(), millis(s.now()))
	if err != nil {
		return fmt.Errorf("write platform %s: %w", p.Source, err)
	}
	return nil
}

// checkKey opens every secret there is: a wrong key is found at the start, and not
// when the first message goes out.
func (s *Store) checkKey(ctx context.Context) error {
	for _, ch := range notify.Channels() {
		if _, err := s.Channel(ctx, ch); err != nil {
			return err
		}
	}
	if _, err := all(ctx, s.read, s.scanPlatform, platformQuery); err != nil {
		return fmt.Errorf("read platforms: %w", err)
	}
	return nil
}
