package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Matcher knows who is who. It is what [Directory.Who] asks of the people.
type Matcher interface {
	// Match returns the known user for each of people, one without a Role for
	// somebody unknown.
	Match(ctx context.Context, people []ticket.Person) ([]ticket.User, error)
	// UserByID returns the person an administrator entered that id of the channel
	// for, or [notify.ErrNotFound].
	UserByID(ctx context.Context, ch notify.Channel, id string) (ticket.User, error)
}

// ownID writes an id for comparing: WeCom returns userids in lower case (wecom.md 4.4).
func ownID(ch notify.Channel, id string) string {
	if ch == notify.WeCom {
		return strings.ToLower(id)
	}
	return id
}

// Who returns the person behind an address on the channel; false when it is nobody
// we know. It asks no provider who that is: somebody it names had the id entered, or
// is found under it. Who was never looked up is looked for among the people we know.
func (d *Directory) Who(ctx context.Context, ch notify.Channel, address string) (ticket.User, bool, error) {
	m, ok := d.people.(Matcher)
	if !ok || address == "" {
		return ticket.User{}, false, nil
	}
	if ch == notify.Mail {
		return only(ctx, m, ticket.Person{Email: address})
	}
	u, err := m.UserByID(ctx, ch, address)
	if err == nil {
		return u, true, nil
	}
	if !errors.Is(err, notify.ErrNotFound) {
		return ticket.User{}, false, fmt.Errorf("find who is behind an id of %s: %w", ch, err)
	}
	return d.lookedUp(ctx, m, ch, address)
}

// lookedUp finds the person an id was found for. When it is not theirs any more, it may
// be somebody's nobody has looked up yet.
func (d *Directory) lookedUp(ctx context.Context, m Matcher, ch notify.Channel, id string) (ticket.User, bool, error) {
	app, err := d.books.AppOf(ctx, ch)
	if err != nil {
		return ticket.User{}, false, fmt.Errorf("find who is behind an id of %s: %w", ch, err)
	}
	o := owned{ch, app, ownID(ch, id)}
	h, ok, err := d.owner(ctx, o)
	if err == nil && ok {
		if u, theirs, err := d.still(ctx, m, o, h); err != nil || theirs {
			return u, theirs, err
		}
		d.memory.owners.Invalidate(o)
	}
	if err != nil {
		return ticket.User{}, false, err
	}
	if h, ok, err = d.search(ctx, m, o); err != nil || !ok {
		return ticket.User{}, false, err
	}
	return d.still(ctx, m, o, h)
}

// still returns the person with the address h, if the id is theirs now.
func (d *Directory) still(ctx context.Context, m Matcher, o owned, h handle) (ticket.User, bool, error) {
	u, ok, err := only(ctx, m, h.person())
	if err != nil || !ok {
		return ticket.User{}, false, err
	}
	if u.Disabled { // nobody looks for them any more, and they may do nothing
		return u, true, nil
	}
	now, err := d.Address(ctx, o.ch, u)
	if v, _ := notify.VerdictOf(err); err != nil && v != notify.VerdictUnreachable {
		return ticket.User{}, false, err
	}
	return u, err == nil && ownID(o.ch, now) == o.id, nil
}

func only(ctx context.Context, m Matcher, p ticket.Person) (ticket.User, bool, error) {
	users, err := m.Match(ctx, []ticket.Person{p})
	if err != nil {
		return ticket.User{}, false, fmt.Errorf("find who is behind an address: %w", err)
	}
	if len(users) != 1 || users[0].Role == "" {
		return ticket.User{}, false, nil
	}
	return users[0], true, nil
}

// owner returns the handle an id was found by.
func (d *Directory) owner(ctx context.Context, o owned) (h handle, ok bool, err error) {
	if h, ok := d.memory.owners.GetIfPresent(o); ok {
		return h, true, nil
	}
	if h, err = d.shared.owner(ctx, o); err != nil || h == (handle{}) {
		if h, ok, err = d.found.owner(ctx, o); err != nil || !ok {
			return handle{}, false, err
		}
	}
	d.memory.owners.Set(o, h)
	return h, true, nil
}

func (s *shared) ownerKey(ch notify.Channel, app, id string) string {
	return s.prefix + string(ch) + ":" + s.veil.name(app, "who", ownID(ch, id))
}

// owner returns the handle an id was found by, a zero one when nobody remembers.
func (s *shared) owner(ctx context.Context, o owned) (handle, error) {
	return ask(ctx, s, func(ctx context.Context) (handle, error) {
		sealed, err := s.rdb.Get(ctx, s.ownerKey(o.ch, o.app, o.id)).Result()
		if errors.Is(err, redis.Nil) {
			return handle{}, nil
		}
		if err != nil {
			return handle{}, err
		}
		plain, err := s.veil.open(sealed)
		if err != nil || len(plain) < 2 {
			return handle{}, nil //nolint:nilerr // what cannot be read is as good as not there
		}
		return handle{kind(plain[0]), string(plain[1:])}, nil
	})
}
