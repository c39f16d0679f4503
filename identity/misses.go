package identity

import (
	"context"

	"ticketbell/notify"
)

// Misses keeps beyond this process whom the providers did not find: a restart does not ask
// in vain for the same people again, and the list of people can be picked by it.
type Misses interface {
	// KeepMisses keeps the answers, and forgets those with a Times of 0.
	KeepMisses(ctx context.Context, answers []notify.Miss) error
	// Misses returns what is kept of the addresses asked for.
	Misses(ctx context.Context, asked []notify.Miss) ([]notify.Miss, error)
}

// miss is what f says of p, as it is kept.
func (p place) miss(f finding) notify.Miss {
	m := notify.Miss{Channel: p.ch, App: p.app, Kind: p.kind.String(), At: f.At}
	if person := p.person(); p.kind == byPhone {
		m.Value = person.Phone
	} else {
		m.Value = person.Email
	}
	if f.ID == "" {
		m.Times = f.Misses
	}
	return m
}

// keepMisses keeps what was answered. Without it the answer is only asked for again.
func (d *Directory) keepMisses(ctx context.Context, found map[place]finding) {
	if d.misses == nil || len(found) == 0 {
		return
	}
	answers := make([]notify.Miss, 0, len(found))
	for p, f := range found {
		answers = append(answers, p.miss(f))
	}
	if err := d.misses.KeepMisses(ctx, answers); err != nil {
		d.log.WarnContext(ctx, "could not keep whom nobody found", "error", err)
	}
}

// recallMisses adds what is kept of handles nothing is known of here.
func (d *Directory) recallMisses(ctx context.Context, l line, handles []handle, known map[handle]finding) {
	if d.misses == nil {
		return
	}
	asked := make([]notify.Miss, 0, len(handles))
	handleOf := map[missName]handle{}
	for _, h := range handles {
		if _, ok := known[h]; ok {
			continue
		}
		m := place{l.ch, l.app, h}.miss(finding{})
		asked, handleOf[nameOf(m)] = append(asked, m), h
	}
	if len(asked) == 0 {
		return
	}
	kept, err := d.misses.Misses(ctx, asked)
	if err != nil {
		d.log.WarnContext(ctx, "could not read whom nobody found", "error", err)
		return
	}
	for _, m := range kept {
		h, f := handleOf[nameOf(m)], finding{At: m.At, Misses: m.Times}
		known[h] = f
		d.memory.keep(place{l.ch, l.app, h}, f)
	}
}

// missName is whom a miss is about.
type missName struct{ kind, value string }

func nameOf(m notify.Miss) missName { return missName{m.Kind, m.Value} }
