package notify

import (
	"context"
	"sync"
	"time"
)

// gateSpan is the second that a provider counts in, with what calls may come closer
// together on their way.
const gateSpan = time.Second + 100*time.Millisecond

// gate spreads calls at the moment they are made. What [Pacer] grants is counted
// earlier: behind a slow look-up, the grants of several seconds would go out together.
type gate struct {
	mu    sync.Mutex
	begun []time.Time // the calls of the last span, oldest first
}

// pass waits until a call may begin; the limit is calls in a second, 0 is none. It
// returns at once when ctx ends.
func (g *gate) pass(ctx context.Context, limit int, now func() time.Time) {
	for limit > 0 {
		wait := g.try(limit, now())
		if wait <= 0 {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// try notes a call that may begin now, else it says how long to wait.
func (g *gate) try(limit int, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.begun) > 0 && now.Sub(g.begun[0]) >= gateSpan {
		g.begun = g.begun[1:]
	}
	if n := len(g.begun); n >= limit {
		return g.begun[n-limit].Add(gateSpan).Sub(now)
	}
	g.begun = append(g.begun, now)
	return 0
}
