package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ticketbell/notify"
)

// pulseLife is how long counts are kept.
const pulseLife = 8 * 24 * time.Hour

// AddPulse implements [notify.PulseKeeper].
func (s *Store) AddPulse(ctx context.Context, beats []notify.Beat, vitals []notify.Vitals) error {
	// In one order, so that two replicas never wait for one another.
	slices.SortFunc(beats, func(a, b notify.Beat) int {
		return cmp.Or(a.Slot.Compare(b.Slot), strings.Compare(string(a.Channel), string(b.Channel)), strings.Compare(a.Measure, b.Measure))
	})
	slices.SortFunc(vitals, func(a, b notify.Vitals) int { return strings.Compare(string(a.Channel), string(b.Channel)) })
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		for _, b := range beats {
			if _, err := tx.ExecContext(ctx, `INSERT INTO pulse (slot, channel, measure, n) VALUES ($1, $2, $3, $4)
				ON CONFLICT (slot, channel, measure) DO UPDATE SET n = pulse.n + $4`,
				millis(b.Slot), string(b.Channel), b.Measure, b.N); err != nil {
				return err
			}
		}
		for _, v := range vitals {
			if err := tx.addVitals(ctx, v); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM pulse WHERE slot < $1`, millis(s.now().Add(-pulseLife)))
		return err
	})
	if err != nil {
		return fmt.Errorf("count attempts: %w", err)
	}
	return nil
}

// addVitals lays v over what is known. Where none of its attempts succeeded, the
// streak goes on.
func (tx *txn) addVitals(ctx context.Context, v notify.Vitals) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO vitals (channel, ok_at, failed_at, code, message, class, streak, since, cleared_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
		ON CONFLICT (channel) DO UPDATE SET
			streak = CASE WHEN $2 > 0 THEN $7 ELSE vitals.streak + $7 END,
			since = CASE WHEN $2 > 0 OR vitals.since = 0 THEN $8 ELSE vitals.since END,
			ok_at = CASE WHEN $2 > vitals.ok_at THEN $2 ELSE vitals.ok_at END,
			code = CASE WHEN $3 > vitals.failed_at THEN $4 ELSE vitals.code END,
			message = CASE WHEN $3 > vitals.failed_at THEN $5 ELSE vitals.message END,
			class = CASE WHEN $3 > vitals.failed_at THEN $6 ELSE vitals.class END,
			failed_at = CASE WHEN $3 > vitals.failed_at THEN $3 ELSE vitals.failed_at END`,
		string(v.Channel), millis(v.OKAt), millis(v.FailedAt), clean(v.Code), clean(v.Message), v.Class, v.Streak, millis(v.Since))
	return err
}

