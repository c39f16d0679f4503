package notify

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// The times a worker keeps.
const (
	// LeaseTime is how long a claim lasts without being renewed: what a worker that
	// was killed held is taken up again after it.
	LeaseTime = 15 * time.Second
	// SendTime bounds one call to a provider; a [Connected] sender bounds its own.
	SendTime = 15 * time.Second
	// askTime bounds one question to the queue: the connection it goes out on may have
	// died without a word, and the next one may be well.
	askTime = 10 * time.Second
	// pollTime is how long a worker sleeps at most when nothing wakes it.
	pollTime = time.Second
	// pauseTime is how long a worker leaves a misconfigured channel alone when the pause
	// cannot be written down.
	pauseTime = time.Minute
	// maxClaims is how many claims a worker holds at once: one being sent, the
	// next being prepared.
	maxClaims = 3
	// openPerCall is how many calls may wait to be written down for each that may
	// run: the next call does not wait for the disk. What a killed process had open
	// is sent again.
	openPerCall = 2
	// claimPerOpen is how many deliveries are claimed for each of those: fewer claims cost
	// the database less, and what is claimed waits here for no more than a few calls.
	claimPerOpen = 2
	// firstCrowd is how many people a call is reckoned to carry where calls are scarce and
	// one may carry more, until there was a claim to learn it from: what cannot go out is
	// put back again.
	firstCrowd = 50
	// maxLookups is how many addresses are looked for at once when nothing else is
	// said: more than Feishu takes in one call (feishu.md 4), and not a goroutine for each
	// of a thousand.
	maxLookups = 64
)

// Worker delivers what is due on one channel.
type Worker struct {
	Channel   Channel
	Queue     Queue
	Switch    Switchboard
	Addresses Addresses
	// Platforms tells whose decisions can be carried back; nil is nobody's.
	Platforms Platforms
	// Pacer keeps the provider's limits; nil is [Unlimited].
	Pacer Pacer
	// Daybook keeps the limit of a day; nil keeps none.
	Daybook  Daybook
	Settings SettingsKeeper
	// Parallel is how many provider calls may run at once; at least one. A [Connected]
	// sender says it itself.
	Parallel int
	// Lookups is how many addresses are looked for at once; 0 is 64. Few, where each is a
	// call of its own: a provider that refuses the whole app then refuses few.
	Lookups int
	// Observe hears of every attempt that was written down, except that a message could be
	// changed no more ([Fixed]); nil hears nothing.
	Observe func(Channel, Attempt)
	Now     func() time.Time
	Log     *slog.Logger
}

// Run delivers until ctx is done, then finishes what is in flight and returns. A
// call that runs when ctx ends is bounded by [SendTime].
func (w *Worker) Run(ctx context.Context) {
	if w.Pacer == nil {
		w.Pacer = Unlimited{}
	}
	s := newShift(w.Parallel, cmp.Or(w.Lookups, maxLookups), ctx.Done())
	defer s.loads.Wait()
	for ctx.Err() == nil {
		s.pause(ctx, w.Now)
		rest, err := w.turn(ctx, s)
		if err != nil && !errors.Is(err, ErrOff) && ctx.Err() == nil {
			w.Log.Error("deliveries cannot be claimed", "channel", w.Channel, "error", err)
		}
		w.rest(ctx, rest)
	}
}

// turn claims what is due and sets it going. It returns how long to rest when that
// was nothing.
func (w *Worker) turn(ctx context.Context, s *shift) (rest time.Duration, err error) {
	select {
	case s.claims <- struct{}{}:
	case <-ctx.Done():
		return 0, nil
	}
	l, notices, rest, err := w.claim(ctx, s)
	if err != nil || len(notices) == 0 {
		<-s.claims
		return rest, err
	}
	s.carry(l, func() {
		defer func() { <-s.claims }()
		l.deliver(context.WithoutCancel(ctx), notices)
	})
	return 0, nil
}

// claim leases no more than the channel's limit lets out now.
func (w *Worker) claim(ctx context.Context, s *shift) (_ *load, _ []Notice, rest time.Duration, err error) {
	line, places, err := s.tenure.begin(ctx, func() (Line, error) { return w.ask(ctx) })
	if err != nil {
		return nil, nil, pollTime, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if err := s.keep(ctx); err != nil {
		return nil, nil, pollTime, err
	}
	due, ok, err := w.Queue.DueIn(ctx, w.Channel)
	if err != nil || !ok || due > 0 {
		return nil, nil, restFor(due, ok), err
	}
	granted, wait := w.Pacer.Calls(ctx, w.Channel, line.Limits, cap(places.open))
	if granted == 0 {
		s.holdUntil(w.Now().Add(wait))
		return nil, nil, 0, nil
	}
	l := &load{w: w, line: line, lease: newLease(w.Now), shift: s, places: places, granted: granted, zones: map[string]*time.Location{}}
	notices, err := w.Queue.Claim(ctx, w.Channel, l.size(), l.lease.id, LeaseTime)
	if err != nil || len(notices) == 0 {
		l.giveBack(ctx, granted)
		return nil, nil, restFor(0, err == nil), err
	}
	l.lease.claimed(notices)
	return l, notices, 0, nil
}

// ask asks for the line of the channel.
func (w *Worker) ask(ctx context.Context) (Line, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return w.Switch.Line(ctx, w.Channel)
}

// size is how many deliveries are worth claiming: enough to fill a call and to keep
// the next ones ready, and no more than the granted calls can carry.
func (l *load) size() int {
	batch := max(l.line.Sender.Batch(), 1)
	n := max(batch, claimPerOpen*cap(l.open))
	if l.line.Limits.calls() {
		n = min(n, l.granted*min(batch, int(l.shift.crowd.Load())))
	}
	return n
}

// restFor is how long to rest when something is due after that time, ok, or nothing is.
func restFor(due time.Duration, ok bool) time.Duration {
	if !ok {
		return pollTime
	}
	return min(pollTime, max(due, 5*time.Millisecond))
}

// rest waits for that long, or until something may be due.
func (w *Worker) rest(ctx context.Context, most time.Duration) {
	if most <= 0 {
		return
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-w.Queue.Wake(w.Channel):
	}
}
