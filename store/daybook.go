package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

// Spend implements [notify.Daybook]. What day it is, the clock says by which
// deliveries are claimed.
func (s *Store) Spend(ctx context.Context, ch notify.Channel, limit, n int) (spent notify.Spent, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		now, err := tx.clock(ctx, tx)
		if err != nil {
			return err
		}
		day, left := notify.Day(time.UnixMilli(now))
		used, err := tx.openDay(ctx, ch, day)
		if err != nil {
			return err
		}
		spent = notify.Spent{Day: day, N: max(min(n, limit-used), 0), Wait: left}
		return tx.addToDay(ctx, ch, day, spent.N)
	})
	if err != nil {
		return notify.Spent{}, fmt.Errorf("count messages of a day on %s: %w", ch, err)
	}
	return spent, nil
}

// openDay returns what was used of the day and keeps others from using it meanwhile.
// The first of a day forgets the days before.
func (tx *txn) openDay(ctx context.Context, ch notify.Channel, day string) (used int, err error) {
	res, err := tx.ExecContext(ctx,
		`INSERT INTO days (channel, day, used) VALUES ($1, $2, 0) ON CONFLICT (channel, day) DO NOTHING`, string(ch), day)
	if err != nil {
		return 0, err
	}
	if begun, err := res.RowsAffected(); err != nil || begun > 0 {
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM days WHERE channel = $1 AND day < $2`, string(ch), day)
		}
		return 0, err
	}
	return one(ctx, tx, value[int], `SELECT used FROM days WHERE channel = $1 AND day = $2`+tx.words.lockRows, string(ch), day)
}

func (tx *txn) addToDay(ctx context.Context, ch notify.Channel, day string, n int) error {
	_, err := tx.ExecContext(ctx, `UPDATE days SET used = used + $3 WHERE channel = $1 AND day = $2`, string(ch), day, n)
	return err
}

// Unspend implements [notify.Daybook]. What a day is given back after its end helps nobody.
func (s *Store) Unspend(ctx context.Context, ch notify.Channel, spent notify.Spent, n int) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		return tx.addToDay(ctx, ch, spent.Day, -n)
	})
	if err != nil {
		return fmt.Errorf("strike messages of a day on %s: %w", ch, err)
	}
	return nil
}

// releaseDay makes due what waits for the next day.
func (tx *txn) releaseDay(ctx context.Context, ch notify.Channel) error {
	now, err := tx.clock(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`UPDATE deliveries SET not_before = 0, due_at = CAST($2 AS BIGINT) - `+headStart()+`
		WHERE channel = $1 AND `+dueIn+` AND status <> 'sending' AND reason = '`+notify.ReasonDayFull+`'`, string(ch), now)
	return err
}
