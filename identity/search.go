package identity

import (
	"context"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// searchTime bounds the search for somebody unknown: whoever presses is answered
	// within three seconds.
	searchTime = 1500 * time.Millisecond
	// searchCalls is how many calls one search may make.
	searchCalls = 20
)

// search looks up people nobody has looked up yet, until one of them turns out to have
// that id of the channel. What it learns, the next search need not ask.
//
// Feishu is asked about fifty people a call. WeCom takes one a call and counts misses, so
// that only the person whose username the id is, if there is one, is asked for.
func (d *Directory) search(ctx context.Context, m Matcher, o owned) (handle, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	l, err := d.line(ctx, o.ch)
	if err != nil {
		return handle{}, false, err
	}
	if o.ch == notify.WeCom {
		return d.namesake(ctx, m, l, o)
	}
	select {
	case d.searching <- struct{}{}: // one at a time: what one learns, all know
		defer func() { <-d.searching }()
	case <-ctx.Done():
		return handle{}, false, nil
	}
	for range searchCalls {
		if h, ok := d.memory.owners.GetIfPresent(o); ok {
			return h, true, nil
		}
		if d.ahead == nil || d.ahead.done() || !d.goAhead(ctx, l) {
			return handle{}, false, nil
		}
	}
	h, ok := d.memory.owners.GetIfPresent(o)
	return h, ok, nil
}

// goAhead asks for as many people as a call takes; false when ctx ended before the answer,
// which is remembered all the same.
func (d *Directory) goAhead(ctx context.Context, l line) bool {
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), notify.SendTime)
	extra, claims := d.spare(kept, l, gatherMost)
	asked := make(chan struct{})
	d.work.Go(func() {
		defer close(asked)
		defer cancel()
		d.ask(kept, l, extra, claims)
	})
	select {
	case <-asked:
		return true
	case <-ctx.Done():
		return false
	}
}

// namesake looks up whoever has the id for a username, as is usual in companies.
func (d *Directory) namesake(ctx context.Context, m Matcher, l line, o owned) (handle, bool, error) {
	u, ok, err := only(ctx, m, ticket.Person{Username: o.id})
	handles := handlesOf(o.ch, u)
	if err != nil || !ok || len(handles) == 0 || u.Disabled || enteredID(o.ch, u) != "" {
		return handle{}, false, err
	}
	_, err = d.lookup(ctx, l, handles)
	if v, _ := notify.VerdictOf(err); err != nil && v != notify.VerdictUnreachable {
		return handle{}, false, err
	}
	h, ok := d.memory.owners.GetIfPresent(o)
	return h, ok, nil
}