// ClearPulse forgets what failed on a channel before now: a test showed that it works.
func (s *Store) ClearPulse(ctx context.Context, ch notify.Channel, now time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO vitals (channel, ok_at, failed_at, code, message, class, streak, since, cleared_at) VALUES ($1, 0, 0, '', '', '', 0, 0, $2)
			ON CONFLICT (channel) DO UPDATE SET streak = 0, since = 0, cleared_at = $2, test_failed_at = 0`, string(ch), millis(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("clear the state of %s: %w", ch, err)
	}
	return nil
}

// FailTest notes that a test of what is saved failed.
func (s *Store) FailTest(ctx context.Context, ch notify.Channel, f notify.FailedTest) error {
	err := s.change(ctx,
		`INSERT INTO vitals (channel, ok_at, failed_at, code, message, class, streak, since, cleared_at,
			test_failed_at, test_code, test_message, test_class, test_early) VALUES ($1, 0, 0, '', '', '', 0, 0, 0, $2, $3, $4, $5, $6)
		ON CONFLICT (channel) DO UPDATE SET test_failed_at = $2, test_code = $3, test_message = $4, test_class = $5, test_early = $6`,
		string(ch), millis(f.At), clean(f.Code), clean(f.Message), f.Class, f.Early)
	if err != nil {
		return fmt.Errorf("note the failed test of %s: %w", ch, err)
	}
	return nil
}

// ForgetTest forgets a failed test; earlyOnly leaves one that failed at more than a check tries.
func (s *Store) ForgetTest(ctx context.Context, ch notify.Channel, earlyOnly bool) error {
	err := s.change(ctx, `UPDATE vitals SET test_failed_at = 0 WHERE channel = $1 AND (test_early OR NOT $2)`, string(ch), earlyOnly)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("forget the failed test of %s: %w", ch, err)
	}
	return nil
}

// SawAddress notes under which address a provider saw us.
func (s *Store) SawAddress(ctx context.Context, ch notify.Channel, ip string, now time.Time) error {
	err := s.change(ctx,
		`INSERT INTO vitals (channel, ok_at, failed_at, code, message, class, streak, since, cleared_at, seen_ip, seen_ip_at)
		VALUES ($1, 0, 0, '', '', '', 0, 0, 0, $2, $3)
		ON CONFLICT (channel) DO UPDATE SET seen_ip = $2, seen_ip_at = $3`, string(ch), clean(ip), millis(now))
	if err != nil {
		return fmt.Errorf("note the address %s saw: %w", ch, err)
	}
	return nil
}

// Pulse returns the counts of the slots from since on. Those of an hour are added up,
// apart from the slots of late, from fine on, and from those before a test cleared the
// channel: the slot of a sum is its first.
func (s *Store) Pulse(ctx context.Context, since, fine time.Time) ([]notify.Beat, error) {
	beats, err := all(ctx, s.read, func(r row) (b notify.Beat, err error) {
		err = r.Scan(stamp{&b.Slot}, &b.Channel, &b.Measure, &b.N)
		return b, err
	}, `SELECT min(p.slot), p.channel, p.measure, CAST(sum(p.n) AS BIGINT)
		FROM pulse p LEFT JOIN vitals v ON v.channel = p.channel WHERE p.slot >= $1
		GROUP BY p.slot / $2, p.channel, p.measure, CASE WHEN p.slot >= $3 THEN p.slot ELSE 0 END, p.slot < coalesce(v.cleared_at, 0)
		ORDER BY 1, 2, 3`, millis(since), time.Hour.Milliseconds(), millis(fine))
	if err != nil {
		return nil, fmt.Errorf("read the counts of attempts: %w", err)
	}
	return beats, nil
}

// Vitals tells how each channel fared last.
func (s *Store) Vitals(ctx context.Context) (map[notify.Channel]notify.Vitals, error) {
	list, err := all(ctx, s.read, scanVitals, `SELECT channel, ok_at, failed_at, code, message, class, streak, since, cleared_at,
		test_failed_at, test_code, test_message, test_class, test_early, seen_ip, seen_ip_at FROM vitals`)
	if err != nil {
		return nil, fmt.Errorf("read how the channels fared: %w", err)
	}
	known := map[notify.Channel]notify.Vitals{}
	for _, v := range list {
		known[v.Channel] = v
	}
	return known, nil
}

func scanVitals(r row) (v notify.Vitals, err error) {
	return v, r.Scan(&v.Channel, stamp{&v.OKAt}, stamp{&v.FailedAt}, &v.Code, &v.Message, &v.Class, &v.Streak, stamp{&v.Since}, stamp{&v.ClearedAt},
		stamp{&v.Tested.At}, &v.Tested.Code, &v.Tested.Message, &v.Tested.Class, &v.Tested.Early, &v.SeenIP, stamp{&v.SeenIPAt})
}

// Queue counts what waits on each channel and what was given up there.
func (s *Store) Queue(ctx context.Context) (map[notify.Channel]notify.Depth, error) {
	depths := map[notify.Channel]notify.Depth{}
	_, err := all(ctx, s.read, func(r row) (n int, err error) {
		var ch notify.Channel
		var status notify.Status
		var oldest time.Time
		if err := r.Scan(&ch, &status, &n, stamp{&oldest}); err != nil {
			return 0, err
		}
		d := depths[ch]
		switch status {
		case notify.Dead:
			d.Dead += n
		case notify.Retrying:
			d.Retrying += n
			fallthrough
		default:
			d.Waiting += n
			if d.OldestAt.IsZero() || oldest.Before(d.OldestAt) {
				d.OldestAt = oldest
			}
		}
		depths[ch] = d
		return n, nil
	}, `SELECT channel, status, count(*), min(created_at) FROM deliveries
		WHERE status IN ('queued', 'retrying', 'sending', 'dead') GROUP BY status, channel`)
	if err != nil {
		return nil, fmt.Errorf("count the queue: %w", err)
	}
	return depths, nil
}

// Census counts whom and what is known.
func (s *Store) Census(ctx context.Context) (notify.Census, error) {
	c, err := one(ctx, s.read, func(r row) (c notify.Census, err error) {
		return c, r.Scan(&c.People, &c.Events)
	}, `SELECT (SELECT count(*) FROM users WHERE NOT disabled), EXISTS (SELECT 1 FROM events)`)
	if err == nil {
		c.Unreachable, c.WaitedFor, err = s.unreached(ctx)
	}
	if err != nil {
		return c, fmt.Errorf("count people and events: %w", err)
	}
	return c, nil
}
