package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

// PutUnconfirmed implements [notify.Unconfirmeds].
func (s *Store) PutUnconfirmed(ctx context.Context, u notify.Unconfirmed) (again time.Time, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		if again, err = tx.countCode(ctx, u.Username, u.SentAt); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unconfirmed WHERE (username = $1 AND field = $2) OR sent_at < $3`,
			u.Username, u.Field, millis(u.SentAt.Add(-notify.UnconfirmedTime))); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO unconfirmed (username, field, value, was, mac, channel, sent_at, ends_at, tries_left)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			u.Username, u.Field, clean(u.Value), u.Was, u.MAC, string(u.Channel), millis(u.SentAt), millis(u.EndsAt), u.Left)
		return err
	})
	if err != nil {
		return again, fmt.Errorf("keep a new %s of %s: %w", u.Field, u.Username, err)
	}
	return time.Time{}, nil
}

// countCode counts a code that is sent now, or returns when one may be sent again, and
// [ErrConflict].
func (tx *txn) countCode(ctx context.Context, username string, now time.Time) (again time.Time, err error) {
	if err := tx.lock(ctx, "codes\n"+username); err != nil {
		return again, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM codes_sent WHERE sent_at <= $1`, millis(now.Add(-time.Hour))); err != nil {
		return again, err
	}
	sent, err := all(ctx, tx, value[int64], `SELECT sent_at FROM codes_sent WHERE username = $1 ORDER BY sent_at`, username)
	if err != nil {
		return again, err
	}
	if n := len(sent); n >= notify.CodesAnHour {
		return time.UnixMilli(sent[n-notify.CodesAnHour]).Add(time.Hour), ErrConflict
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO codes_sent (username, sent_at) VALUES ($1, $2)`, username, millis(now))
	return again, err
}

// unconfirmedOf picks those of a person: not where an administrator changed the address
// meanwhile.
const unconfirmedOf = `SELECT x.username, x.field, x.value, x.was, x.mac, x.channel, x.sent_at, x.ends_at, x.tries_left
	FROM unconfirmed x JOIN users u ON u.username = x.username
	WHERE x.username = $1 AND x.was = CASE x.field WHEN 'email' THEN u.email ELSE u.phone END`

func scanUnconfirmed(r row) (u notify.Unconfirmed, err error) {
	return u, r.Scan(&u.Username, &u.Field, &u.Value, &u.Was, &u.MAC, &u.Channel, stamp{&u.SentAt}, stamp{&u.EndsAt}, &u.Left)
}

// Unconfirmed implements [notify.Unconfirmeds].
func (s *Store) Unconfirmed(ctx context.Context, username string, since time.Time) ([]notify.Unconfirmed, error) {
	list, err := all(ctx, s.read, scanUnconfirmed, unconfirmedOf+` AND x.sent_at >= $2 ORDER BY x.field`, username, millis(since))
	if err != nil {
		return nil, fmt.Errorf("list new addresses of %s: %w", username, err)
	}
	return list, nil
}

// TryCode implements [notify.Unconfirmeds].
func (s *Store) TryCode(ctx context.Context, username, field string, fits func(notify.Unconfirmed) bool) (u notify.Unconfirmed, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		u, ok, err = tx.tryCode(ctx, username, field, s.now(), fits)
		return err
	})
	if err != nil {
		return u, false, fmt.Errorf("try a code for a new %s of %s: %w", field, username, err)
	}
	return u, ok, nil
}

func (tx *txn) tryCode(ctx context.Context, username, field string, now time.Time, fits func(notify.Unconfirmed) bool) (u notify.Unconfirmed, ok bool, err error) {
	if err := tx.lock(ctx, "codes\n"+username); err != nil {
		return u, false, err
	}
	u, err = one(ctx, tx, scanUnconfirmed, unconfirmedOf+` AND x.field = $2`, username, field)
	if err != nil {
		return u, false, err
	}
	if fits(u) {
		return u, true, tx.confirm(ctx, u, now)
	}
	u.Left = max(0, u.Left-1)
	_, err = tx.ExecContext(ctx, `UPDATE unconfirmed SET tries_left = $3 WHERE username = $1 AND field = $2`, username, field, u.Left)
	return u, false, err
}

// confirm makes a new address that of the person, and forgets that it waited. Nothing
// happens when somebody else has it by now, or the old one was changed.
func (tx *txn) confirm(ctx context.Context, u notify.Unconfirmed, now time.Time) error {
	column := "phone"
	if u.Field == "email" {
		column = "email"
	}
	if err := tx.takenBy(ctx, column, u.Value, u.Username); err != nil {
		return err
	}
	if err := mustChange(tx.ExecContext(ctx, `UPDATE users SET `+column+` = $2, updated_at = $3 WHERE username = $1 AND `+column+` = $4`,
		u.Username, u.Value, millis(now), u.Was)); err != nil {
		return err
	}
	return tx.dropUnconfirmed(ctx, u.Username, u.Field)
}

// DropUnconfirmed implements [notify.Unconfirmeds].
func (s *Store) DropUnconfirmed(ctx context.Context, username, field string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error { return tx.dropUnconfirmed(ctx, username, field) })
	if err != nil {
		return fmt.Errorf("forget a new %s of %s: %w", field, username, err)
	}
	return nil
}

func (tx *txn) dropUnconfirmed(ctx context.Context, username, field string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM unconfirmed WHERE username = $1 AND field = $2`, username, field)
	return err
}
