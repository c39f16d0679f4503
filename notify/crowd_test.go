package notify_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
)

// counting counts what was claimed of a queue and went back as it came.
type counting struct {
	notify.Queue

	back atomic.Int64
}

func (c *counting) Settle(ctx context.Context, lease string, settled []notify.Settlement) error {
	for _, s := range settled {
		if s.Untouched {
			c.back.Add(1)
		}
	}
	return c.Queue.Settle(ctx, lease, settled)
}

// One call may carry a thousand, and most carry one: what a claim takes beyond the
// calls there are is written twice for nothing.
func TestWhereCallsAreCountedNoMoreIsClaimedThanTheyCarry(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.change(func(b *board) { b.limits = notify.Limits{PerMinute: 1_000_000} })
		h.manyTickets(300)
		w := h.worker(notify.WeCom, 4)
		queue := &counting{Queue: h.Store}
		w.Queue = queue
		h.start(w)
		pass(time.Minute)
		if n := h.count(notify.WeCom, notify.Accepted); n != 300 {
			t.Fatalf("got %d accepted, want 300", n)
		}
		// The first claims, side by side, know nothing yet.
		if got := queue.back.Load(); got > 600 {
			t.Errorf("got %d put back for 300 sent, want what was learned from to be kept to", got)
		}
	})
}
