package store

import (
	"context"
	"time"
)

// SetClock replaces the clock by which deliveries are due, on PostgreSQL too.
func (s *Store) SetClock(now func() time.Time) { s.clock = ownClock(now) }

// SortEvery has the terms of a search sorted in as soon as there are those of n subjects.
func (s *Store) SortEvery(n int64) { s.fresh.max = n }

// Fresh is how many subjects are not sorted in among the terms of a search.
func (s *Store) Fresh(ctx context.Context) (int, error) {
	return one(ctx, s.read, value[int], `SELECT count(*) FROM search_fresh`)
}
