package identity

import (
	"time"

	"ticketbell/notify"
)

// How long an answer is believed. A hit that is used in its last day is asked
// again in the background. A miss is believed for an hour, then twice as long each
// time, up to a day: the person may be hired, or the app be allowed to see them.
const (
	hitLife     = 7 * 24 * time.Hour
	refreshTime = 24 * time.Hour
	firstMiss   = time.Hour
	lastMiss    = 24 * time.Hour
)

// finding is what a provider answered about a handle; without an id it is a miss.
type finding struct {
	ID string
	At time.Time
	// Misses is how many times in a row nobody was found.
	Misses int
}

// next is the finding that follows f when the provider answers id.
func (f finding) next(id string, now time.Time) finding {
	if id != "" {
		return finding{ID: id, At: now}
	}
	return finding{At: now, Misses: f.Misses + 1}
}

// pardon has misses of that time or before asked again, as if for the first time.
func pardon(known map[handle]finding, since time.Time) {
	for h, f := range known {
		if f.ID == "" && !f.At.After(since) {
			known[h] = finding{At: f.At}
		}
	}
}

// pardoned reports whether f is a miss that is believed no more, see [pardon].
func (f finding) pardoned() bool { return f.ID == "" && f.Misses == 0 && !f.At.IsZero() }

// until is when f ceases to be believed.
func (f finding) until() time.Time {
	switch {
	case f.ID != "":
		return f.At.Add(hitLife)
	case f.pardoned():
		return f.At
	case f.Misses > 5:
		return f.At.Add(lastMiss)
	default:
		return f.At.Add(min(firstMiss<<max(f.Misses-1, 0), lastMiss))
	}
}

func (f finding) fresh(now time.Time) bool { return now.Before(f.until()) }

// aging reports whether a hit should be asked again before it ends.
func (f finding) aging(now time.Time) bool {
	return f.ID != "" && !now.Before(f.until().Add(-refreshTime))
}

// keep is how much longer f is of use at all. A miss that is no longer believed
// still says how long the next one is.
func (f finding) keep(now time.Time) time.Duration {
	end := f.until()
	if f.ID == "" {
		end = end.Add(lastMiss)
	}
	return max(end.Sub(now), time.Millisecond)
}

// identity is a hit as it is shown.
func (f finding) identity(k kind) notify.Identity {
	return notify.Identity{Address: f.ID, Origin: originLookedUp, How: k.String(), CheckedAt: f.At, Until: f.until()}
}

// choose returns the first hit of handles among the findings. Without one, open
// lists the handles nothing is believed of.
func choose(handles []handle, known map[handle]finding, now time.Time) (h handle, hit finding, open []handle) {
	for _, h := range handles {
		f, ok := known[h]
		switch {
		case ok && f.fresh(now) && f.ID != "":
			return h, f, nil
		case !ok || !f.fresh(now):
			open = append(open, h)
		}
	}
	return handle{}, finding{}, open
}

// missed shows a person nobody was found for: when it was last asked, and when it
// will be asked again.
func missed(handles []handle, known map[handle]finding) notify.Identity {
	id := notify.Identity{Origin: originLookedUp}
	for _, h := range handles {
		f, ok := known[h]
		if !ok {
			continue
		}
		if f.At.After(id.CheckedAt) {
			id.CheckedAt = f.At
		}
		if id.Until.IsZero() || f.until().Before(id.Until) {
			id.Until = f.until()
		}
	}
	return id
}
