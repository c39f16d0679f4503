package identity

import (
	"context"
	"slices"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Forget drops address where u was looked up and found under it, because the provider
// no longer knows it. That nobody was found by another way stays believed, and so does
// an id that was entered by hand: only an administrator knows whether it is wrong.
func (d *Directory) Forget(ctx context.Context, ch notify.Channel, u ticket.User, address string) {
	app, err := d.books.AppOf(ctx, ch)
	if err != nil || app == "" {
		return // a channel nobody configured remembers nothing
	}
	if now, err := d.current(ctx, u); err == nil {
		u = now
	}
	l := line{ch: ch, app: app}
	handles := handlesOf(ch, u)
	known := d.recall(ctx, l, handles)
	d.drop(ctx, l.places(slices.DeleteFunc(handles, func(h handle) bool {
		return known[h].ID == "" || ownID(ch, known[h].ID) != ownID(ch, address)
	})))
}

// Edited forgets everything about people whose record changed, on every replica:
// each as they were and as they are now. Somebody unknown may be one of them.
func (d *Directory) Edited(ctx context.Context, people ...ticket.User) {
	var places []place
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		app, err := d.books.AppOf(ctx, ch)
		if err != nil || app == "" {
			continue
		}
		for _, u := range people {
			places = append(places, line{ch: ch, app: app}.places(handlesOf(ch, u))...)
		}
	}
	d.drop(ctx, places)
	if d.ahead != nil {
		d.ahead.again()
	}
}

func (d *Directory) drop(ctx context.Context, places []place) {
	d.memory.forget(places)
	d.shared.forget(ctx, places)
	d.keepMisses(ctx, asFound(places))
}
