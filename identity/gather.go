package identity

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"ticketbell/notify"
)

// How look-ups at Feishu are put together: one call takes 50 e-mail addresses and
// 50 phone numbers (feishu.md 4).
const (
	gatherFor  = 5 * time.Millisecond
	gatherMost = 50
)

// gatherer puts people who are looked up at about the same time into one call.
type gatherer struct {
	mu   sync.Mutex
	open map[string]*round // the round that still takes people, by app
}

// round is one call on its way.
type round struct {
	book          FeishuBook
	emails        []string
	phones        []string
	full          chan struct{}
	done          chan struct{}
	byMail, byTel map[string]string
	err           error
}

func newGatherer() *gatherer { return &gatherer{open: map[string]*round{}} }

// find returns the open_id behind the e-mail address, else behind the phone
// number, or "" when there is none.
func (g *gatherer) find(ctx context.Context, book FeishuBook, email, phone string) (string, error) {
	r := g.join(ctx, book, email, phone)
	select {
	case <-r.done:
	case <-ctx.Done():
		return "", fmt.Errorf("wait for a look-up at Feishu: %w", ctx.Err())
	}
	if r.err != nil {
		return "", r.err
	}
	if id := r.byMail[strings.ToLower(email)]; email != "" && id != "" {
		return id, nil
	}
	return r.byTel[phone], nil
}

// join adds the person to the open round, or starts one. The round's call outlives
// the caller who started it: others wait for it too.
func (g *gatherer) join(ctx context.Context, book FeishuBook, email, phone string) *round {
	g.mu.Lock()
	defer g.mu.Unlock()
	app := book.App()
	r, ok := g.open[app]
	if !ok {
		r = &round{book: book, full: make(chan struct{}), done: make(chan struct{})}
		g.open[app] = r
		go g.run(context.WithoutCancel(ctx), app, r)
	}
	if email != "" {
		r.emails = append(r.emails, strings.ToLower(email))
	}
	if phone != "" {
		r.phones = append(r.phones, phone)
	}
	if len(r.emails) == gatherMost || len(r.phones) == gatherMost {
		delete(g.open, app)
		close(r.full)
	}
	return r
}

func (g *gatherer) run(ctx context.Context, app string, r *round) {
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	select {
	case <-r.full:
	case <-timer.C:
		g.close(app, r)
	}
	ctx, cancel := context.WithTimeout(ctx, notify.SendTime)
	defer cancel()
	r.byMail, r.byTel, r.err = r.book.Lookup(ctx, r.emails, r.phones)
	close(r.done)
}

func (g *gatherer) close(app string, r *round) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[app] == r {
		delete(g.open, app)
	}
}
