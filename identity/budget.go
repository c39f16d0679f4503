package identity

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// missShare is the part of the headcount that may be missed in a day: WeCom
	// closes the look-up for a day above a fifth (wecom.md 6). Half of that holds
	// for whatever day WeCom means, and for two replicas that lost their Redis.
	missShare = 10
	// unknownBudget is for a corp nobody told the size of: safe from 50 members on.
	unknownBudget = 10
	// leastBudget lets the smallest corp look somebody up at all.
	leastBudget = 1
	budgetLife  = 48 * time.Hour
	// A place that a call in flight holds is waited for.
	placeWait  = 20 * time.Millisecond
	placeTries = 100
)

// missBudget is how many look-ups may find nobody in a day.
func missBudget(headcount int) int {
	if headcount <= 0 {
		return unknownBudget
	}
	return max(headcount/missShare, leastBudget)
}

// budget counts the misses of a day (UTC), for all replicas in Redis, and in the
// process so that without Redis it goes on from the last count it heard. A call
// holds a place while it is made, and keeps it when it found nobody.
type budget struct {
	shared *shared
	now    func() time.Time

	mu   sync.Mutex
	day  string           // guarded, as below
	apps map[string]spent // by app
}

// spent is the count of one app on one day.
type spent struct {
	// all is the count of all replicas as last heard, own that of this process.
	all, own int
	// flying is how many calls of this process are being made.
	flying int
}

// take gets a place for a call; false when the day's misses are used up.
func (b *budget) take(ctx context.Context, app string, limit int) bool {
	for range placeTries {
		if b.place(ctx, app) <= limit {
			return true
		}
		b.leave(ctx, app, false)
		if b.change(app, func(*spent) {}).flying == 0 {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(placeWait):
		}
	}
	return false
}

// place counts a call and returns the number of its place.
func (b *budget) place(ctx context.Context, app string) int {
	n, err := b.shared.add(ctx, app, 1, b.now())
	s := b.change(app, func(s *spent) {
		s.own++
		s.flying++
		s.all++
		if err == nil {
			s.all = n
		}
	})
	return max(s.all, s.own)
}

// leave ends a call. A place that cannot be given back stays spent in Redis: that
// errs on the safe side.
func (b *budget) leave(ctx context.Context, app string, missed bool) {
	if missed {
		b.change(app, func(s *spent) { s.flying-- })
		return
	}
	n, err := b.shared.add(ctx, app, -1, b.now())
	b.change(app, func(s *spent) {
		s.own--
		s.flying--
		s.all--
		if err == nil {
			s.all = n
		}
	})
}

// change works on the count of today.
func (b *budget) change(app string, do func(*spent)) spent {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := dayOf(b.now()); day != b.day {
		b.day, b.apps = day, map[string]spent{}
	}
	s := b.apps[app]
	do(&s)
	s = spent{all: max(s.all, 0), own: max(s.own, 0), flying: max(s.flying, 0)} // a call may end on another day
	b.apps[app] = s
	return s
}

func dayOf(now time.Time) string { return now.UTC().Format(time.DateOnly) }

// add counts for all replicas and returns the day's count.
func (s *shared) add(ctx context.Context, app string, n int, now time.Time) (int, error) {
	return ask(ctx, s, func(ctx context.Context) (int, error) {
		key := s.prefix + "misses:" + s.veil.name(app) + ":" + dayOf(now)
		var count *redis.IntCmd
		_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			count = pipe.IncrBy(ctx, key, int64(n))
			pipe.Expire(ctx, key, budgetLife)
			return nil
		})
		if err != nil {
			return 0, err
		}
		return int(count.Val()), nil
	})
}
