package notify_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
)

// stopped is a queue as a process sees it that was stopped right after its claim: when
// it goes on, so much time has passed, and another has taken what it held.
type stopped struct {
	notify.Queue
	once  sync.Once
	sleep func()
}

func (q *stopped) Claim(ctx context.Context, ch notify.Channel, n int, lease string, hold time.Duration) ([]notify.Notice, error) {
	notices, err := q.Queue.Claim(ctx, ch, n, lease, hold)
	if len(notices) > 0 {
		q.once.Do(q.sleep)
	}
	return notices, err
}

// A process that was stopped for longer than its lease goes on where it was: right
// before a call. What it no longer holds it must not send.
func TestAProcessThatWasStoppedSendsNothingItNoLongerHolds(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.accept(submitted("lisi", "wangwu"))
		w := h.worker(notify.WeCom, 1)
		w.Queue = &stopped{Queue: h.Store, sleep: func() {
			time.Sleep(notify.LeaseTime + time.Second) // of the bubble's time
			other, err := h.Claim(t.Context(), notify.WeCom, 1, "another", notify.LeaseTime)
			if err != nil || len(other) != 1 {
				t.Errorf("got %d claimed by another, %v, want one", len(other), err)
			}
		}}
		h.start(w)
		pass(notify.LeaseTime + 2*time.Second)
		h.stop()
		if to := last(t, h.board.wecom, 1).to(); len(to) != 1 {
			t.Errorf("got a call to %v, want it to the one that is still held", to)
		}
		if n := h.count(notify.WeCom, notify.Accepted); n != 1 {
			t.Errorf("got %d accepted, want 1", n)
		}
	})
}

// A clock that was set forward may mean that the machine slept.
func TestALeaseIsAskedForAgainWhenTheClockOnTheWallJumped(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		var mu sync.Mutex
		var ahead time.Duration
		w := h.worker(notify.Mail, 1)
		w.Now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return time.Now().Add(ahead).Round(0)
		}
		asked := &renewals{Queue: &stopped{Queue: h.Store, sleep: func() {
			mu.Lock()
			defer mu.Unlock()
			ahead = time.Hour
		}}}
		w.Queue = asked
		h.start(w)
		h.stop()
		last(t, h.board.mail, 1)
		if asked.count() == 0 {
			t.Error("got the lease never asked for again, want it before the call")
		}
	})
}

// renewals counts how often a lease was renewed.
type renewals struct {
	notify.Queue
	mu sync.Mutex
	n  int
}

func (q *renewals) Renew(ctx context.Context, lease string, ids []string, hold time.Duration) ([]string, error) {
	q.mu.Lock()
	q.n++
	q.mu.Unlock()
	return q.Queue.Renew(ctx, lease, ids, hold)
}

func (q *renewals) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n
}
