package identity

import (
	"context"
	"sync"
	"time"

	"ticketbell/ticket"
)

const (
	// pagesAhead is how many pages of people one call may go through to fill its
	// free places.
	pagesAhead = 5
	pageSize   = 200
	// aheadRest is how long nobody is looked for ahead once everybody was.
	aheadRest = time.Hour
)

// Roster lists the people of the installation in pages, by username. cursor is ""
// at the beginning, next is "" at the end.
type Roster interface {
	Users(ctx context.Context, q string, limit int, cursor string) (users []ticket.User, next string, err error)
}

// ahead goes through the roster once, a piece for each call that has free places:
// a call costs the same whether it asks for one person or for fifty.
type ahead struct {
	roster Roster
	now    func() time.Time

	mu     sync.Mutex
	app    string // guarded, as below: whom we go through the roster for
	page   []ticket.User
	cursor string
	rest   time.Time // nobody is looked for before
}

// next returns up to n more people; fresh is true when a page was read for it.
func (a *ahead) next(ctx context.Context, app string, n int) (users []ticket.User, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.app != app { // another app: everybody is unknown again
		a.app, a.page, a.cursor, a.rest = app, nil, "", time.Time{}
	}
	if a.now().Before(a.rest) {
		return nil, false
	}
	if len(a.page) == 0 {
		if !a.turn(ctx) {
			return nil, true
		}
		fresh = true
	}
	n = min(n, len(a.page))
	users, a.page = a.page[:n], a.page[n:]
	if len(a.page) == 0 && a.cursor == "" {
		a.rest = a.now().Add(aheadRest)
	}
	return users, fresh
}

// done reports whether there is nobody to look for now.
func (a *ahead) done() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now().Before(a.rest)
}

// again begins anew: there are people nobody has looked for.
func (a *ahead) again() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.page, a.cursor, a.rest = nil, "", time.Time{}
}

// turn reads the next page. It is called with mu held.
func (a *ahead) turn(ctx context.Context) bool {
	page, next, err := a.roster.Users(ctx, "", pageSize, a.cursor)
	if err != nil || len(page) == 0 { // looking ahead is a favour: next time
		a.rest, a.cursor = a.now().Add(aheadRest), ""
		return false
	}
	a.page, a.cursor = page, next
	return true
}

// fill finds people for the free places of a call, and claims them: first whom
// nobody has looked up yet, then whoever waits for the next call.
func (d *Directory) fill(ctx context.Context, l line, taken int) (extra []*query, claims [][]place) {
	extra, claims = d.spare(ctx, l, gatherMost-taken)
	waiting := d.rounds.pull(l.app, gatherMost-taken-len(extra))
	mine, others, held := d.reserve(ctx, l, waiting)
	for _, q := range others {
		d.rounds.join(ctx, l, q)
	}
	return append(extra, mine...), append(claims, held...)
}

func (d *Directory) spare(ctx context.Context, l line, room int) (extra []*query, claims [][]place) {
	if d.ahead == nil {
		return nil, nil
	}
	for pages := 0; pages < pagesAhead && len(extra) < room; {
		users, fresh := d.ahead.next(ctx, l.app, room-len(extra))
		if len(users) == 0 {
			break
		}
		if fresh {
			pages++
		}
		mine, others, held := d.reserve(ctx, l, d.strangers(l, users))
		extra, claims = append(extra, mine...), append(claims, held...)
		for _, q := range others {
			d.abandon(l, q)
		}
	}
	return extra, claims
}

// strangers are those of users that would have to be looked up.
func (d *Directory) strangers(l line, users []ticket.User) []*query {
	var all []*query
	for _, u := range users {
		handles := handlesOf(l.ch, u)
		if u.Disabled || enteredID(l.ch, u) != "" || len(handles) == 0 {
			continue
		}
		known := d.memory.recall(l, handles)
		if len(known) > 0 { // somebody asked, whatever came of it
			continue
		}
		if q := newQuery(handles, known, false); d.takeOff(l, q) == q {
			all = append(all, q)
		}
	}
	return all
}

// abandon leaves a query to the replica that asks for the same. Whoever waits here
// asks again.
func (d *Directory) abandon(l line, q *query) {
	q.err = errElsewhere
	d.finish(l, q)
}
