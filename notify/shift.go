package notify

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// shift is one run of a worker: how much it may hold at once, and what the provider
// said of the pace.
type shift struct {
	claims chan struct{}   // a place for each claim
	looks  chan struct{}   // a place for each look-up
	quit   <-chan struct{} // closed when the worker stops
	loads  sync.WaitGroup
	tenure tenure
	gate   gate
	crowd  atomic.Int64 // how many people a call carried in the last claim

	mu    sync.Mutex
	claim time.Time // nothing is claimed before
	call  time.Time // the provider wants no call before
	held  []*load   // what is on its way
}

func newShift(parallel, lookups int, quit <-chan struct{}) *shift {
	s := &shift{claims: make(chan struct{}, maxClaims), quit: quit, looks: make(chan struct{}, lookups), tenure: tenure{parallel: parallel}}
	s.crowd.Store(firstCrowd)
	return s
}

// carry has l be among what is held for as long as do runs.
func (s *shift) carry(l *load, do func()) {
	s.mu.Lock()
	s.held = append(s.held, l)
	s.mu.Unlock()
	s.loads.Go(func() {
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.held = slices.DeleteFunc(s.held, func(other *load) bool { return other == l })
		}()
		do()
	})
}

// keep renews what is held and may have run out: a clock that leapt, or a database that
// was away, would have the worker claim what it is sending, and send it twice.
func (s *shift) keep(ctx context.Context) error {
	s.mu.Lock()
	held := slices.Clone(s.held)
	s.mu.Unlock()
	for _, l := range held {
		if l.lease.lasts() {
			continue
		}
		if err := l.renew(ctx); err != nil {
			return fmt.Errorf("renew what is held: %w", err)
		}
	}
	return nil
}

// holdUntil keeps the worker from claiming before at.
func (s *shift) holdUntil(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.claim) {
		s.claim = at
	}
}

// silenceUntil keeps the worker from calling the provider before at.
func (s *shift) silenceUntil(at time.Time) {
	s.holdUntil(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.call) {
		s.call = at
	}
}

// silence is how long the provider is to be left alone from now on; 0 when it is not.
func (s *shift) silence(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.call.Sub(now), 0)
}

// pause waits as long as nothing may be claimed. Nothing is held meanwhile.
func (s *shift) pause(ctx context.Context, now func() time.Time) {
	s.mu.Lock()
	wait := s.claim.Sub(now())
	s.mu.Unlock()
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
