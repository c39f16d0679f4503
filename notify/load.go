package notify

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// errNoOutcome says that a sender did not tell how somebody fared.
var errNoOutcome = errors.New("the sender did not say what came of it")

// load is one claim's worth of deliveries on its way.
type load struct {
	w     *Worker
	line  Line
	lease string
	shift *shift
	stop  <-chan struct{} // the worker stops, or the line's tenure is over
	zone  *time.Location  // the one times are written in

	decides map[string]bool // by source, see decidable
}

// parcel is deliveries that one provider call can carry: same words, same reader.
type parcel struct {
	message Message
	items   []item
	// digest is true when one message to one person speaks for all items.
	digest bool
}

// item is one delivery with the address found for it.
type item struct {
	notice  *Notice // of the claim: too large to be passed around
	address string
	started time.Time
}

// deliver takes the claimed notices to their ends. Each is settled on its own; what
// was not begun when the worker stops goes back to the queue untouched.
func (l *load) deliver(ctx context.Context, notices []Notice) {
	defer l.hold(ctx)()
	settings, err := l.w.Settings.Settings(ctx)
	if err != nil {
		l.w.Log.Error("settings cannot be read", "error", err)
		l.shift.holdUntil(l.w.Now().Add(pollTime)) // else it would be claimed again at once
		l.putBack(ctx, notices)
		return
	}
	l.zone = settings.Location() // a file is read for it
	var sends sync.WaitGroup
	defer sends.Wait()
	single, folded := l.pace(ctx, l.address(ctx, l.stillWanted(ctx, notices)))
	parcels := append(l.pack(ctx, single, settings), l.fold(ctx, folded, settings)...)
	for _, p := range l.admit(ctx, parcels) {
		if !l.place() {
			l.putBack(ctx, noticesOf(p.items))
			continue
		}
		sends.Go(func() {
			defer func() { <-l.shift.open }()
			l.send(ctx, p)
		})
	}
}

// place takes a place for a call, and one until its outcome is written down; false
// when the worker stops or the line's tenure is over, whether there are any or not.
func (l *load) place() bool {
	if !l.take(l.shift.open) {
		return false
	}
	if !l.take(l.shift.calls) {
		<-l.shift.open
		return false
	}
	return true
}

func (l *load) take(places chan<- struct{}) bool {
	select {
	case <-l.stop:
		return false
	default:
	}
	select {
	case places <- struct{}{}:
		return true
	case <-l.stop:
		return false
	}
}

// untilStopped is ctx, which ends when the worker stops or the line's tenure is over.
func (l *load) untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-l.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// hold keeps the claim until the returned function is called.
func (l *load) hold(ctx context.Context) (release func()) {
	ctx, done := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { l.keepLease(ctx) })
	return func() {
		done()
		keeper.Wait()
	}
}

// keepLease renews the claim until ctx is done.
func (l *load) keepLease(ctx context.Context) {
	tick := time.NewTicker(LeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.w.Queue.Renew(ctx, l.lease, l.w.Now().Add(LeaseTime)); err != nil && ctx.Err() == nil {
				l.w.Log.Warn("a lease could not be renewed", "channel", l.w.Channel, "error", err)
			}
		}
	}
}

// stillWanted settles what is no longer worth sending and returns the rest: a new
// message is not sent for a state that is over, unless it tells a result.
func (l *load) stillWanted(ctx context.Context, notices []Notice) []Notice {
	var over []Settlement
	rest := slices.DeleteFunc(notices, func(n Notice) bool {
		d := n.Delivery
		if d.MessageID != "" || d.Result || d.State == n.Current {
			return false
		}
		over = append(over, Settlement{DeliveryID: d.ID, Status: Canceled, Reason: ReasonOver})
		return true
	})
	l.settle(ctx, over)
	return rest
}

// address finds everybody's address, side by side; who has none is settled. An update
// needs none: its message is there, whatever the person's address is by now. A stop
// ends the look-ups, and so does a look-up that nobody can make: whoever was not found
// by then goes back to the queue untouched.
func (l *load) address(ctx context.Context, notices []Notice) []item {
	items := make([]item, len(notices))
	errs := make([]error, len(notices))
	var lookups errgroup.Group
	lookups.SetLimit(maxLookups)
	asking, done := l.untilStopped(ctx)
	defer done()
	for i := range notices {
		n := &notices[i]
		items[i] = item{notice: n, started: l.w.Now()}
		if n.Delivery.MessageID != "" {
			continue
		}
		lookups.Go(func() error {
			lookup, cancel := context.WithTimeout(asking, SendTime)
			defer cancel()
			items[i].address, errs[i] = l.find(lookup, n.Delivery)
			if misconfigured(errs[i]) {
				done() // the others would ask in vain
			}
			return nil
		})
	}
	_ = lookups.Wait() // each has an error of its own

	found := make([]item, 0, len(items))
	var missed []Settlement
	var unasked []Notice
	for i, err := range errs {
		switch {
		case err == nil:
			found = append(found, items[i])
		case asking.Err() != nil && !misconfigured(err):
			unasked = append(unasked, notices[i])
		default:
			missed = append(missed, l.judge(ctx, items[i], Outcome{Err: err}))
		}
	}
	l.settle(ctx, missed)
	l.putBack(ctx, unasked)
	return found
}

