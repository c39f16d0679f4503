package identity

import (
	"context"
	"sync"
	"time"
)

// How look-ups at Feishu are put together: one call takes 50 e-mail addresses and
// 50 phone numbers (feishu.md 4), and a person has at most one of each.
const (
	gatherFor  = 5 * time.Millisecond
	gatherMost = 50
)

// gatherer puts people who are looked up at about the same time into one round.
// Rounds of an app run one after the other: whoever comes while one runs fills the
// next.
type gatherer struct {
	run  func(context.Context, line, []*query)
	turn func(context.Context, line) (done func())
	work *sync.WaitGroup

	mu    sync.Mutex
	open  map[string]*round        // guarded: the round that still takes people, by app
	turns map[string]chan struct{} // guarded: held by the round that runs, by app
}

// round is people waiting for a call.
type round struct {
	line    line
	queries []*query
}

func newGatherer(work *sync.WaitGroup, run func(context.Context, line, []*query), turn func(context.Context, line) func()) *gatherer {
	return &gatherer{run: run, turn: turn, work: work, open: map[string]*round{}, turns: map[string]chan struct{}{}}
}

// join adds q to the open round, or starts one.
func (g *gatherer) join(ctx context.Context, l line, q *query) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.open[l.app]
	if !ok {
		r = &round{line: l}
		g.open[l.app] = r
		mine := g.turnsOf(l.app)
		g.work.Go(func() { g.wait(ctx, r, mine) })
	}
	r.queries = append(r.queries, q)
	if len(r.queries) == gatherMost {
		delete(g.open, l.app)
	}
}

// turnsOf is called with mu held.
func (g *gatherer) turnsOf(app string) chan struct{} {
	if g.turns[app] == nil {
		g.turns[app] = make(chan struct{}, 1)
	}
	return g.turns[app]
}

// wait lets the round fill for a moment, and until it is its turn.
func (g *gatherer) wait(ctx context.Context, r *round, mine chan struct{}) {
	time.Sleep(gatherFor)
	mine <- struct{}{}
	defer func() { <-mine }()
	done := g.turn(ctx, r.line)
	defer done()
	g.run(ctx, r.line, g.close(r))
}

// close ends the time to join.
func (g *gatherer) close(r *round) []*query {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[r.line.app] == r {
		delete(g.open, r.line.app)
	}
	return r.queries
}

// pull takes up to n people out of the round that waits, for places that are free now.
func (g *gatherer) pull(app string, n int) []*query {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.open[app]
	if !ok || n <= 0 {
		return nil
	}
	n = min(n, len(r.queries))
	pulled := r.queries[:n:n]
	r.queries = r.queries[n:]
	return pulled
}
