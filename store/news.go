package store

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ticketbell/notify"
)

// newsTopic is where a process says which deliveries it wrote: its name, a space,
// and their ids; no ids are too many to name.
const newsTopic = "ticketbell_news"

// Bounds of the news.
const (
	maxNews     = 500  // ids that wait; more are just "many"
	maxPayload  = 7900 // bytes; PostgreSQL takes 8,000
	heraldPause = 200 * time.Millisecond
)

// news gathers which deliveries changed, until somebody asks.
type news struct {
	ring chan struct{}

	mu   sync.Mutex
	ids  map[string]bool // guarded by mu
	many bool            // guarded by mu: more changed than ids names
}

func newNews() *news { return &news{ring: make(chan struct{}, 1), ids: map[string]bool{}} }

func (n *news) add(ids []string) {
	n.mu.Lock()
	for _, id := range ids {
		if len(n.ids) == maxNews {
			n.many = true
			break
		}
		n.ids[id] = true
	}
	n.mu.Unlock()
	n.call()
}

func (n *news) flood() {
	n.mu.Lock()
	n.many = true
	n.mu.Unlock()
	n.call()
}

func (n *news) call() {
	select {
	case n.ring <- struct{}{}:
	default:
	}
}

func (n *news) take() (ids []string, many bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id := range n.ids {
		ids = append(ids, id)
	}
	many, n.many = n.many, false
	clear(n.ids)
	return ids, many
}

// Changed waits until deliveries were written since the last call, by this process
// or by another on the same PostgreSQL, and returns their ids. When many is true,
// more were written than ids names. It is for one caller at a time.
func (s *Store) Changed(ctx context.Context) (ids []string, many bool, err error) {
	select {
	case <-s.news.ring:
		ids, many = s.news.take()
		return ids, many, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// herald tells the other processes which deliveries this one wrote, a few times a
// second at most. Nobody depends on it: it is for people who look on.
type herald struct {
	pool    *sql.DB
	log     *slog.Logger
	name    string
	pending *news
}

func newHerald(pool *sql.DB, log *slog.Logger) *herald {
	return &herald{pool: pool, log: log, name: notify.NewID(""), pending: newNews()}
}

// run tells until ctx ends.
func (h *herald) run(ctx context.Context) {
	for {
		select {
		case <-h.pending.ring:
			h.proclaim(ctx)
			wait(ctx, heraldPause)
		case <-ctx.Done():
			return
		}
	}
}

func (h *herald) proclaim(ctx context.Context) {
	ids, many := h.pending.take()
	payload := h.name + " " + strings.Join(ids, ",")
	if many || len(payload) > maxPayload {
		payload = h.name
	}
	asked, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := h.pool.ExecContext(asked, `SELECT pg_notify($1, $2)`, newsTopic, payload)
	if err != nil && ctx.Err() == nil {
		h.log.WarnContext(ctx, "other replicas were not told which deliveries changed", "error", err)
	}
}
