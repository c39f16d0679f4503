package notify

import (
	"context"
	"sync/atomic"
	"time"
)

// Daybook counts the messages that go to people on a calendar day, one for each person
// and message, for all replicas and over restarts.
type Daybook interface {
	// Spend enters up to n messages of the channel, as many as the limit leaves of the day.
	Spend(ctx context.Context, ch Channel, limit, n int) (Spent, error)
	// Unspend strikes n of s out again, which were not sent.
	Unspend(ctx context.Context, ch Channel, s Spent, n int) error
}

// Spent is what a [Daybook] entered.
type Spent struct {
	// Day is the one it was entered on, see [Day].
	Day string
	// N is how many messages there was room for.
	N int
	// Wait is how long it is until the next day begins.
	Wait time.Duration
}

// Day names the calendar day of now and says how much of it is left. WeCom counts by the
// calendar day (wecom.md 5) and does not say where that begins: it is taken to be in
// Shanghai, where it is run. There is no summer time there.
func Day(now time.Time) (name string, left time.Duration) {
	now = now.In(time.FixedZone("Asia/Shanghai", 8*60*60))
	year, month, day := now.Date()
	return now.Format(time.DateOnly), time.Date(year, month, day+1, 0, 0, 0, 0, now.Location()).Sub(now)
}

// fullFor is how long a day that was found full is not asked about again.
const fullFor = time.Minute

// fullness remembers for a moment that the day has no room left, so that a long queue
// is put off without a question for each. It is safe for use by many goroutines.
type fullness struct{ until atomic.Int64 } // epoch ms

func (f *fullness) note(now time.Time, left time.Duration) {
	f.until.Store(now.Add(min(left, fullFor)).UnixMilli())
}

func (f *fullness) clear() { f.until.Store(0) }

func (f *fullness) lasts(now time.Time) bool { return now.UnixMilli() < f.until.Load() }

// rationed reports whether the channel has a limit of a day that somebody keeps.
func (l *load) rationed() bool { return l.line.Limits.PerDay > 0 && l.w.Daybook != nil }

// today puts off new messages on a day known to be full, before anybody is looked up.
func (l *load) today(ctx context.Context, notices []Notice) []Notice {
	now := l.w.Now()
	if !l.rationed() || !l.full.lasts(now) {
		return notices
	}
	_, left := Day(now)
	var rest, later []Notice
	for _, n := range notices {
		if n.Delivery.MessageID == "" {
			later = append(later, n)
		} else {
			rest = append(rest, n)
		}
	}
	l.settle(ctx, l.later(itemsOf(later), ReasonDayFull, left))
	return rest
}

// ration leaves in p whom the day has room for; the others wait for the next one.
// A change of a message that is out is none of the day's messages.
func (l *load) ration(ctx context.Context, p parcel) (_ parcel, ok bool) {
	if !l.rationed() || p.items[0].notice.Delivery.MessageID != "" {
		return p, true
	}
	spent, err := l.w.Daybook.Spend(ctx, l.w.Channel, l.line.Limits.PerDay, len(p.message.To))
	if err != nil {
		l.w.Log.Error("the messages of a day cannot be counted", "channel", l.w.Channel, "error", err)
		l.shift.holdUntil(l.w.Now().Add(pollTime)) // else they would be claimed again at once
		l.putBack(ctx, noticesOf(p.items))
		return p, false
	}
	p.spent = spent
	if spent.N >= len(p.message.To) {
		return p, true
	}
	l.full.note(l.w.Now(), spent.Wait)
	if p.digest { // one message, for whom there is no room
		l.settle(ctx, l.later(p.items, ReasonDayFull, spent.Wait))
		return p, false
	}
	l.settle(ctx, l.later(p.items[spent.N:], ReasonDayFull, spent.Wait))
	p.items, p.message.To = p.items[:spent.N], p.message.To[:spent.N]
	return p, spent.N > 0
}

// unspend strikes out whom the provider surely sent nothing, and repeats that got no answer
// either: what may have arrived counts already, and the provider would know it again.
func (l *load) unspend(ctx context.Context, p parcel, outcomes []Outcome) {
	n := 0
	for i, o := range outcomes {
		d := p.items[i].notice.Delivery
		counted := !d.UnknownSince.IsZero() && !maybeTwice(d, l.w.Now())
		if o.Err != nil && (counted || !Unknown(o.Err)) {
			n++
		}
	}
	if n == 0 || p.spent.Day == "" {
		return
	}
	if err := l.w.Daybook.Unspend(ctx, l.w.Channel, p.spent, n); err != nil {
		l.w.Log.Warn("messages that were not sent count for the day", "channel", l.w.Channel, "count", n, "error", err)
		return
	}
	l.full.clear()
}
