package pace

import (
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
)

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_790_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// grant is n places, given at some time between asked and answered.
type grant struct {
	asked, answered time.Time
	n               int
}

// wantStrict fails when some span as long as w.per, both ends included, surely saw
// more than w.limit.
func wantStrict(t *testing.T, all []grant, w window) {
	t.Helper()
	if w.unlimited() {
		return
	}
	var inside []grant // surely within w.per before the last answer, by when they were asked for
	sum := 0
	for _, g := range all {
		at, _ := slices.BinarySearchFunc(inside, g, func(a, b grant) int { return a.asked.Compare(b.asked) })
		inside = slices.Insert(inside, at, g)
		sum += g.n
		for len(inside) > 0 && g.answered.Sub(inside[0].asked) > w.per {
			sum -= inside[0].n
			inside = inside[1:]
		}
		if sum > w.limit {
			t.Fatalf("got %d messages within %v, want at most %d", sum, w.per, w.limit)
		}
	}
}

func total(all []grant) int {
	sum := 0
	for _, g := range all {
		sum += g.n
	}
	return sum
}

// someone is a person nobody else in the tests is.
func someone(address string) place {
	return place{channel: notify.WeCom, person: true, address: address}
}
