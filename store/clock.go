package store

import (
	"context"
	"time"
)

// clock tells, in epoch milliseconds, what time it is for what waits: when
// deliveries are due and leases run out. All who share a database must agree on it,
// or one whose clock is fast takes what another is sending.
type clock func(ctx context.Context, q querier) (int64, error)

// ownClock is this process's: nobody else works on a SQLite file.
func ownClock(now func() time.Time) clock {
	return func(context.Context, querier) (int64, error) { return millis(now()), nil }
}

// serverClock is PostgreSQL's, the same for every replica.
func serverClock(ctx context.Context, q querier) (int64, error) {
	return one(ctx, q, value[int64], `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`)
}
