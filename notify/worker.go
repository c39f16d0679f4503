package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// The times a worker keeps.
const (
	// LeaseTime is how long a claim lasts without being renewed: what a worker that
	// was killed held is taken up again after it.
	LeaseTime = 15 * time.Second
	// SendTime bounds one call to a provider.
	SendTime = 15 * time.Second
	// settlePatience is how long outcomes are tried to be written down.
	settlePatience = 30 * time.Second
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
	// maxLookups is how many addresses a claim looks for at once: more than Feishu
	// takes in one call (feishu.md 4), and not a goroutine for each of a thousand.
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
	Pacer    Pacer
	Settings SettingsKeeper
	// Parallel is how many provider calls may run at once; at least one.
	Parallel int
	// Observe hears of every attempt that was written down; nil hears nothing.
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
	s := newShift(max(w.Parallel, 1))
	defer s.loads.Wait()
	for ctx.Err() == nil {
		s.pause(ctx, w.Now)
		worked, err := w.turn(ctx, s)
		if err != nil && !errors.Is(err, ErrOff) && ctx.Err() == nil {
			w.Log.Error("deliveries cannot be claimed", "channel", w.Channel, "error", err)
		}
		if !worked {
			w.rest(ctx, err)
		}
	}
}

// shift is one run of a worker: how much it may hold at once.
type shift struct {
	calls  chan struct{} // a place for each provider call
	open   chan struct{} // a place for each call until its outcome is written down
	claims chan struct{} // a place for each claim
	loads  sync.WaitGroup

	mu   sync.Mutex
	hold time.Time // the channel's limit is used up until then

	tenure tenure
}

func newShift(parallel int) *shift {
	return &shift{
		calls: make(chan struct{}, parallel), open: make(chan struct{}, openPerCall*parallel), claims: make(chan struct{}, maxClaims),
	}
}

// holdUntil keeps the worker from claiming before at.
func (s *shift) holdUntil(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.hold) {
		s.hold = at
	}
}

// pause waits as long as the channel's limit asks for. Nothing is held meanwhile.
func (s *shift) pause(ctx context.Context, now func() time.Time) {
	s.mu.Lock()
	wait := s.hold.Sub(now())
	s.mu.Unlock()
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// turn claims what is due and sets it going; worked is false when nothing was due.
func (w *Worker) turn(ctx context.Context, s *shift) (worked bool, err error) {
	select {
	case s.claims <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() {
		if !worked {
			<-s.claims
		}
	}()
	line, over, err := s.tenure.begin(ctx, func() (Line, error) { return w.Switch.Line(ctx, w.Channel) })
	if err != nil {
		return false, err
	}
	l := &load{w: w, line: line, lease: NewID(""), shift: s, stop: over}
	now := w.Now()
	notices, err := w.Queue.Claim(ctx, w.Channel, max(line.Sender.Batch(), cap(s.open)), l.lease, now, now.Add(LeaseTime))
	if err != nil || len(notices) == 0 {
		return false, err
	}
	s.loads.Go(func() {
		defer func() { <-s.claims }()
		l.deliver(context.WithoutCancel(ctx), notices)
	})
	return true, nil
}

// rest waits until something may be due.
func (w *Worker) rest(ctx context.Context, failure error) {
	wait := pollTime
	if failure == nil {
		if at, ok, err := w.Queue.NextDue(ctx, w.Channel); err == nil && ok {
			wait = min(wait, max(at.Sub(w.Now()), 5*time.Millisecond))
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-w.Queue.Wake(w.Channel):
	}
}
