package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
)

const (
	// defaultPrefix begins every key of ours in Redis.
	defaultPrefix = "ticketbell:"
	// defaultWait bounds every wait for Redis: longer than it ever takes, shorter
	// than anybody notices.
	defaultWait = 100 * time.Millisecond
	// claimTime is how long a replica may take to ask a provider before others do.
	claimTime = notify.SendTime
)

// errAlone says that this process shares nothing with others.
var errAlone = errors.New("no Redis is configured")

// shared is the second level: what replicas remember together in Redis. It never
// keeps anybody waiting longer than its bound, and whoever asks goes on without it
// when it fails. A nil *shared is one that is not there.
type shared struct {
	rdb    redis.UniversalClient
	veil   veil
	prefix string
	wait   time.Duration
	self   string // tells our own messages from those of others
	log    *slog.Logger
	meter  Meter

	breaker breaker
	debt    debt
	work    sync.WaitGroup
}

func newShared(o Options) (*shared, error) {
	if o.Redis == nil {
		return nil, nil
	}
	veil, err := newVeil(o.Key)
	if err != nil {
		return nil, err
	}
	return &shared{
		rdb: o.Redis, veil: veil, self: notify.NewID("dir_"), log: o.Log, meter: o.Meter,
		prefix: cmp.Or(o.Prefix, defaultPrefix) + "identity:", wait: cmp.Or(o.RedisWait, defaultWait),
	}, nil
}

// ask has Redis do something, for no longer than s waits. A Redis that hangs is left
// behind: what it answers later is nobody's.
func ask[T any](ctx context.Context, s *shared, do func(context.Context) (T, error)) (T, error) {
	var none T
	if s == nil {
		return none, errAlone
	}
	if err := s.breaker.allow(time.Now()); err != nil {
		return none, fmt.Errorf("ask redis: %w", err)
	}
	type answer struct {
		value T
		err   error
	}
	bounded, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	start, answers := time.Now(), make(chan answer, 1)
	s.work.Go(func() {
		v, err := do(bounded)
		answers <- answer{v, err}
	})
	var a answer
	select {
	case a = <-answers:
	case <-bounded.Done():
		a.err = bounded.Err()
	}
	if ctx.Err() != nil { // the caller gave up: that says nothing about Redis
		return none, ctx.Err()
	}
	s.note(a.err, time.Since(start))
	if a.err != nil {
		return none, fmt.Errorf("ask redis: %w", a.err)
	}
	return a.value, nil
}

func (s *shared) note(err error, took time.Duration) {
	s.meter.Redis(took, err)
	if s.breaker.note(err, time.Now()) {
		s.log.Warn("redis does not answer; people are looked up without it", "error", err)
	}
}

// run executes a pipeline. A key that is not there is no error.
func run(ctx context.Context, pipe redis.Pipeliner) error {
	cmds, err := pipe.Exec(ctx)
	if err == nil || !errors.Is(err, redis.Nil) {
		return err
	}
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}

// kept is a finding as it stands in Redis.
type kept struct {
	ID     string `json:"id,omitempty"`
	How    string `json:"how"`
	At     int64  `json:"at"` // epoch milliseconds
	Misses int    `json:"misses,omitempty"`
}

func (s *shared) key(p place) string {
	return s.prefix + string(p.ch) + ":" + s.veil.name(p.app, string(p.kind), p.value)
}

func encode(p place, f finding) ([]byte, error) {
	return json.Marshal(kept{ID: f.ID, How: p.kind.String(), At: f.At.UnixMilli(), Misses: f.Misses})
}

// decode reads a value; one that cannot be read is as good as none.
func decode(cmd *redis.StringCmd) (finding, bool) {
	var k kept
	data, err := cmd.Bytes()
	if err != nil || json.Unmarshal(data, &k) != nil {
		return finding{}, false
	}
	return finding{ID: k.ID, At: time.UnixMilli(k.At), Misses: k.Misses}, true
}

// find returns what the replicas remember of places.
func (s *shared) find(ctx context.Context, places []place) (map[place]finding, error) {
	return ask(ctx, s, func(ctx context.Context) (map[place]finding, error) {
		pipe := s.rdb.Pipeline()
		cmds := s.gets(ctx, pipe, places)
		if err := run(ctx, pipe); err != nil {
			return nil, err
		}
		return s.read(places, cmds), nil
	})
}

func (s *shared) gets(ctx context.Context, pipe redis.Pipeliner, places []place) []*redis.StringCmd {
	cmds := make([]*redis.StringCmd, len(places))
	for i, p := range places {
		cmds[i] = pipe.Get(ctx, s.key(p))
	}
	return cmds
}

// read leaves out what should have been forgotten while Redis was away.
func (s *shared) read(places []place, cmds []*redis.StringCmd) map[place]finding {
	known := make(map[place]finding, len(places))
	for i, p := range places {
		if f, ok := decode(cmds[i]); ok && !s.debt.holds(p) {
			known[p] = f
		}
	}
	return known
}

// keep remembers findings together, and who is behind each id.
func (s *shared) keep(ctx context.Context, found map[place]finding, now time.Time) error {
	if len(found) == 0 {
		return nil
	}
	_, err := ask(ctx, s, func(ctx context.Context) (struct{}, error) {
		pipe := s.rdb.Pipeline()
		for p, f := range found {
			value, err := encode(p, f)
			if err != nil {
				return struct{}{}, err
			}
			pipe.Set(ctx, s.key(p), value, f.keep(now))
			if f.ID != "" {
				pipe.Set(ctx, s.ownerKey(p.ch, p.app, f.ID), s.veil.seal([]byte(string(p.kind)+p.value)), hitLife)
			}
		}
		return struct{}{}, run(ctx, pipe)
	})
	if err == nil {
		s.debt.pay(found)
	}
	return err
}
