package identity

import (
	"context"
	"fmt"
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

// Clear forgets whom the provider of the channel found u to be and whom it did not, on
// every replica and over restarts: the next message asks again. An id that was entered by
// hand is [notify.ErrEntered].
func (d *Directory) Clear(ctx context.Context, ch notify.Channel, u ticket.User) error {
	if enteredID(ch, u) != "" {
		return fmt.Errorf("clear what is known of %s on %s: %w", u.Username, ch, notify.ErrEntered)
	}
	app, err := d.books.AppOf(ctx, ch)
	if err != nil {
		return fmt.Errorf("clear what is known of %s on %s: %w", u.Username, ch, err)
	}
	if app == "" {
		return nil // a channel nobody configured remembers nothing
	}
	l := line{ch: ch, app: app}
	handles := handlesOf(ch, u)
	if err := d.found.forget(ctx, l, handles); err != nil {
		return fmt.Errorf("clear what is known of %s on %s: %w", u.Username, ch, err)
	}
	for _, f := range d.recall(ctx, l, handles) {
		if f.ID != "" {
			d.disown(ctx, owned{ch, app, ownID(ch, f.ID)})
		}
	}
	d.drop(ctx, l.places(handles))
	if d.ahead != nil && ch == notify.Feishu {
		d.ahead.again()
	}
	return nil
}

// disown forgets who is behind an id. Another replica may remember it for a while, and
// believes it of nobody without asking, see [Directory.still].
func (d *Directory) disown(ctx context.Context, o owned) {
	d.memory.owners.Invalidate(o)
	_, _ = ask(ctx, d.shared, func(ctx context.Context) (int64, error) {
		return d.shared.rdb.Del(ctx, d.shared.ownerKey(o.ch, o.app, o.id)).Result()
	}) // it ends by itself as well
}

func (d *Directory) drop(ctx context.Context, places []place) {
	d.memory.forget(places)
	d.shared.forget(ctx, places)
	d.keepMisses(ctx, asFound(places))
}
