package identity

import (
	"errors"
	"sync"
	"time"
)

const (
	// openTime is how long Redis is left alone after it failed.
	openTime = time.Second
	// warnEvery keeps a Redis that is gone from filling the log.
	warnEvery = time.Minute
)

// errOpen says that Redis failed a moment ago and was not asked.
var errOpen = errors.New("left alone after a failure")

// breaker keeps callers from waiting for a Redis that does not answer: after a
// failure nobody asks for [openTime], then one does for all.
type breaker struct {
	mu      sync.Mutex
	failure error     // guarded, as all below; nil when the last answer was a good one
	next    time.Time // when the next one may try
	warned  time.Time
}

// allow returns nil to whoever may ask now.
func (b *breaker) allow(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failure == nil {
		return nil
	}
	if now.Before(b.next) {
		return errOpen
	}
	b.next = now.Add(openTime)
	return nil
}

// note writes down how asking went. warn is true when it should be told.
func (b *breaker) note(err error, now time.Time) (warn bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = err
	if err == nil {
		return false
	}
	b.next = now.Add(openTime)
	if now.Sub(b.warned) < warnEvery {
		return false
	}
	b.warned = now
	return true
}

// state is the failure that has not been followed by a success yet.
func (b *breaker) state() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure
}
