package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// renewEvery is how exactly the end of an idle session is known.
const renewEvery = time.Minute

// Session returns the data of the session of that token while it lasts.
func (s *Store) Session(ctx context.Context, token string) (data []byte, found bool, err error) {
	data, err = one(ctx, s.read, value[[]byte],
		`SELECT data FROM sessions WHERE token = $1 AND expires_at > $2`, token, millis(s.now()))
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return data, true, nil
}

// PutSession keeps a session until it ends. Its end is moved at most once a minute.
func (s *Store) PutSession(ctx context.Context, token string, data []byte, end time.Time) error {
	same, err := one(ctx, s.read, value[bool],
		`SELECT data = $2 AND expires_at >= $3 FROM sessions WHERE token = $1`, token, data, millis(end.Add(-renewEvery)))
	if err == nil && same {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("keep session: %w", err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, millis(s.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO sessions (token, data, expires_at) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, token, data, millis(end))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// DeleteSession ends a session; one that is unknown has ended already.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
