package pace

import (
	"context"
	"maps"
	"sync"
	"time"

	"ticketbell/notify"
)

const (
	// maxPeople is how many people are counted at once. Somebody beyond that waits
	// until another's windows are free again; nobody's limit is ever forgotten early.
	maxPeople = 100_000
	// tidyEvery is how often those with nothing used are dropped, crowdedEvery how
	// often when there is no room left.
	tidyEvery    = time.Minute
	crowdedEvery = 100 * time.Millisecond
)

// place is what limits are kept for: a channel as a whole, or one person on it.
type place struct {
	channel notify.Channel
	person  bool
	address string
}

// Local is a [notify.Pacer] that counts in the process. It is safe for use by many
// goroutines.
type Local struct {
	now  func() time.Time
	most int // people counted at once

	mu     sync.Mutex // guards what follows
	before map[notify.Channel]Used
	meters map[place]*meter
	tidied time.Time
}

var _ notify.Pacer = (*Local)(nil)

// New returns a Local that has granted nothing yet. The clock must not go back;
// that of [time.Now] does not.
func New(now func() time.Time) *Local {
	return &Local{now: now, most: maxPeople, meters: map[place]*meter{}, before: map[notify.Channel]Used{}}
}

// Used is what a channel sent before a Local began to count.
type Used struct {
	// At is when it began to count.
	At time.Time
	// Person is how many messages went, in so long a time before, to the person who got
	// most; Calls is how many went in all.
	Person, Calls map[time.Duration]int
}

// Remember says what was sent before: a process that restarts must not send a minute's
// worth again. Who got how many is not known here, so that everybody is taken for the
// person who got most, for as long as it takes them to gain that back.
func (l *Local) Remember(ch notify.Channel, used Used) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.before[ch] = used
}

// Calls asks for n places on the channel. When fewer are granted, wait is how long
// until there is one more.
func (l *Local) Calls(_ context.Context, ch notify.Channel, lim notify.Limits, n int) (granted int, wait time.Duration) {
	return l.ask(place{channel: ch}, callWindows(lim), n)
}

// Person asks for n places with one person of the channel. When fewer are granted,
// wait is how long until there is one more.
func (l *Local) Person(_ context.Context, ch notify.Channel, address string, lim notify.Limits, n int) (granted int, wait time.Duration) {
	return l.ask(place{channel: ch, person: true, address: address}, personWindows(lim), n)
}

// Return gives n places on the channel back that were granted and not used.
func (l *Local) Return(_ context.Context, ch notify.Channel, _ notify.Limits, n int) {
	l.put(place{channel: ch}, n)
}

func (l *Local) put(p place, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := l.meters[p]; ok && n > 0 {
		m.put(n, l.now())
	}
}

func (l *Local) ask(p place, ws windows, n int) (granted int, wait time.Duration) {
	if n <= 0 || ws.unlimited() {
		return max(n, 0), 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now() // read under the lock: meters must not see time go back
	l.tidy(now)
	m, ok := l.meters[p]
	if !ok {
		if p.person && len(l.meters) >= l.most {
			return 0, crowdedEvery
		}
		m = &meter{}
		l.meters[p] = m
	}
	m.keep(ws, now)
	if used, known := l.before[p.channel]; known && !ok {
		m.use(used, p.person)
	}
	return m.take(n, now)
}

// tidy drops the meters that have nothing used.
func (l *Local) tidy(now time.Time) {
	pause := tidyEvery
	if len(l.meters) >= l.most {
		pause = crowdedEvery
	}
	if now.Sub(l.tidied) < pause {
		return
	}
	l.tidied = now
	maps.DeleteFunc(l.meters, func(_ place, m *meter) bool { return !m.full.After(now) })
}
