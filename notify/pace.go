package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// foldAfter is how long a person's messages may queue up for the provider's limit
// before they are said in one digest.
const foldAfter = 10 * time.Second

// pace keeps the limits per person. It returns what may go now, each alone, and per
// person what is said in one digest; what must wait goes back to the queue with the
// time of its turn, and costs no attempt.
func (l *load) pace(ctx context.Context, items []item) (single []item, folded [][]item) {
	var deferred []Settlement
	for _, own := range byAddress(items) {
		slices.SortStableFunc(own, toActFirst)
		if own[0].notice.Delivery.MessageID != "" { // an update is no new message
			single = append(single, own...)
			continue
		}
		granted, wait := l.w.Pacer.Person(ctx, l.w.Channel, own[0].address, l.line.Limits, len(own))
		switch {
		case granted >= len(own):
			single = append(single, own...)
			continue
		case granted > 0 && l.slow(len(own)-granted):
			known, doubtful := apart(own[granted-1:])
			single = append(single, own[:granted-1]...)
			deferred = append(deferred, l.later(doubtful, ReasonLimited, wait)...)
			if len(known) > 0 {
				folded = append(folded, known)
			}
			continue
		}
		single = append(single, own[:granted]...)
		deferred = append(deferred, l.later(own[granted:], ReasonLimited, wait)...)
	}
	l.settle(ctx, deferred)
	return single, folded
}

// apart takes out what may have arrived already: it is said again in its own words
// and under its own key, which the provider may know.
func apart(items []item) (known, doubtful []item) {
	for _, it := range items {
		if it.notice.Delivery.UnknownSince.IsZero() {
			known = append(known, it)
		} else {
			doubtful = append(doubtful, it)
		}
	}
	return known, doubtful
}

// toActFirst puts what asks its reader to act before what merely tells: of a burst,
// the first keep cards of their own.
func toActFirst(a, b item) int {
	asks := func(it item) int {
		if reader(it.notice) == ticket.RoleAssignee {
			return 0
		}
		return 1
	}
	return asks(a) - asks(b)
}

// byAddress groups new messages by who gets them, in order; each update stays alone.
func byAddress(items []item) [][]item {
	at := map[string]int{}
	var groups [][]item
	for _, it := range items {
		i, ok := at[it.address]
		if it.notice.Delivery.MessageID != "" || !ok {
			i = len(groups)
			groups = append(groups, nil)
			if it.notice.Delivery.MessageID == "" {
				at[it.address] = i
			}
		}
		groups[i] = append(groups[i], it)
	}
	return groups
}

// slow reports whether n more messages to one person would take longer than
// [foldAfter] one by one.
func (l *load) slow(n int) bool {
	lim := l.line.Limits
	var each time.Duration
	for _, window := range []struct {
		per time.Duration
		n   int
	}{{time.Second, lim.PersonPerSecond}, {time.Minute, lim.PersonPerMinute}, {time.Hour, lim.PersonPerHour}} {
		if window.n > 0 {
			each = max(each, window.per/time.Duration(window.n))
		}
	}
	return time.Duration(n)*each > foldAfter
}

// later sends items back to the queue until wait has passed, for that reason and at no cost.
func (l *load) later(items []item, reason string, wait time.Duration) []Settlement {
	later := make([]Settlement, 0, len(items))
	for _, it := range items {
		d := it.notice.Delivery
		later = append(later, Settlement{
			DeliveryID: d.ID, Status: waitingStatus(d), Reason: reason, Wait: wait, Free: true,
		})
	}
	return later
}

// fold makes one digest of each person's messages.
func (l *load) fold(ctx context.Context, folded [][]item, s Settings, digest func([]cards.Card) cards.Card) []parcel {
	var parcels []parcel
	for _, items := range folded {
		first := items[0]
		d := &first.notice.Delivery
		parcels = append(parcels, parcel{digest: true, items: items, message: Message{
			Language: language(d.To, s), Notice: d.Want, Thread: d.Ticket,
			To: []Recipient{{Key: digestKey(items), Address: first.address}},
		}, card: func() cards.Card { return digest(l.sayAll(ctx, items, s)) }})
	}
	return parcels
}

func (l *load) sayAll(ctx context.Context, items []item, s Settings) []cards.Card {
	all := make([]cards.Card, 0, len(items))
	for _, it := range items {
		all = append(all, l.say(ctx, it.notice, reader(it.notice), s))
	}
	return all
}

// digestKey names a digest by all it speaks of. No delivery's own key would do: the
// provider may know it with other words, and would show nothing (feishu.md 5.1, uuid).
func digestKey(items []item) string {
	ids := make([]string, 0, len(items))
	for _, it := range items {
		ids = append(ids, it.notice.Delivery.ID)
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return "dgs_" + hex.EncodeToString(sum[:16])
}

// within keeps what that many calls can carry and puts the rest back where it was,
// before a person's place is used up for it. The next claim is made to measure.
func (l *load) within(ctx context.Context, items []item, s Settings, granted int) []item {
	if !l.line.Limits.calls() {
		return items
	}
	carried, goes := map[alike]int{}, map[alike]bool{}
	calls := 0
	batch := max(l.line.Sender.Batch(), 1)
	var fits []item
	var back []Notice
	for _, it := range items {
		k := alikeOf(it.notice, s)
		if carried[k]%batch == 0 {
			calls++
			goes[k] = calls <= granted
		}
		carried[k]++
		if goes[k] {
			fits = append(fits, it)
		} else {
			back = append(back, *it.notice)
		}
	}
	if calls > 0 {
		l.shift.crowd.Store(int64((len(items) + calls - 1) / calls))
	}
	l.putBack(ctx, back)
	return fits
}

// admit returns the calls that were granted, and gives back what is left of either:
// places, or, when digests took the place of calls that carried many, calls.
func (l *load) admit(ctx context.Context, parcels []parcel) []parcel {
	l.giveBack(ctx, l.granted-len(parcels))
	if !l.line.Limits.calls() || len(parcels) <= l.granted {
		return parcels
	}
	for _, p := range parcels[l.granted:] {
		l.putBack(ctx, noticesOf(p.items))
	}
	return parcels[:l.granted]
}

// postpone puts back what was not begun when the provider wanted no more calls.
func (l *load) postpone(ctx context.Context, parcels []parcel) {
	var items []item
	for _, p := range parcels {
		items = append(items, p.items...)
	}
	l.settle(ctx, l.inPlace(items))
	l.giveBack(ctx, len(parcels))
}

// inPlace sends items back to where they were in the queue, for the provider's wait: the
// whole channel keeps it, and what was claimed first shall not be last after it.
func (l *load) inPlace(items []item) []Settlement {
	held := l.later(items, ReasonLimited, 0)
	for i := range held {
		held[i].Untouched = true
	}
	return held
}

// giveBack returns places on the channel that were granted and are not used.
func (l *load) giveBack(ctx context.Context, n int) {
	if n > 0 && l.line.Limits.calls() {
		l.w.Pacer.Return(ctx, l.w.Channel, l.line.Limits, n)
	}
}
