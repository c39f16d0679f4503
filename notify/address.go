package notify

import (
	"context"
	"errors"
	"strings"
	"sync"
)

// address finds everybody's address, side by side; who has none is settled. An update
// needs none: its message is there, whatever the person's address is by now. A stop
// ends the look-ups, and so does a look-up that nobody can make: whoever was not found
// by then goes back to the queue untouched.
func (l *load) address(ctx context.Context, notices []Notice) []item {
	if l.shift.silence(l.w.Now()) > 0 { // the provider would refuse to be asked, too
		l.settle(ctx, l.inPlace(itemsOf(notices)))
		return nil
	}
	items := make([]item, len(notices))
	errs := make([]error, len(notices))
	var lookups sync.WaitGroup
	asking, done := l.untilStopped(ctx)
	defer done()
	for i := range notices {
		n := &notices[i]
		items[i] = item{notice: n, started: l.w.Now()}
		if n.Delivery.MessageID != "" {
			continue
		}
		if errs[i] = l.look(asking); errs[i] != nil {
			done()
			continue
		}
		lookups.Go(func() {
			defer func() { <-l.shift.looks }()
			items[i].address, errs[i] = l.find(asking, n.Delivery)
			if stopsAll(errs[i]) {
				done() // the others would ask in vain
			}
		})
	}
	lookups.Wait()

	found := make([]item, 0, len(items))
	var missed []Settlement
	var unasked []Notice
	for i, err := range errs {
		switch {
		case err == nil:
			found = append(found, items[i])
		case asking.Err() != nil && !stopsAll(err):
			unasked = append(unasked, notices[i])
		default:
			missed = append(missed, l.judge(ctx, items[i], Outcome{Err: err}))
		}
	}
	l.settle(ctx, missed)
	l.putBack(ctx, unasked)
	return found
}

// errSilent says that nobody was asked, because the provider wants to be left alone.
var errSilent = errors.New("the provider wants no call now")

// look waits for a place to look somebody up. All claims share them, and learn from
// each other when the provider has had enough.
func (l *load) look(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case l.shift.looks <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if l.shift.silence(l.w.Now()) > 0 {
		<-l.shift.looks
		return errSilent
	}
	return nil
}

// itemsOf are notices whose address nobody knows yet.
func itemsOf(notices []Notice) []item {
	items := make([]item, len(notices))
	for i := range notices {
		items[i].notice = &notices[i]
	}
	return items
}

// stopsAll reports whether what one look-up met is in the way of all: nobody gets an
// answer from the provider, now or until the channel is mended.
func stopsAll(err error) bool { return misconfigured(err) || holdsChannel(err) }

// find looks the person up, within the time that a call may take.
func (l *load) find(ctx context.Context, d Delivery) (address string, err error) {
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	address, err = l.ask(ctx, d)
	if holdsChannel(err) {
		_, wait := VerdictOf(err)
		l.shift.silenceUntil(l.w.Now().Add(wait))
	}
	return address, err
}

// ask returns the person's address: not the one that was refused just now, where there
// is another, and asked for anew where nobody was found until it was tried by hand.
func (l *load) ask(ctx context.Context, d Delivery) (string, error) {
	switch {
	case d.Reason == ReasonStaleIdentity:
		return l.w.Addresses.Another(ctx, l.w.Channel, d.To)
	case d.Reason == "" && strings.HasPrefix(d.Code, IdentityCode): // only a retry by hand leaves a code without a reason
		return l.w.Addresses.Afresh(ctx, l.w.Channel, d.To, d.UpdatedAt)
	default:
		return l.w.Addresses.Address(ctx, l.w.Channel, d.To)
	}
}
