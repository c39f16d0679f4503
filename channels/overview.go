package channels

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"ticketbell/notify"
)

// topReasons is how many reasons of failures are told.
const topReasons = 5

// Overview tells how the whole house fares; what is told by the hour goes back so many
// hours.
func (b *Board) Overview(ctx context.Context, hours int) (notify.Overview, error) {
	now := b.now()
	o := notify.Overview{At: now}
	c, err := b.count(ctx)
	if err != nil {
		return o, err
	}
	if o.Channels, err = b.everyHealth(ctx, c, notify.Channels()...); err != nil {
		return o, err
	}
	if o.Census, err = b.history.Census(ctx); err != nil {
		return o, err
	}
	settings, err := b.settings.Settings(ctx)
	if err != nil {
		return o, err
	}
	o.URLPrefix = settings.URLPrefix != ""
	first := now.Truncate(time.Hour).Add(-time.Duration(hours-1) * time.Hour)
	beats, err := b.beatsSince(ctx, c, first, now)
	if err != nil {
		return o, err
	}
	o.Hours, o.Delays = hoursOf(beats, first, now)
	o.Reasons = reasonsOf(beats)
	return o, nil
}

// beatsSince are the attempts from a moment on: those that were counted for the
// channels' health, as far as they go back.
func (b *Board) beatsSince(ctx context.Context, c counts, first, now time.Time) ([]notify.Beat, error) {
	if first.Before(now.Add(-healthSpan)) {
		return b.history.Pulse(ctx, first, now)
	}
	return slices.DeleteFunc(slices.Clone(c.beats), func(beat notify.Beat) bool { return beat.Slot.Before(first) }), nil
}

// hoursOf adds the beats up by hour: every hour of every channel, and the delays of
// those hours in which something was sent.
func hoursOf(beats []notify.Beat, first, now time.Time) ([]notify.Hour, []notify.Delay) {
	hours, delays := []notify.Hour{}, []notify.Delay{}
	for at := first; !at.After(now); at = at.Add(time.Hour) {
		var within []notify.Beat
		for _, b := range beats {
			if !b.Slot.Before(at) && b.Slot.Before(at.Add(time.Hour)) {
				within = append(within, b)
			}
		}
		all := tally{took: map[time.Duration]int{}}
		for _, ch := range notify.Channels() {
			t := tallyOf(within, ch, time.Time{}, now)
			hours = append(hours, notify.Hour{At: at, Channel: ch, OK: t.ok, Retried: t.retried, Failed: t.failed})
			for d, n := range t.took {
				all.took[d] += n
			}
		}
		if len(all.took) > 0 {
			delays = append(delays, notify.Delay{At: at, P50MS: all.within(.5).Milliseconds(), P95MS: all.within(.95).Milliseconds()})
		}
	}
	return hours, delays
}

// reasonsOf are the codes met most often.
func reasonsOf(beats []notify.Beat) []notify.Reason {
	counts := map[string]int{}
	for _, b := range beats {
		if code, ok := strings.CutPrefix(b.Measure, "code:"); ok {
			counts[code] += b.N
		}
	}
	codes := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	reasons := []notify.Reason{}
	for _, code := range codes[:min(topReasons, len(codes))] {
		e := Explain(code, "")
		reasons = append(reasons, notify.Reason{Code: code, Class: e.Class, Title: e.Title, N: counts[code]})
	}
	return reasons
}
