package identity

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// reserve takes for us, of several people, those nobody else is asking for, and
// returns what is remembered by now. Whoever finishes asking writes the answer
// before giving up the claim, so that one who gets the claim later sees it.
func (s *shared) reserve(ctx context.Context, people [][]place) (known map[place]finding, mine []bool, err error) {
	type reserved struct {
		known map[place]finding
		mine  []bool
	}
	r, err := ask(ctx, s, func(ctx context.Context) (reserved, error) {
		pipe := s.rdb.Pipeline()
		claims := make([]*redis.StatusCmd, len(people))
		var places []place
		for i, p := range people {
			claims[i] = pipe.SetArgs(ctx, s.claimKey(p[0]), s.self, redis.SetArgs{Mode: "NX", TTL: claimTime})
			places = append(places, p...)
		}
		cmds := s.gets(ctx, pipe, places)
		if err := run(ctx, pipe); err != nil {
			return reserved{}, err
		}
		r := reserved{known: s.read(places, cmds), mine: make([]bool, len(people))}
		for i, c := range claims {
			r.mine[i] = c.Val() == "OK"
		}
		return r, nil
	})
	return r.known, r.mine, err
}

// release lets others ask for these people.
func (s *shared) release(ctx context.Context, people [][]place) {
	if len(people) == 0 {
		return
	}
	_, _ = ask(ctx, s, func(ctx context.Context) (struct{}, error) { // a claim ends by itself as well
		pipe := s.rdb.Pipeline()
		for _, p := range people {
			pipe.Del(ctx, s.claimKey(p[0]))
		}
		return struct{}{}, run(ctx, pipe)
	})
}

func (s *shared) claimKey(p place) string { return s.key(p) + ":asking" }

// turnTime is how often a replica looks whether it is its turn.
const turnTime = 5 * time.Millisecond

// turn waits until no other replica asks the app's provider: what one of them asks
// for may be what another is about to. It waits no longer than for an answer. done
// gives the turn on.
func (s *shared) turn(ctx context.Context, l line) (done func()) {
	if s == nil {
		return func() {}
	}
	key := s.prefix + string(l.ch) + ":" + s.veil.name(l.app, "turn")
	patience := time.NewTimer(othersTime)
	defer patience.Stop()
	look := time.NewTicker(turnTime)
	defer look.Stop()
	for {
		got, err := ask(ctx, s, func(ctx context.Context) (string, error) {
			cmd := s.rdb.SetArgs(ctx, key, s.self, redis.SetArgs{Mode: "NX", TTL: claimTime})
			if errors.Is(cmd.Err(), redis.Nil) {
				return "", nil
			}
			return cmd.Result()
		})
		if err != nil {
			return func() {}
		}
		if got == "OK" {
			return func() { s.endTurn(ctx, key) }
		}
		select {
		case <-look.C:
		case <-patience.C:
			return func() {}
		}
	}
}

func (s *shared) endTurn(ctx context.Context, key string) {
	_, _ = ask(ctx, s, func(ctx context.Context) (int64, error) { return s.rdb.Del(ctx, key).Result() }) // it ends by itself as well
}
