package channels

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ticketbell/notify"
)

// The rules by which a channel's state is told (ux.md 4.3).
const (
	healthSpan  = 24 * time.Hour   // what counts at all
	recentSpan  = 15 * time.Minute // how long a refusal for good is held against a channel
	goodRate    = .95              // of the attempts succeed
	manyRetries = .10              // of the successes needed more than one attempt
)

// History tells how deliveries fared.
type History interface {
	// Queue counts what waits and what was given up.
	Queue(ctx context.Context) (map[notify.Channel]notify.Depth, error)
	// Pulse returns the attempts counted since then: by the hour, except that from fine on,
	// and around the moment of [History.ClearPulse], no slots are added up that differ in it.
	Pulse(ctx context.Context, since, fine time.Time) ([]notify.Beat, error)
	Vitals(ctx context.Context) (map[notify.Channel]notify.Vitals, error)
	// ClearPulse forgets what failed before now.
	ClearPulse(ctx context.Context, ch notify.Channel, now time.Time) error
	// FailTest notes that a test of what is saved failed; [History.ClearPulse] forgets it.
	FailTest(ctx context.Context, ch notify.Channel, f notify.FailedTest) error
	// ForgetTest forgets a failed test; earlyOnly leaves one that failed at more than a check tries.
	ForgetTest(ctx context.Context, ch notify.Channel, earlyOnly bool) error
	// SawAddress notes under which address the provider saw us.
	SawAddress(ctx context.Context, ch notify.Channel, ip string, now time.Time) error
	// Census counts whom and what the house knows.
	Census(ctx context.Context) (notify.Census, error)
}

// Health tells how the channel fares now.
func (b *Board) Health(ctx context.Context, ch notify.Channel) (notify.Health, error) {
	c, err := b.count(ctx)
	if err != nil {
		return notify.Health{}, err
	}
	all, err := b.everyHealth(ctx, c, ch)
	if err != nil {
		return notify.Health{}, err
	}
	return all[ch], nil
}

// counts are the figures that many deliveries add up to.
type counts struct {
	beats []notify.Beat // of the last day
	queue map[notify.Channel]notify.Depth
}

// count asks for the counts, which take longest of all, at once.
func (b *Board) count(ctx context.Context) (c counts, err error) {
	now := b.now()
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() (err error) {
		c.beats, err = b.history.Pulse(ctx, now.Add(-healthSpan), now.Add(-recentSpan))
		return err
	})
	asking.Go(func() (err error) {
		c.queue, err = b.history.Queue(ctx)
		return err
	})
	return c, asking.Wait()
}

// everyHealth tells how those channels fare.
func (b *Board) everyHealth(ctx context.Context, c counts, chs ...notify.Channel) (map[notify.Channel]notify.Health, error) {
	now := b.now()
	vitals, err := b.history.Vitals(ctx)
	if err != nil {
		return nil, err
	}
	all := map[notify.Channel]notify.Health{}
	for _, ch := range chs {
		rec, err := b.records.Channel(ctx, ch)
		if err != nil {
			return nil, err
		}
		v := vitals[ch]
		all[ch] = examine(rec, v, tallyOf(c.beats, ch, time.Time{}, now), tallyOf(c.beats, ch, v.ClearedAt, now), c.queue[ch], now)
	}
	return all, nil
}

// tally is what attempts came to.
type tally struct {
	ok, retried, failed int
	refused             int // for good, of late
	took                map[time.Duration]int
}

