package notify

import (
	"context"
	"runtime/debug"
	"slices"
	"time"
)

// place takes a place for a call, and one until its outcome is written down; false
// when the worker stops or the line's tenure is over, whether there are any or not.
func (l *load) place() bool {
	if !l.take(l.open) {
		return false
	}
	if !l.take(l.calls) {
		<-l.open
		return false
	}
	return true
}

func (l *load) take(places chan<- struct{}) bool {
	select {
	case <-l.over:
		return false
	default:
	}
	select {
	case places <- struct{}{}:
		return true
	case <-l.over:
		return false
	}
}

// untilStopped is ctx, which ends when the worker stops or the line's tenure is over.
func (l *load) untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-l.over:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// send makes one provider call, frees its place for the next, and settles everybody in it.
func (l *load) send(ctx context.Context, p parcel) {
	p, ok := l.ready(ctx, p)
	if !ok {
		<-l.calls
		return
	}
	outcomes := whole(l.call(ctx, p), len(p.message.To))
	l.unspend(ctx, p, outcomes)
	if p.digest {
		outcomes = shared(outcomes[0], len(p.items))
	}
	settled := make([]Settlement, len(p.items))
	for i, it := range p.items {
		settled[i] = l.judge(ctx, it, outcomes[i])
	}
	<-l.calls // not before the verdict: a channel that is off now gets no further call
	together(settled)
	l.settle(ctx, settled)
}

// ready waits for the moment a call may begin and looks once more whether it should:
// the provider may have asked for silence meanwhile, or another may hold the deliveries.
func (l *load) ready(ctx context.Context, p parcel) (_ parcel, ok bool) {
	l.shift.gate.pass(ctx, l.line.Limits.PerSecond, l.w.Now)
	if l.shift.silence(l.w.Now()) > 0 {
		l.postpone(ctx, []parcel{p})
		return p, false
	}
	rest, ok := l.mine(ctx, p)
	if !ok {
		l.putBack(ctx, noticesOf(p.items)) // what is held after all; the rest is fenced
		l.giveBack(ctx, 1)
		return p, false
	}
	if rest, ok = l.ration(ctx, rest); !ok {
		l.giveBack(ctx, 1)
		return p, false
	}
	for i := range rest.items {
		rest.items[i].started = l.w.Now()
	}
	return rest, true
}

// together makes those of one call whom no answer reached due at the same moment: the
// repeat is the same request then, and WeCom recognises it (wecom.md 4, enable_duplicate_check).
func together(settled []Settlement) {
	var wait time.Duration
	for i, s := range settled {
		if !s.Unknown || s.Status != Retrying {
			continue
		}
		if wait == 0 {
			wait = s.Wait
		}
		settled[i].Wait = wait
	}
}

// whole returns n outcomes, also when the sender broke its promise of one each.
func whole(outcomes []Outcome, n int) []Outcome {
	for len(outcomes) < n {
		outcomes = append(outcomes, Outcome{Err: errNoOutcome})
	}
	return outcomes[:n]
}

// shared is the outcome of a digest for everything it spoke of. Its message shows
// many tickets, so that none of them can bring it up to date: nobody keeps its id.
func shared(o Outcome, n int) []Outcome {
	o.MessageID = ""
	return slices.Repeat([]Outcome{o}, n)
}

// call sends the parcel, or brings its one message up to date. A card that makes the
// sender panic costs an attempt: the process, with every other channel, lives on.
func (l *load) call(ctx context.Context, p parcel) (outcomes []Outcome) {
	defer func() {
		if r := recover(); r != nil {
			l.w.Log.Error("a sender panicked", "channel", l.w.Channel, "panic", r, "stack", string(debug.Stack()))
			outcomes = nil
		}
	}()
	ctx, cancel := l.bounded(ctx)
	defer cancel()
	id := p.items[0].notice.Delivery.MessageID
	if id == "" {
		return l.line.Sender.Send(ctx, p.message)
	}
	o := Outcome{Err: Fixed(errFixed)}
	if u, ok := l.line.Sender.(Updater); ok {
		o = u.Update(ctx, id, p.message)
	}
	return slices.Repeat([]Outcome{o}, len(p.items))
}

// bounded is ctx with the time a call may take. A [Connected] sender bounds it itself,
// until the worker stops.
func (l *load) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := l.line.Sender.(Connected); !ok {
		return context.WithTimeout(ctx, SendTime)
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-l.shift.quit:
		case <-ctx.Done():
			return
		}
		timer := time.NewTimer(SendTime)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