// find returns the person's address: not the one that was refused just now, where there
// is another, and asked for anew where nobody was found until it was tried by hand.
func (l *load) find(ctx context.Context, d Delivery) (string, error) {
	switch {
	case d.Reason == ReasonStaleIdentity:
		return l.w.Addresses.Another(ctx, l.w.Channel, d.To)
	case d.Reason == "" && strings.HasPrefix(d.Code, IdentityCode): // only a retry by hand leaves a code without a reason
		return l.w.Addresses.Afresh(ctx, l.w.Channel, d.To, d.UpdatedAt)
	default:
		return l.w.Addresses.Address(ctx, l.w.Channel, d.To)
	}
}

// pack puts together what one call can carry.
func (l *load) pack(ctx context.Context, items []item, s Settings) []parcel {
	type alike struct {
		event    string
		reader   ticket.Role
		language cards.Language
		update   string // a message id: one update is for all who got it by one call
	}
	at := map[alike]int{}
	var parcels []parcel
	for _, it := range items {
		d := it.notice.Delivery
		k := alike{d.Want, reader(it.notice), language(d.To, s), d.MessageID}
		i, ok := at[k]
		if !ok || len(parcels[i].items) >= max(l.line.Sender.Batch(), 1) {
			i = len(parcels)
			at[k] = i
			parcels = append(parcels, parcel{message: l.say(ctx, it.notice, k.reader, k.language, s)})
		}
		parcels[i].items = append(parcels[i].items, it)
		parcels[i].message.To = append(parcels[i].message.To, Recipient{Key: d.ID, Address: it.address})
	}
	return parcels
}

func (l *load) say(ctx context.Context, n *Notice, r ticket.Role, lang cards.Language, s Settings) Message {
	card := cards.For(
		cards.Notice{
			Event: n.Event, Reader: r, Trail: n.Trail, Now: statusIn(n.Current), Pending: n.Pending,
			Decidable: l.decidable(ctx, n, r), Remindable: l.line.Decides && r == ticket.RoleCreator,
		},
		cards.Setting{Location: l.zone, URLPrefix: s.URLPrefix},
	)
	return Message{Card: card, Language: lang, Notice: n.Delivery.Want, Thread: n.Delivery.Ticket}
}

// reader is why a person is told. Somebody whose step is over is no assignee any more.
func reader(n *Notice) ticket.Role {
	d := n.Delivery
	if d.Role == ticket.RoleAssignee && d.State != StateOf(n.Event.Ticket) {
		return ticket.RoleWaiting
	}
	return d.Role
}

func language(u ticket.User, s Settings) cards.Language {
	if u.Language != "" {
		return cards.Language(u.Language)
	}
	return s.DefaultLanguage
}

// send makes one provider call, frees its place for the next, and settles everybody in it.
func (l *load) send(ctx context.Context, p parcel) {
	for i := range p.items {
		p.items[i].started = l.w.Now()
	}
	outcomes := whole(l.call(ctx, p), len(p.message.To))
	if p.digest {
		outcomes = shared(outcomes[0], len(p.items))
	}
	settled := make([]Settlement, len(p.items))
	for i, it := range p.items {
		settled[i] = l.judge(ctx, it, outcomes[i])
	}
	<-l.shift.calls // not before the verdict: a channel that is off now gets no further call
	together(settled)
	l.settle(ctx, settled)
}

// together makes those of one call whom no answer reached due at the same moment: the
// repeat is the same request then, and WeCom recognises it (wecom.md 4, enable_duplicate_check).
func together(settled []Settlement) {
	var at time.Time
	for i, s := range settled {
		if !s.Unknown || s.Status != Retrying {
			continue
		}
		if at.IsZero() {
			at = s.NotBefore
		}
		settled[i].NotBefore = at
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
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	id := p.items[0].notice.Delivery.MessageID
	if id == "" {
		return l.line.Sender.Send(ctx, p.message)
	}
	o := Outcome{Err: Permanent(errFixed)}
	if u, ok := l.line.Sender.(Updater); ok {
		o = u.Update(ctx, id, p.message)
	}
	return slices.Repeat([]Outcome{o}, len(p.items))
}

func (l *load) putBack(ctx context.Context, notices []Notice) {
	back := make([]Settlement, 0, len(notices))
	for _, n := range notices {
		d := n.Delivery
		back = append(back, Settlement{
			DeliveryID: d.ID, Status: waitingStatus(d), Reason: d.Reason, Code: d.Code, NotBefore: d.NotBefore, Free: true,
		})
	}
	l.settle(ctx, back)
}

// settle writes outcomes down. What was sent must not be forgotten because the
// database is away for a moment: it is tried again for as long as [settlePatience].
func (l *load) settle(ctx context.Context, s []Settlement) {
	if len(s) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, settlePatience)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := l.w.Queue.Settle(ctx, l.lease, l.w.Now(), s)
		if err == nil {
			break
		}
		l.w.Log.Warn("deliveries could not be settled", "channel", l.w.Channel, "count", len(s), "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			// Their lease has run out; they are tried again under the same keys.
			l.w.Log.Error("deliveries are left to the next who claims them", "channel", l.w.Channel, "count", len(s))
			return
		}
	}
	for _, one := range s {
		if one.Attempt != nil && l.w.Observe != nil {
			l.w.Observe(l.w.Channel, *one.Attempt)
		}
	}
}

func noticesOf(items []item) []Notice {
	notices := make([]Notice, len(items))
	for i, it := range items {
		notices[i] = *it.notice
	}
	return notices
}
