package feishu

import (
	"math"
	"sync"
	"time"
)

// The provider's limits (feishu.md 5.3): per API and app, and per user or message.
const (
	perSecond       = 50
	perMinute       = 1000
	perPersonSecond = 5
)

// limits counts what came in lately. What is refused does not count.
type limits struct {
	now       func() time.Time
	unlimited bool

	mu   sync.Mutex // guards seen
	seen map[string][]time.Time
}

func newLimits(now func() time.Time, unlimited bool) *limits {
	return &limits{now: now, unlimited: unlimited, seen: map[string][]time.Time{}}
}

// api takes one call of an API, or says how long to wait until one is free again.
func (l *limits) api(name string) (wait time.Duration, ok bool) {
	if l.unlimited {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := "api " + name
	now, recent := l.now(), l.since(key, time.Minute)
	if n := len(recent); n >= perMinute {
		return recent[n-perMinute].Add(time.Minute).Sub(now), false
	}
	if n := len(recent); n >= perSecond {
		if wait := recent[n-perSecond].Add(time.Second).Sub(now); wait > 0 {
			return wait, false
		}
	}
	l.seen[key] = append(recent, now)
	return 0, true
}

// single takes one operation on a person or a message; no says there were five within the last second.
func (l *limits) single(key string) bool {
	if l.unlimited {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.since(key, time.Second)
	if len(recent) >= perPersonSecond {
		return false
	}
	l.seen[key] = append(recent, l.now())
	return true
}

// since drops what is older than the window and returns the rest, oldest first.
func (l *limits) since(key string, window time.Duration) []time.Time {
	begin, recent := l.now().Add(-window), l.seen[key]
	for len(recent) > 0 && !recent[0].After(begin) {
		recent = recent[1:]
	}
	return recent
}

// seconds rounds a wait up to what the reset header can say, at least 1.
func seconds(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds())))
}
