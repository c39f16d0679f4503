package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrBacklog says that too much waits to be sent: nothing new is accepted until
// some of it is gone.
var ErrBacklog = errors.New("too many deliveries wait")

// backlogWait is when a caller who was turned away should try again.
const backlogWait = 10 * time.Second

// countTime bounds a count, which everybody who comes with an event waits for.
const countTime = 5 * time.Second

// Backlog turns events away when more deliveries wait than the mark allows. What
// waits is counted at most once a second, so that accepting takes the same time
// however much there is; what was accepted here since then is added.
type Backlog struct {
	// Waiting counts the deliveries that have yet to be sent.
	Waiting func(ctx context.Context) (int, error)
	// Mark is how many may wait.
	Mark int
	Now  func() time.Time

	mu      sync.Mutex
	waiting int       // as counted, and added since; guarded by mu, as are the next
	counted time.Time // when waiting was counted last, or could not be
	failed  error     // what the last count failed of
}

// admit returns nil, or an [ErrBacklog] that says when to come back.
func (b *Backlog) admit(ctx context.Context) error {
	n, err := b.count(ctx)
	if err != nil {
		return err
	}
	if n <= b.Mark {
		return nil
	}
	return After(backlogWait, fmt.Errorf("%d wait, %d may: %w", n, b.Mark, ErrBacklog))
}

// add notes deliveries that wait from now on.
func (b *Backlog) add(r Receipt) {
	if b == nil || r.Replayed {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range r.Deliveries {
		if d.Status == Queued {
			b.waiting++
		}
	}
}

// count is how many wait. One that failed is not repeated for each who waits for it.
func (b *Backlog) count(ctx context.Context) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Now().Sub(b.counted) >= time.Second {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTime)
		defer cancel()
		b.waiting, b.failed = b.Waiting(ctx)
		b.counted = b.Now()
	}
	return b.waiting, b.failed
}
