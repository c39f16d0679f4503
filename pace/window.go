package pace

import (
	"time"

	"ticketbell/notify"
)

// window is one limit: at most limit messages in any span as long as per. A limit
// of zero is no limit.
type window struct {
	limit int
	per   time.Duration
}

// windows are the limits of one place, the shortest first. All of them must grant.
type windows [3]window

// callWindows are the limits of a channel as a whole.
func callWindows(l notify.Limits) windows {
	return windows{{l.PerSecond, time.Second}, {l.PerMinute, time.Minute}}
}

// personWindows are the limits with one person of a channel.
func personWindows(l notify.Limits) windows {
	return windows{{l.PersonPerSecond, time.Second}, {l.PersonPerMinute, time.Minute}, {l.PersonPerHour, time.Hour}}
}

func (w window) unlimited() bool { return w.limit <= 0 }

func (ws windows) unlimited() bool {
	for _, w := range ws {
		if !w.unlimited() {
			return false
		}
	}
	return true
}

// bucket is a token bucket: it holds up to burst places and gains rate of them,
// one by one, each period.
type bucket struct {
	burst, rate int
	period      time.Duration
}

// small is the limit below which a fifth of it is less than one message.
const small = 5

// bucket returns one that keeps the window strictly. A span of w.per can see the
// whole burst and what is gained meanwhile, so the two together may be w.limit and
// no more; the usual bucket, whose burst is the limit, lets twice as many through.
// A small limit has no burst: its messages are spread at four fifths of the limit,
// of which a span sees 1 + 4/5 limit, rounded down.
func (w window) bucket() bucket {
	if w.limit < small {
		return bucket{burst: 1, rate: 4 * w.limit, period: 5 * w.per}
	}
	burst := w.limit / 5
	return bucket{burst: burst, rate: w.limit - burst, period: w.per}
}

// perSecond is how many places the bucket gains in a second.
func (b bucket) perSecond() float64 { return float64(b.rate) / b.period.Seconds() }
