package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/notify"
)

// Summary counts what f picks by status, whatever status f asks for. It counts at most
// [maxCounted] of each, or, when f is narrower than a channel, among the newest that
// one page looks through: a count must not take longer than the list.
func (s *Store) Summary(ctx context.Context, f notify.DeliveryFilter) (notify.Counts, error) {
	f.Status, f.Cursor, f.Order = "", "", ""
	l := listing{s.read, s.words}
	count := l.countNewest
	if reflect.DeepEqual(f, notify.DeliveryFilter{Channel: f.Channel, Limit: f.Limit}) {
		count = l.countEach
	}
	counts, err := count(ctx, f)
	if err != nil {
		return notify.Counts{}, fmt.Errorf("count deliveries: %w", err)
	}
	return counts, nil
}

// countEach counts every status in an index.
func (l listing) countEach(ctx context.Context, f notify.DeliveryFilter) (notify.Counts, error) {
	where := &conditions{}
	where.equal(`channel = ?`, string(f.Channel))
	var parts []string
	for _, st := range notify.Statuses() {
		is := conditions{terms: append([]string{`status = '` + string(st) + `'`}, where.terms...)}
		parts = append(parts, `SELECT '`+string(st)+`' AS status, count(*) AS n FROM (SELECT 1 AS one FROM deliveries `+is.sql()+
			` LIMIT `+strconv.Itoa(maxCounted+1)+`) few_`+string(st))
	}
	return l.count(ctx, maxCounted, strings.Join(parts, ` UNION ALL `), where.args)
}

// countNewest counts what f picks among the newest.
func (l listing) countNewest(ctx context.Context, f notify.DeliveryFilter) (notify.Counts, error) {
	p, err := l.plan(ctx, f)
	if err != nil {
		return notify.Counts{}, err
	}
	counts, err := l.count(ctx, 0, `WITH few AS MATERIALIZED (`+p.ids(p.reach())+`)
		SELECT d.status, count(*) FROM few JOIN deliveries d ON d.id = few.id GROUP BY d.status`, p.args)
	if err != nil {
		return notify.Counts{}, err
	}
	sum := 0
	for _, n := range counts.Of {
		sum += n
	}
	if !p.scans() {
		if sum == p.reach() {
			counts.Newest = sum
		}
		return counts, nil
	}
	end, err := p.horizon(ctx, l)
	if end != "" {
		counts.Newest = p.reach()
	}
	return counts, err
}

func (l listing) count(ctx context.Context, most int, query string, args []any) (notify.Counts, error) {
	counts := notify.Counts{Of: map[notify.Status]int{}}
	_, err := all(ctx, l, func(r row) (n int, err error) {
		var st notify.Status
		if err := r.Scan(&st, &n); err != nil || n == 0 {
			return 0, err
		}
		if most > 0 && n > most {
			n = most
			counts.More = append(counts.More, st)
		}
		counts.Of[st] = n
		return n, nil
	}, query, args...)
	slices.Sort(counts.More)
	return counts, err
}

// failingQuery names the channels that are on and fail without being paused.
const failingQuery = `SELECT c.channel FROM channels c JOIN vitals v ON v.channel = c.channel
	WHERE c.enabled AND c.paused = '' AND (v.streak >= $1 OR v.test_failed_at > v.ok_at) ORDER BY c.channel`

// Attention counts what was given up since the time and whom no channel reaches, and
// names the channels that are paused or fail.
func (s *Store) Attention(ctx context.Context, since time.Time) (a notify.Attention, err error) {
	a.Dead, err = one(ctx, s.read, value[int],
		`SELECT count(*) FROM (SELECT 1 AS one FROM deliveries d WHERE `+statusIs(notify.Dead)+` AND d.created_at >= $1 LIMIT $2) dead`,
		millis(since), notify.MaxAttention)
	if err != nil {
		return a, fmt.Errorf("count dead deliveries: %w", err)
	}
	a.Paused, err = all(ctx, s.read, value[notify.Channel], `SELECT channel FROM channels WHERE enabled AND paused <> '' ORDER BY channel`)
	if err != nil {
		return a, fmt.Errorf("list paused channels: %w", err)
	}
	a.Failing, err = all(ctx, s.read, value[notify.Channel], failingQuery, notify.FailingAfter)
	if err != nil {
		return a, fmt.Errorf("list failing channels: %w", err)
	}
	if a.Unreachable, _, err = s.unreached(ctx); err != nil {
		return a, fmt.Errorf("count whom no channel reaches: %w", err)
	}
	return a, nil
}
