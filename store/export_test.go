package store

import "time"

// SetClock replaces the clock by which deliveries are due, on PostgreSQL too.
func (s *Store) SetClock(now func() time.Time) { s.clock = ownClock(now) }
