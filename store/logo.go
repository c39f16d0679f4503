package store

import (
	"context"
	"fmt"

	"ticketbell/notify"
)

// Logo describes the picture beside the name of the installation, without its content, or
// returns [ErrNotFound] where there is none.
func (s *Store) Logo(ctx context.Context) (notify.Logo, error) {
	l, err := one(ctx, s.read, func(r row) (l notify.Logo, err error) {
		return l, r.Scan(&l.Hash, &l.Type, &l.Width, &l.Height, &l.Bytes)
	}, `SELECT hash, media_type, width, height, bytes FROM logo`)
	if err != nil {
		return l, fmt.Errorf("read the logo: %w", err)
	}
	return l, nil
}

// LogoContent returns the picture itself.
func (s *Store) LogoContent(ctx context.Context) (notify.Logo, error) {
	l, err := one(ctx, s.read, func(r row) (l notify.Logo, err error) {
		return l, r.Scan(&l.Hash, &l.Type, &l.Width, &l.Height, &l.Bytes, &l.Content)
	}, `SELECT hash, media_type, width, height, bytes, content FROM logo`)
	if err != nil {
		return l, fmt.Errorf("read the logo: %w", err)
	}
	return l, nil
}

// PutLogo puts l in the place of the logo there was.
func (s *Store) PutLogo(ctx context.Context, l notify.Logo) error {
	err := s.change(ctx,
		`INSERT INTO logo (slot, hash, media_type, width, height, bytes, updated_at, content) VALUES (1, $1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (slot) DO UPDATE SET hash = excluded.hash, media_type = excluded.media_type, width = excluded.width,
			height = excluded.height, bytes = excluded.bytes, updated_at = excluded.updated_at, content = excluded.content`,
		l.Hash, l.Type, l.Width, l.Height, l.Bytes, millis(s.now()), l.Content)
	if err != nil {
		return fmt.Errorf("write the logo: %w", err)
	}
	return nil
}

// DeleteLogo removes the logo, or returns [ErrNotFound] where there is none.
func (s *Store) DeleteLogo(ctx context.Context) error {
	if err := s.change(ctx, `DELETE FROM logo`); err != nil {
		return fmt.Errorf("remove the logo: %w", err)
	}
	return nil
}
