package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// errNoOutcome says that a sender did not tell how somebody fared.
var errNoOutcome = errors.New("the sender did not say what came of it")

// load is one claim's worth of deliveries on its way.
type load struct {
	w     *Worker
	line  Line
	lease *lease
	shift *shift
	places
	granted int                       // how many calls the channel's limit lets out, if it has one
	zone    *time.Location            // the installation's
	zones   map[string]*time.Location // by name, those of people who have their own
	next    time.Duration             // for how long a channel is tried before the next

	decides map[string]bool // by source, see decidable
}

// parcel is deliveries that one provider call can carry: same words, same reader.
type parcel struct {
	message Message
	// card lays the message's card out once its turn has come: a claim may hold a
	// thousand.
	card  func() cards.Card
	items []item
	// digest is true when one message to one person speaks for all items.
	digest bool
	// spent is what the day's limit gave for it, if there is one.
	spent Spent
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
	settings, err := l.settings(ctx)
	if err != nil {
		l.w.Log.Error("settings cannot be read", "error", err)
		l.shift.holdUntil(l.w.Now().Add(pollTime)) // else it would be claimed again at once
		l.putBack(ctx, notices)
		return
	}
	l.zone = settings.Location() // a file is read for it
	l.next = settings.ways().next
	items, waited := l.gather(ctx, l.address(ctx, l.today(ctx, l.hush(ctx, l.stillWanted(ctx, notices)))))
	parcels := l.fold(ctx, waited, settings, cards.AfterQuiet)
	single, folded := l.pace(ctx, l.within(ctx, items, settings, l.granted-len(parcels)))
	parcels = append(parcels, l.pack(ctx, single, settings)...)
	l.dispatch(ctx, l.admit(ctx, append(parcels, l.fold(ctx, folded, settings, cards.Digest)...)))
}

func (l *load) settings(ctx context.Context) (Settings, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return l.w.Settings.Settings(ctx)
}

// dispatch sends each parcel as soon as there is a place for it, and returns when all
// of it is written down.
func (l *load) dispatch(ctx context.Context, parcels []parcel) {
	var sends sync.WaitGroup
	defer sends.Wait()
	for i, p := range parcels {
		if l.shift.silence(l.w.Now()) > 0 {
			l.postpone(ctx, parcels[i:])
			return
		}
		if !l.place() {
			l.putBack(ctx, noticesOf(p.items))
			l.giveBack(ctx, 1)
			continue
		}
		p.message.Card = p.card() // of this copy: the claim keeps none
		sends.Go(func() {
			defer func() { <-l.open }()
			l.send(ctx, p)
		})
	}
}

// stillWanted settles what is no longer worth sending and returns the rest: a new
// message is not sent for a state that is over, unless it tells a result, or may be out.
func (l *load) stillWanted(ctx context.Context, notices []Notice) []Notice {
	var done []Settlement
	rest := slices.DeleteFunc(notices, func(n Notice) bool {
		if !over(&n) || l.findsAgain(n.Delivery) {
			return false
		}
		done = append(done, Settlement{DeliveryID: n.Delivery.ID, Status: Canceled, Reason: ReasonOver})
		return true
	})
	l.settle(ctx, done)
	return rest
}

// over reports whether n is a new message about a state the ticket has left.
func over(n *Notice) bool {
	d := &n.Delivery
	return d.MessageID == "" && !d.Result && d.State != n.Current
}

// alike is what deliveries have in common that one call can carry.
type alike struct {
	event    string
	reader   ticket.Role
	language cards.Language
	timezone string
	update   string // a message id: one update is for all who got it by one call
	mutable  bool
}

func alikeOf(n *Notice, s Settings) alike {
	d := &n.Delivery
	return alike{d.Want, reader(n), language(d.To, s), d.To.Timezone, d.MessageID, mutable(d.To)}
}

// pack puts together what one call can carry.
func (l *load) pack(ctx context.Context, items []item, s Settings) []parcel {
	at := map[alike]int{}
	var parcels []parcel
	for _, it := range items {
		d := &it.notice.Delivery
		k := alikeOf(it.notice, s)
		i, ok := at[k]
		if !ok || len(parcels[i].items) >= max(l.line.Sender.Batch(), 1) {
			i = len(parcels)
			at[k] = i
			parcels = append(parcels, parcel{
				message: Message{Language: k.language, Notice: d.Want, Form: d.Form, Thread: d.Ticket},
				card:    func() cards.Card { return l.say(ctx, it.notice, k.reader, s) },
			})
		}
		parcels[i].message.Again = parcels[i].message.Again || !d.UnknownSince.IsZero()
		parcels[i].items = append(parcels[i].items, it)
		parcels[i].message.To = append(parcels[i].message.To, Recipient{Key: d.ID, Address: it.address})
	}
	return parcels
}

func (l *load) say(ctx context.Context, n *Notice, r ticket.Role, s Settings) cards.Card {
	return cards.For(
		cards.Notice{
			Event: n.Event, Reader: r, Trail: n.Trail, Now: statusIn(n.Current), Pending: n.Pending,
			Decidable: l.decidable(ctx, n, r), Remindable: l.line.Decides && r == ticket.RoleCreator,
			Mutable: l.line.Decides && mutable(n.Delivery.To), Muted: n.Muted && l.personal(),
		},
		cards.Setting{Location: l.zoneOf(n.Delivery.To), URLPrefix: s.URLPrefix, LinkTemplate: s.LinkTemplate, Brand: s.BrandName},
	)
}

// zoneOf is the zone times are written in for u.
func (l *load) zoneOf(u ticket.User) *time.Location {
	if u.Timezone == "" {
		return l.zone
	}
	zone, known := l.zones[u.Timezone]
	if !known {
		var err error
		if zone, err = time.LoadLocation(u.Timezone); err != nil {
			zone = l.zone // it was checked when it was entered; this system knows fewer
		}
		l.zones[u.Timezone] = zone
	}
	return zone
}

// reader is why a person is told. Somebody whose step is over is no assignee any more.
func reader(n *Notice) ticket.Role {
	d := &n.Delivery
	if d.Role == ticket.RoleAssignee && (d.State != StateOf(n.Event.Ticket) || over(n)) {
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

func (l *load) putBack(ctx context.Context, notices []Notice) {
	back := make([]Settlement, 0, len(notices))
	for _, n := range notices {
		d := n.Delivery
		back = append(back, Settlement{
			DeliveryID: d.ID, Status: waitingStatus(d), Reason: d.Reason, Code: d.Code, Untouched: true, Free: true,
		})
	}
	l.settle(ctx, back)
}

// settle writes outcomes down. What a try got through unheard is not done twice, for the
// lease is given up with it.
func (l *load) settle(ctx context.Context, s []Settlement) {
	if len(s) == 0 {
		return
	}
	err := Insist(ctx, RecordPatience, func(ctx context.Context) error {
		err := l.w.Queue.Settle(ctx, l.lease.id, s)
		if err != nil {
			l.w.Log.Warn("deliveries could not be settled", "channel", l.w.Channel, "count", len(s), "error", err)
		}
		return err
	})
	if err != nil {
		// Their lease has run out; they are tried again under the same keys.
		l.w.Log.Error("deliveries are left to the next who claims them", "channel", l.w.Channel, "count", len(s))
		return
	}
	for _, one := range s {
		if one.Attempt != nil && !one.Blameless && l.w.Observe != nil {
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
