package identity

import (
	"time"

	"github.com/maypok86/otter/v2"

	"ticketbell/notify"
)

// How much is kept in the process: a person has up to two handles on each of two
// channels, and an id on each.
const (
	maxFindings = 400_000
	maxOwners   = 200_000
)

// owned is an id of an app: who is behind it is remembered under it.
type owned struct {
	ch  notify.Channel
	app string
	id  string
}

// memory keeps findings in the process.
type memory struct {
	findings *otter.Cache[place, finding]
	owners   *otter.Cache[owned, handle]
}

func newMemory(now func() time.Time) *memory {
	return &memory{
		findings: otter.Must(&otter.Options[place, finding]{
			MaximumSize: maxFindings,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[place, finding]) time.Duration {
				return e.Value.keep(now())
			}),
		}),
		owners: otter.Must(&otter.Options[owned, handle]{
			MaximumSize:      maxOwners,
			ExpiryCalculator: otter.ExpiryWriting[owned, handle](hitLife),
		}),
	}
}

// recall returns what is remembered of each handle.
func (m *memory) recall(l line, handles []handle) map[handle]finding {
	known := make(map[handle]finding, len(handles))
	for _, h := range handles {
		if f, ok := m.findings.GetIfPresent(place{l.ch, l.app, h}); ok {
			known[h] = f
		}
	}
	return known
}

func (m *memory) keep(p place, f finding) {
	m.findings.Set(p, f)
	if f.ID != "" {
		m.owners.Set(owned{p.ch, p.app, ownID(p.ch, f.ID)}, p.handle)
	}
}

func (m *memory) forget(places []place) {
	for _, p := range places {
		m.findings.Invalidate(p)
	}
}

func (m *memory) forgetAll() { m.findings.InvalidateAll() }
