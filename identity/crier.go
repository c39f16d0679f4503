package identity

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
)

// maxDebt bounds what is owed to a Redis that is away.
const maxDebt = 10_000

// debt is what should have been forgotten together while Redis was away. It is not
// believed, and made up for as soon as Redis is back.
type debt struct {
	mu   sync.Mutex
	owed map[place]bool // guarded
}

func (d *debt) add(places []place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owed == nil {
		d.owed = map[place]bool{}
	}
	for _, p := range places {
		if len(d.owed) < maxDebt {
			d.owed[p] = true
		}
	}
}

func (d *debt) holds(p place) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.owed[p]
}

func (d *debt) list() []place {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]place, 0, len(d.owed))
	for p := range d.owed {
		all = append(all, p)
	}
	return all
}

// pay strikes out what was written anew.
func (d *debt) pay(found map[place]finding) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for p := range found {
		delete(d.owed, p)
	}
}

// cry is what one replica tells the others: forget these. It is sealed, for it
// names people.
type cry struct {
	From   string      `json:"from"`
	Places []criedName `json:"places"`
}

type criedName struct {
	Channel notify.Channel `json:"channel"`
	App     string         `json:"app"`
	Kind    kind           `json:"kind"`
	Value   string         `json:"value"`
}

func (s *shared) topic() string { return s.prefix + "forget" }

// forget drops places for every replica. Without Redis it is owed.
func (s *shared) forget(ctx context.Context, places []place) {
	if s == nil || len(places) == 0 {
		return
	}
	_, err := ask(ctx, s, func(ctx context.Context) (struct{}, error) {
		pipe := s.rdb.Pipeline()
		for _, p := range places {
			pipe.Del(ctx, s.key(p))
		}
		if err := s.publish(ctx, pipe, places); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, run(ctx, pipe)
	})
	if err != nil {
		s.debt.add(places)
		return
	}
	s.debt.pay(asFound(places))
}

// tell has the others drop their own copies of places that were written anew.
func (s *shared) tell(ctx context.Context, places []place) {
	if s == nil || len(places) == 0 {
		return
	}
	_, _ = ask(ctx, s, func(ctx context.Context) (struct{}, error) { // a copy ends by itself as well
		pipe := s.rdb.Pipeline()
		if err := s.publish(ctx, pipe, places); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, run(ctx, pipe)
	})
}

func (s *shared) publish(ctx context.Context, pipe redis.Pipeliner, places []place) error {
	c := cry{From: s.self}
	for _, p := range places {
		c.Places = append(c.Places, criedName{p.ch, p.app, p.kind, p.value})
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	pipe.Publish(ctx, s.topic(), s.veil.seal(plain))
	return nil
}

// listen hears what other replicas forget, until ctx is done. After a break in the
// connection something may have been missed: everything is forgotten then.
func (s *shared) listen(ctx context.Context, m *memory) {
	sub := s.rdb.Subscribe(ctx, s.topic())
	defer func() { _ = sub.Close() }() // nothing is left to be heard
	heard := sub.ChannelWithSubscriptions()
	tick := time.NewTicker(openTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.settleDebt(ctx)
		case h := <-heard:
			s.hear(h, m)
		}
	}
}

func (s *shared) hear(h any, m *memory) {
	switch h := h.(type) {
	case *redis.Subscription:
		m.forgetAll()
	case *redis.Message:
		if c, ok := s.understand(h.Payload); ok && c.From != s.self {
			m.forget(c.list())
		}
	}
}

func (s *shared) understand(payload string) (cry, bool) {
	plain, err := s.veil.open(payload)
	if err != nil {
		return cry{}, false
	}
	var c cry
	return c, json.Unmarshal(plain, &c) == nil
}

func (c cry) list() []place {
	all := make([]place, 0, len(c.Places))
	for _, n := range c.Places {
		all = append(all, place{n.Channel, n.App, handle{n.Kind, n.Value}})
	}
	return all
}

// settleDebt makes up for what is owed, and looks how Redis is when nobody else does:
// whoever asks whether we are well should not learn it from the next message.
func (s *shared) settleDebt(ctx context.Context) {
	if owed := s.debt.list(); len(owed) > 0 {
		s.forget(ctx, owed)
		return
	}
	_, _ = ask(ctx, s, func(ctx context.Context) (string, error) { return s.rdb.Ping(ctx).Result() }) // the breaker hears it
}

func asFound(places []place) map[place]finding {
	found := make(map[place]finding, len(places))
	for _, p := range places {
		found[p] = finding{}
	}
	return found
}
