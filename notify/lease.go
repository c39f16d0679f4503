package notify

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// lease is a claim as its holder knows it. It is safe for use by many goroutines.
type lease struct {
	id  string
	now func() time.Time

	mu    sync.Mutex
	taken time.Time       // when it was asked for, the last time it was granted
	held  map[string]bool // by delivery
}

// newLease returns a lease about to be asked for.
func newLease(now func() time.Time) *lease {
	return &lease{id: NewID(""), now: now, taken: now()}
}

// claimed notes what came of asking for the lease.
func (l *lease) claimed(notices []Notice) {
	l.held = make(map[string]bool, len(notices))
	for i := range notices {
		l.held[notices[i].Delivery.ID] = true
	}
}

// ids are the deliveries that were held when the lease was granted last.
func (l *lease) ids() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.held))
}

// granted notes which deliveries the lease still holds, as asked at that time.
func (l *lease) granted(asked time.Time, ids []string) {
	held := make(map[string]bool, len(ids))
	for _, id := range ids {
		held[id] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken, l.held = asked, held
}

// lasts reports whether nobody else can have taken what is held. It asks both clocks:
// the one on the wall may be set, and the other stands still while a machine sleeps.
func (l *lease) lasts() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	return now.Sub(l.taken) < LeaseTime && now.Round(0).Sub(l.taken.Round(0)) < LeaseTime
}

// holds reports whether the delivery was held when the lease was granted last.
func (l *lease) holds(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[id]
}

// hold keeps the claim until the returned function is called.
func (l *load) hold(ctx context.Context) (release func()) {
	ctx, done := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { l.keepLease(ctx) })
	return func() {
		done()
		keeper.Wait()
	}
}

// keepLease renews the claim until ctx is done.
func (l *load) keepLease(ctx context.Context) {
	tick := time.NewTicker(LeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.renew(ctx); err != nil && ctx.Err() == nil {
				l.w.Log.Warn("a lease could not be renewed", "channel", l.w.Channel, "error", err)
			}
		}
	}
}

// renew makes the lease last, and learns what of it others have taken meanwhile.
func (l *load) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	asked := l.w.Now()
	ids, err := l.w.Queue.Renew(ctx, l.lease.id, l.lease.ids(), LeaseTime)
	if err == nil {
		l.lease.granted(asked, ids)
	}
	return err
}

// mine leaves in p what this process still holds: one that was stopped for longer than
// its lease must not send what another has taken. A digest goes as a whole or not at all.
func (l *load) mine(ctx context.Context, p parcel) (_ parcel, ok bool) {
	if !l.lease.lasts() {
		if err := l.renew(ctx); err != nil {
			l.w.Log.Warn("a lease ran out and could not be renewed", "channel", l.w.Channel, "error", err)
			return p, false
		}
	}
	lost := func(it item) bool { return !l.lease.holds(it.notice.Delivery.ID) }
	if !slices.ContainsFunc(p.items, lost) {
		return p, true
	}
	if p.digest {
		return p, false
	}
	p.items = slices.DeleteFunc(slices.Clone(p.items), lost)
	p.message.To = slices.DeleteFunc(slices.Clone(p.message.To), func(r Recipient) bool { return !l.lease.holds(r.Key) })
	return p, len(p.items) > 0
}
