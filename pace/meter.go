package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// meter counts what one place has used of its windows.
type meter struct {
	windows windows
	buckets [len(windows{})]*rate.Limiter // nil where there is no limit
	// full is when everything used is free again: a meter forgotten after that
	// changes nothing.
	full time.Time
}

// keep makes ws the limits from now on. What was used stays used, so that a span
// with a change in it sees no more than the larger limit.
func (m *meter) keep(ws windows, now time.Time) {
	if m.windows == ws {
		return
	}
	m.windows = ws
	for i, w := range ws {
		if w.unlimited() {
			m.buckets[i] = nil
			continue
		}
		b := w.bucket()
		if m.buckets[i] == nil {
			m.buckets[i] = rate.NewLimiter(rate.Limit(b.perSecond()), b.burst)
			continue
		}
		m.buckets[i].SetLimitAt(now, rate.Limit(b.perSecond()))
		m.buckets[i].SetBurstAt(now, b.burst)
	}
}

// take uses up to n places, as many as every window has free. When that is fewer
// than n, wait is how long until there is one more.
func (m *meter) take(n int, now time.Time) (granted int, wait time.Duration) {
	granted = n
	for _, b := range m.buckets {
		if b != nil {
			granted = min(granted, max(int(b.TokensAt(now)), 0))
		}
	}
	m.full = now
	for _, b := range m.buckets {
		if b == nil {
			continue
		}
		b.AllowN(now, granted)
		free := b.TokensAt(now)
		wait = max(wait, gain(1-free, b.Limit()))
		m.full = later(m.full, now.Add(gain(float64(b.Burst())-free, b.Limit())))
	}
	if granted == n {
		wait = 0
	}
	return granted, wait
}

// use takes what was used before the counting began.
func (m *meter) use(before Used, person bool) {
	used := before.Calls
	if person {
		used = before.Person
	}
	for i, w := range m.windows {
		if b := m.buckets[i]; b != nil {
			b.AllowN(before.At, min(used[w.per], b.Burst()))
		}
	}
}

// put gives n places back that were taken and not used.
func (m *meter) put(n int, now time.Time) {
	for _, b := range m.buckets {
		if b != nil {
			b.AllowN(now, -n) // a bucket never holds more than its burst
		}
	}
}

// gain is how long places take to come at a rate, up to two microseconds more: then
// they are there however the sums are rounded.
func gain(places float64, perSecond rate.Limit) time.Duration {
	if places <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(places/float64(perSecond)*1e6)+1) * time.Microsecond
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
