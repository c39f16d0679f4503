package store

import (
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ticketbell/notify"
)

// callTime bounds telling the others: the next call may find a connection that is well.
const callTime = 10 * time.Second

// crier tells the replicas which channels to wake. It does so after the commit,
// and once for all that came together: PostgreSQL lets only one transaction that
// notifies commit at a time, so that every event would wait for the disk alone.
// What is lost when the process dies in between, the workers find by looking.
type crier struct {
	pool *sql.DB
	log  *slog.Logger
	news chan struct{}
	mu   sync.Mutex
	wake []notify.Channel // guarded by mu
}

func newCrier(pool *sql.DB, log *slog.Logger) *crier {
	return &crier{pool: pool, log: log, news: make(chan struct{}, 1)}
}

// tell has the channels called out soon; it does not wait.
func (c *crier) tell(woken []notify.Channel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range woken {
		if !slices.Contains(c.wake, ch) {
			c.wake = append(c.wake, ch)
		}
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// run calls out until ctx ends.
func (c *crier) run(ctx context.Context) {
	for {
		select {
		case <-c.news:
			c.callOut(ctx, c.take())
		case <-ctx.Done():
			return
		}
	}
}

func (c *crier) take() []notify.Channel {
	c.mu.Lock()
	defer c.mu.Unlock()
	woken := c.wake
	c.wake = nil
	return woken
}

func (c *crier) callOut(ctx context.Context, woken []notify.Channel) {
	if len(woken) == 0 {
		return
	}
	names := make([]string, 0, len(woken))
	for _, ch := range woken {
		names = append(names, string(ch))
	}
	asked, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := c.pool.ExecContext(asked, `SELECT pg_notify($1, $2)`, topic, strings.Join(names, ","))
	if err != nil && ctx.Err() == nil {
		c.log.WarnContext(ctx, "other replicas were not told of new deliveries", "error", err)
	}
}
