package identity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Identities tells for every channel by which address u is reached, how and when it
// was found, and why not, as far as that is known without asking a provider.
func (d *Directory) Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
	now, err := d.current(ctx, u)
	if v, _ := notify.VerdictOf(err); v == notify.VerdictUnreachable {
		now.Disabled = true // whoever is gone is told nothing either
	} else if err != nil {
		return nil, err
	}
	return d.IdentitiesOf(ctx, []ticket.User{now})[0], nil
}

// IdentitiesOf is [Directory.Identities] of many who were read a moment ago: whatever
// remembers is asked once for all of them.
func (d *Directory) IdentitiesOf(ctx context.Context, users []ticket.User) [][]notify.Identity {
	all := make([][]notify.Identity, len(users))
	for _, ch := range notify.Channels() {
		seek := d.recalled(ctx, ch, users)
		for i, u := range users {
			id, err := d.reach(ch, u, seek)
			all[i] = append(all[i], explained(ch, id, err))
		}
	}
	return all
}

// recalled returns what finds each of users in what is remembered of all of them. Whom
// nobody found last time is not found until somebody asks again, however long ago that was.
func (d *Directory) recalled(ctx context.Context, ch notify.Channel, users []ticket.User) seek {
	if ch == notify.Mail {
		return nil // nobody is looked up there
	}
	l, err := d.line(ctx, ch)
	if err != nil {
		return func([]handle) (notify.Identity, error) { return notify.Identity{}, err }
	}
	people := make([][]handle, 0, len(users))
	for _, u := range users {
		if enteredID(ch, u) == "" {
			people = append(people, handlesOf(ch, u))
		}
	}
	known, now := d.recall(ctx, l, people...), d.now()
	return func(handles []handle) (notify.Identity, error) {
		h, f, open := choose(handles, known, now)
		switch {
		case f.ID != "":
			return f.identity(h.kind), nil
		case slices.ContainsFunc(open, func(h handle) bool { return !asked(known, h) }):
			return missed(handles, known), unreachable(notify.ReasonNotAsked)
		default:
			return missed(handles, known), unreachable(notify.ReasonNotFound)
		}
	}
}

func asked(known map[handle]finding, h handle) bool {
	_, ok := known[h]
	return ok
}

// Resolve asks the providers of those channels afresh, of all channels when none is
// named, and tells what came of it. What a provider does not answer stays as it was.
func (d *Directory) Resolve(ctx context.Context, u ticket.User, on ...notify.Channel) ([]notify.Identity, error) {
	if len(on) == 0 {
		on = notify.Channels()
	}
	all := make([]notify.Identity, 0, len(on))
	for _, ch := range on {
		id, err := d.findBy(ctx, ch, u, d.afresh)
		all = append(all, explained(ch, id, err))
	}
	return all, nil
}

// explained is what came of looking for somebody on a channel.
func explained(ch notify.Channel, id notify.Identity, err error) notify.Identity {
	id.Channel, id.OK = ch, err == nil
	switch {
	case errors.Is(err, notify.ErrOff):
		id.Reason = notify.ReasonChannelOff
	case err != nil:
		id.Reason = why(err)
	}
	return id
}

// why is the reason of a miss, or the provider's words.
func why(err error) string {
	r, ok := errors.AsType[*notify.Refusal](err)
	if !ok {
		return err.Error()
	}
	if reason, ours := strings.CutPrefix(r.Code, notify.IdentityCode); ours {
		return reason
	}
	return r.Error()
}
