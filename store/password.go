package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/ticket"
)

// forgetFailures is how long wrong passwords count.
const forgetFailures = 24 * time.Hour

// Password returns the hash of a person's password; [ErrNotFound] for somebody without one.
func (s *Store) Password(ctx context.Context, username string) (hash string, err error) {
	hash, err = one(ctx, s.read, value[string], `SELECT hash FROM passwords WHERE username = $1`, clean(username))
	if err != nil {
		return "", fmt.Errorf("read the password of %s: %w", username, err)
	}
	return hash, nil
}

// PutPassword sets a person's password, of which it is given the hash, and forgives
// them the wrong ones.
func (s *Store) PutPassword(ctx context.Context, username, hash string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_failures WHERE name = lower($1)`, clean(username)); err != nil {
			return err
		}
		return mustChange(tx.ExecContext(ctx,
			`INSERT INTO passwords (username, hash, changed_at) VALUES ($1, $2, $3)
			ON CONFLICT (username) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
			clean(username), hash, millis(s.now())))
	})
	if err != nil {
		return fmt.Errorf("set the password of %s: %w", username, err)
	}
	return nil
}

// HasAdministrator reports whether there is an administrator who has a password, or, when
// others than ticketbell can prove who somebody is, any.
func (s *Store) HasAdministrator(ctx context.Context, provenByOthers bool) (bool, error) {
	whose := `JOIN passwords p ON p.username = u.username`
	if provenByOthers {
		whose = ``
	}
	n, err := one(ctx, s.read, value[int],
		`SELECT count(*) FROM users u `+whose+` WHERE u.role = $1 AND NOT u.disabled`, string(ticket.Admin))
	if err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return n > 0, nil
}

// Locked returns until when nobody may sign in by that name; zero when they may.
func (s *Store) Locked(ctx context.Context, name string) (until time.Time, err error) {
	until, err = one(ctx, s.read, func(r row) (t time.Time, err error) { return t, r.Scan(stamp{&t}) },
		`SELECT locked_until FROM sign_in_failures WHERE name = lower($1) AND locked_until > $2`, clean(name), millis(s.now()))
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("ask whether %s is locked: %w", name, err)
	}
	return until, nil
}

// CountFailure counts a wrong password and returns how many there were. The one that
// makes it most locks the name for so long and begins to count anew.
func (s *Store) CountFailure(ctx context.Context, name string, most int, long time.Duration) (failed int, err error) {
	now := s.now()
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_failures WHERE at < $1`, millis(now.Add(-forgetFailures))); err != nil {
			return err
		}
		failed, err = one(ctx, tx, value[int],
			`INSERT INTO sign_in_failures (name, failed, locked_until, at) VALUES (lower($1), 1, 0, $2)
			ON CONFLICT (name) DO UPDATE SET failed = sign_in_failures.failed + 1, at = excluded.at RETURNING failed`, clean(name), millis(now))
		if err != nil || failed < most {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`UPDATE sign_in_failures SET failed = 0, locked_until = $2 WHERE name = lower($1)`, clean(name), millis(now.Add(long)))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count a wrong password of %s: %w", name, err)
	}
	return failed, nil
}

// Forgive forgets the wrong passwords of that name.
func (s *Store) Forgive(ctx context.Context, name string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sign_in_failures WHERE name = lower($1)`, clean(name))
		return err
	})
	if err != nil {
		return fmt.Errorf("forgive %s: %w", name, err)
	}
	return nil
}

// PutLink keeps a one-time link, of which it is given the hash. It replaces the links
// made for the same person before.
func (s *Store) PutLink(ctx context.Context, hash, username string, end time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx,
			`DELETE FROM set_up_links WHERE username = $1 OR expires_at <= $2`, clean(username), millis(s.now())); err != nil {
			return err
		}
		return mustChange(tx.ExecContext(ctx,
			`INSERT INTO set_up_links (hash, username, expires_at) VALUES ($1, $2, $3)`, hash, clean(username), millis(end)))
	})
	if err != nil {
		return fmt.Errorf("keep a set-up link: %w", err)
	}
	return nil
}

// Link returns whom a link is for, while it lasts; [ErrNotFound] when there is none.
func (s *Store) Link(ctx context.Context, hash string) (username string, err error) {
	username, err = one(ctx, s.read, value[string],
		`SELECT username FROM set_up_links WHERE hash = $1 AND expires_at > $2`, hash, millis(s.now()))
	if err != nil {
		return "", fmt.Errorf("find a set-up link: %w", err)
	}
	return username, nil
}

// TakeLink uses a link up: of two who come at once, one gets it.
func (s *Store) TakeLink(ctx context.Context, hash string) error {
	if err := s.change(ctx, `DELETE FROM set_up_links WHERE hash = $1 AND expires_at > $2`, hash, millis(s.now())); err != nil {
		return fmt.Errorf("use a set-up link: %w", err)
	}
	return nil
}