// tallyOf adds up a channel's attempts after a moment. What concerns one person, or
// was only asked to wait, is no fault of the channel.
func tallyOf(beats []notify.Beat, ch notify.Channel, after, now time.Time) tally {
	t := tally{took: map[time.Duration]int{}}
	for _, b := range beats {
		if b.Channel != ch || b.Slot.Before(after) {
			continue
		}
		verdict, bad := strings.CutPrefix(b.Measure, "bad:")
		switch {
		case b.Measure == "ok":
			t.ok += b.N
		case b.Measure == "retried":
			t.retried += b.N
		case bad && !slices.Contains([]string{"rate", "identity", "stale_address"}, verdict):
			t.failed += b.N
			if (verdict == "permanent" || verdict == "config") && now.Sub(b.Slot) < recentSpan {
				t.refused += b.N
			}
		}
		if d := notify.TookAtMost(b.Measure); d > 0 {
			t.took[d] += b.N
		}
	}
	return t
}

func (t tally) succeeded() int { return t.ok + t.retried }
func (t tally) all() int       { return t.succeeded() + t.failed }

// rate is the part of the attempts that succeeded.
func (t tally) rate() float64 {
	if t.all() == 0 {
		return 1
	}
	return float64(t.succeeded()) / float64(t.all())
}

// within is how long the given part of the attempts took at most.
func (t tally) within(part float64) time.Duration {
	steps := slices.Sorted(maps.Keys(t.took))
	total, seen := 0, 0
	for _, n := range t.took {
		total += n
	}
	for _, d := range steps {
		if seen += t.took[d]; float64(seen) >= part*float64(total) {
			return d
		}
	}
	return 0
}

// examine tells a channel's state: day is all that counts, since what came after the
// last test that succeeded.
func examine(rec notify.ChannelRecord, v notify.Vitals, day, since tally, queue notify.Depth, now time.Time) notify.Health {
	h := notify.Health{
		Configured: rec.Version > 0, Waiting: queue.Waiting, Retrying: queue.Retrying, OldestAt: queue.OldestAt, Dead: queue.Dead,
		Accepted: day.succeeded(), Retried: day.retried, Failed: day.failed, SuccessRate: day.rate(),
		P50MS: day.within(.5).Milliseconds(), P95MS: day.within(.95).Milliseconds(),
		LastAcceptedAt: v.OKAt, LastErrorAt: v.FailedAt, LastTestedAt: v.ClearedAt, Streak: v.Streak,
		SeenIP: v.SeenIP, SeenIPAt: v.SeenIPAt,
	}
	if v.Code != "" {
		h.LastError = explain(v.Code, v.Message, verdictNamed(v.Class), nil)
	}
	failedLast := v.FailedAt.After(v.OKAt) && v.FailedAt.After(v.ClearedAt)
	failedTest := v.Tested.At.After(v.OKAt)
	if failedTest && v.Tested.At.After(v.FailedAt) {
		h.LastErrorAt, h.LastError = v.Tested.At, explain(v.Tested.Code, v.Tested.Message, verdictNamed(v.Tested.Class), nil)
	}
	switch {
	case !rec.Enabled:
		h.State = "off"
	case rec.Paused != "":
		code, message := pausedBy(rec)
		h.State, h.Reason, h.Since = "paused", code, rec.PausedAt
		h.LastError = explain(code, message, notify.VerdictMisconfigured, nil)
	case v.Streak >= notify.FailingAfter:
		h.State, h.Reason, h.Since = "failing", v.Code, v.Since
	case failedTest:
		h.State, h.Reason, h.Since = "failing", v.Tested.Code, v.Tested.At
	case since.all() == 0 && now.Sub(v.ClearedAt) > healthSpan:
		h.State = "unknown"
	case since.rate() < goodRate || float64(since.retried) > manyRetries*float64(since.succeeded()) || since.refused > 0 || failedLast:
		h.State, h.Reason, h.Since = "degraded", v.Code, v.FailedAt
	default:
		h.State = "ok"
	}
	return h
}

// verdictNamed is the verdict of that name.
func verdictNamed(name string) notify.Verdict {
	for v := notify.VerdictAgain; v <= notify.VerdictMisconfigured; v++ {
		if v.String() == name {
			return v
		}
	}
	return notify.VerdictAgain
}
