package identity

import (
	"context"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Forget drops what was used to reach u on the channel, because the provider no
// longer knows it: an entered id is passed over for a day, what was looked up is
// asked again.
func (d *Directory) Forget(ctx context.Context, ch notify.Channel, u ticket.User) {
	app, err := d.books.AppOf(ctx, ch)
	if err != nil || app == "" {
		return // a channel nobody configured remembers nothing
	}
	if now, err := d.current(ctx, u); err == nil {
		u = now
	}
	l := line{ch: ch, app: app}
	if id := enteredID(ch, u); id != "" && !d.refused(ctx, ch, id) {
		d.refuse(ctx, place{ch, app, handle{byHand, id}})
		return
	}
	d.drop(ctx, l.places(handlesOf(ch, u)))
}

// refuse remembers that the provider does not know an entered id, here and on every
// replica.
func (d *Directory) refuse(ctx context.Context, p place) {
	f := refused(d.now())
	d.memory.keep(p, f)
	if d.shared.keep(ctx, map[place]finding{p: f}, d.now()) == nil {
		d.shared.tell(ctx, []place{p})
	}
}

// Edited forgets everything about people whose record changed, on every replica:
// each as they were and as they are now.
func (d *Directory) Edited(ctx context.Context, people ...ticket.User) {
	var places []place
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		app, err := d.books.AppOf(ctx, ch)
		if err != nil || app == "" {
			continue
		}
		for _, u := range people {
			places = append(places, everythingOf(line{ch: ch, app: app}, u)...)
		}
	}
	d.drop(ctx, places)
}

func everythingOf(l line, u ticket.User) []place {
	handles := handlesOf(l.ch, u)
	if id := enteredID(l.ch, u); id != "" {
		handles = append(handles, handle{byHand, id})
	}
	return l.places(handles)
}

func (d *Directory) drop(ctx context.Context, places []place) {
	d.memory.forget(places)
	d.shared.forget(ctx, places)
}
