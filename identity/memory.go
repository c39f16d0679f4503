package identity

import (
	"strings"
	"time"

	"github.com/maypok86/otter/v2"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// maxRemembered is how many findings are kept in the process.
const maxRemembered = 100_000

// finding is what a provider answered; without an address it is a miss.
type finding struct {
	Address string
	At      time.Time
}

// memory keeps findings by channel, app and address looked up. A person with two
// addresses is found by the pair: changing one of them asks again.
type memory struct {
	cache *otter.Cache[string, finding]
}

func newMemory(now func() time.Time) *memory {
	return &memory{cache: otter.Must(&otter.Options[string, finding]{
		MaximumSize: maxRemembered,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, finding]) time.Duration {
			return max(e.Value.life()-now().Sub(e.Value.At), time.Millisecond)
		}),
	})}
}

// identity says what was found; a miss is unreachable.
func (f finding) identity() (notify.Identity, error) {
	id := notify.Identity{Address: f.Address, Origin: "looked_up", CheckedAt: f.At}
	if f.Address == "" {
		return id, unreachable(notify.ReasonNotFound)
	}
	return id, nil
}

func (f finding) life() time.Duration {
	if f.Address == "" {
		return missLife
	}
	return hitLife
}

func key(ch notify.Channel, app string, u ticket.User) string {
	return strings.Join([]string{string(ch), app, strings.ToLower(u.Email), u.Phone}, "\x00")
}

func (m *memory) recall(ch notify.Channel, app string, u ticket.User) (finding, bool) {
	return m.cache.GetIfPresent(key(ch, app, u))
}

func (m *memory) keep(ch notify.Channel, app string, u ticket.User, f finding) {
	m.cache.Set(key(ch, app, u), f)
}

func (m *memory) forget(ch notify.Channel, app string, u ticket.User) {
	m.cache.Invalidate(key(ch, app, u))
}
