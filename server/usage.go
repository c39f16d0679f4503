package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ticketbell/access"
)

// usageEvery is how often counts are written down: a replica that dies loses no more.
const usageEvery = 10 * time.Second

// UsageKeeper keeps the counts of all replicas.
type UsageKeeper interface {
	// AddTokenUses adds to what is counted already.
	AddTokenUses(ctx context.Context, uses []access.Use) error
}

// Usage counts the requests that come with a token, without making them wait. It is
// safe for many goroutines.
type Usage struct {
	Keeper UsageKeeper
	Log    *slog.Logger

	mu   sync.Mutex
	uses map[hourOf]access.Use
}

// hourOf is what is counted together.
type hourOf struct {
	token string
	hour  time.Time
}

func (u *Usage) count(token string, status int, at time.Time) {
	if u == nil || token == "" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.uses == nil {
		u.uses = map[hourOf]access.Use{}
	}
	key := hourOf{token, at.UTC().Truncate(time.Hour)}
	use := u.uses[key]
	use.Token, use.Hour = key.token, key.hour
	use.Requests++
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		use.Refused++
	}
	u.uses[key] = use
}

// Run writes the counts down every few seconds, until ctx is done.
func (u *Usage) Run(ctx context.Context) {
	tick := time.NewTicker(usageEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			u.Flush(ctx)
		}
	}
}

// Flush writes down what was counted. Where that fails it is kept for the next time.
func (u *Usage) Flush(ctx context.Context) {
	u.mu.Lock()
	uses := u.uses
	u.uses = nil
	u.mu.Unlock()
	if len(uses) == 0 {
		return
	}
	list := make([]access.Use, 0, len(uses))
	for _, use := range uses {
		list = append(list, use)
	}
	if err := u.Keeper.AddTokenUses(ctx, list); err != nil {
		u.Log.WarnContext(ctx, "the uses of tokens cannot be written down; they are kept", "error", err)
		u.giveBack(uses)
	}
}

func (u *Usage) giveBack(uses map[hourOf]access.Use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, since := range u.uses {
		use := uses[key]
		use.Token, use.Hour = key.token, key.hour
		use.Requests, use.Refused = use.Requests+since.Requests, use.Refused+since.Refused
		uses[key] = use
	}
	u.uses = uses
}
