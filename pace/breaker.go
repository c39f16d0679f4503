package pace

import (
	"sync/atomic"
	"time"
)

// breaker keeps callers away from what failed, but for one in a while who looks
// whether it works again. It is safe for use by many goroutines.
type breaker struct {
	until atomic.Int64 // when to look again, Unix nanoseconds; 0 while it works
}

// breakerRest is how long a failed Redis is left alone.
const breakerRest = time.Second

// pass reports whether the caller may try. Of those who come when the rest is
// over, one may.
func (b *breaker) pass(now time.Time) bool {
	until := b.until.Load()
	if until == 0 {
		return true
	}
	return now.UnixNano() >= until && b.until.CompareAndSwap(until, now.Add(breakerRest).UnixNano())
}

// failed begins a rest.
func (b *breaker) failed(now time.Time) { b.until.Store(now.Add(breakerRest).UnixNano()) }

// worked ends the trouble, and reports whether there was any.
func (b *breaker) worked() bool { return b.until.Load() != 0 && b.until.Swap(0) != 0 }
