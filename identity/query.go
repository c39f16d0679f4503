package identity

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"ticketbell/notify"
)

const (
	// othersTime is how long we wait for the answer another replica asks for before
	// we ask ourselves, looking for it every lookTime.
	othersTime = 2 * time.Second
	lookTime   = 20 * time.Millisecond
)

// query is one person on the way to a provider. Whoever wants the same person
// meanwhile waits for the same query.
type query struct {
	// need are the handles nothing is believed of, the best first; never none.
	need []handle
	// prior is what was known of them.
	prior map[handle]finding
	// force asks whatever others know or ask.
	force bool

	done  chan struct{}
	found map[handle]finding // as all below, written before done is closed
	// reason says why a handle was not asked, "" when all were.
	reason string
	err    error
}

func newQuery(need []handle, prior map[handle]finding, force bool) *query {
	own := map[handle]finding{}
	maps.Copy(own, prior)
	return &query{need: need, prior: own, force: force, done: make(chan struct{}), found: map[handle]finding{}}
}

// flight names queries that are the same.
func (q *query) flight(l line) string {
	parts := []string{string(l.ch), l.app, fmt.Sprint(q.force)}
	for _, h := range q.need {
		parts = append(parts, h.value)
	}
	return strings.Join(parts, "\x00")
}

// news reports whether f tells q something.
func (q *query) news(h handle, f finding, now time.Time) bool {
	return f.fresh(now) && f.At.After(q.prior[h].At)
}

// answer takes down what the provider said of a handle.
func (q *query) answer(h handle, id string, now time.Time) {
	q.found[h] = q.prior[h].next(id, now)
}

// pursue asks for q and waits for the answer, together with everybody who asks for
// the same. The asking goes on when this caller gives up: others wait for it too.
func (d *Directory) pursue(ctx context.Context, l line, q *query) (*query, error) {
	q = d.start(ctx, l, q)
	select {
	case <-q.done:
		return q, q.err
	case <-ctx.Done():
		return q, fmt.Errorf("wait for a look-up on %s: %w", l.ch, ctx.Err())
	}
}

// start sets q going, or returns the query that asks the same already.
func (d *Directory) start(ctx context.Context, l line, q *query) *query {
	if same := d.takeOff(l, q); same != q {
		return same
	}
	ctx = context.WithoutCancel(ctx)
	if l.ch == notify.Feishu {
		d.rounds.join(ctx, l, q)
		return q
	}
	d.work.Go(func() { d.inquire(ctx, l, []*query{q}) })
	return q
}

// takeOff makes q the query others wait for, or returns the one that is.
func (d *Directory) takeOff(l line, q *query) *query {
	flight := q.flight(l)
	d.mu.Lock()
	defer d.mu.Unlock()
	if same, ok := d.flights[flight]; ok {
		return same
	}
	d.flights[flight] = q
	return q
}

// inquire sees queries of one app through: what another replica asks for already is
// waited for, the rest is asked.
func (d *Directory) inquire(ctx context.Context, l line, queries []*query) {
	ctx, cancel := context.WithTimeout(ctx, notify.SendTime)
	defer cancel()
	patience := time.NewTimer(othersTime)
	defer patience.Stop()
	look := time.NewTicker(lookTime)
	defer look.Stop()
	for {
		mine, others, claims := d.reserve(ctx, l, queries)
		d.ask(ctx, l, mine, claims)
		if len(others) == 0 {
			return
		}
		select {
		case <-look.C:
			queries = others
		case <-patience.C:
			d.ask(ctx, l, others, nil)
			return
		}
	}
}

// reserve ends the queries whose answer is known by now, and parts the rest into
// ours and those another replica asks for.
func (d *Directory) reserve(ctx context.Context, l line, queries []*query) (mine, others []*query, claims [][]place) {
	var free []*query
	var people [][]place
	for _, q := range queries {
		if q.force {
			mine = append(mine, q)
			continue
		}
		free, people = append(free, q), append(people, l.places(q.need))
	}
	if len(free) == 0 {
		return mine, nil, nil
	}
	known, ours, err := d.shared.reserve(ctx, people)
	if err != nil { // alone, or as good as alone
		return append(mine, free...), nil, nil
	}
	for i, q := range free {
		if ours[i] {
			claims = append(claims, people[i])
		}
		switch {
		case d.learn(l, q, known):
			d.finish(l, q)
		case ours[i]:
			mine = append(mine, q)
		default:
			others = append(others, q)
		}
	}
	return mine, others, claims
}

// learn takes what others found for q into memory. It is enough when there is an
// id, or when nothing is left to ask.
func (d *Directory) learn(l line, q *query, known map[place]finding) bool {
	now, hit := d.now(), false
	for _, h := range q.need {
		p := place{l.ch, l.app, h}
		f, ok := known[p]
		switch {
		case ok && q.news(h, f, now):
			q.found[h] = f
			d.memory.keep(p, f)
			hit = hit || f.ID != ""
		case ok && f.At.After(q.prior[h].At):
			q.prior[h] = f // believed no more, but it says how often it was asked in vain
		}
	}
	return hit || len(q.found) == len(q.need)
}

// ask has the provider answer queries, remembers what it said, ends them and gives
// up the claims on them.
func (d *Directory) ask(ctx context.Context, l line, queries []*query, claims [][]place) {
	defer func() { d.shared.release(ctx, claims) }()
	if len(queries) == 0 {
		return
	}
	if l.ch == notify.Feishu {
		extra, more := d.fill(ctx, l, len(queries))
		queries, claims = append(queries, extra...), append(claims, more...)
		d.askFeishu(ctx, l, queries)
	} else {
		d.askWeCom(ctx, l, queries)
	}
	d.remember(ctx, l, queries)
	for _, q := range queries {
		d.finish(l, q)
	}
}

// remember keeps what was found on both levels. Answers to what somebody had asked
// again by hand replace what other replicas hold.
func (d *Directory) remember(ctx context.Context, l line, queries []*query) {
	found := map[place]finding{}
	var replaced []place
	for _, q := range queries {
		for h, f := range q.found {
			p := place{l.ch, l.app, h}
			found[p] = f
			d.memory.keep(p, f)
			d.found.keep(p, f.ID)
			if q.force || q.prior[h].pardoned() {
				replaced = append(replaced, p)
			}
		}
	}
	if d.shared.keep(ctx, found, d.now()) == nil {
		d.shared.tell(ctx, replaced)
	}
	d.keepMisses(ctx, found)
}

// finish tells whoever waits for q.
func (d *Directory) finish(l line, q *query) {
	d.mu.Lock()
	delete(d.flights, q.flight(l))
	d.mu.Unlock()
	close(q.done)
}
