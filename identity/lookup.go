package identity

import (
	"context"
	"errors"
	"maps"
	"time"

	"ticketbell/notify"
)

// lookup answers from memory, then from Redis, then from the provider.
func (d *Directory) lookup(ctx context.Context, l line, handles []handle) (notify.Identity, error) {
	return d.lookupSince(ctx, l, handles, time.Time{})
}

// lookupSince is lookup that believes no miss of that time or before.
func (d *Directory) lookupSince(ctx context.Context, l line, handles []handle, since time.Time) (notify.Identity, error) {
	if h, f, ok := d.remembered(l, handles); ok {
		d.meter.Answered(l.ch, "memory")
		d.refresh(ctx, l, h, f)
		return f.identity(h.kind), nil
	}
	known := d.recall(ctx, l, handles)
	pardon(known, since)
	h, f, open := choose(handles, known, d.now())
	if f.ID != "" {
		d.meter.Answered(l.ch, "redis")
		d.refresh(ctx, l, h, f)
		return f.identity(h.kind), nil
	}
	if len(open) == 0 {
		d.meter.Answered(l.ch, "memory")
		return missed(handles, known), unreachable(notify.ReasonNotFound)
	}
	d.meter.Answered(l.ch, "provider")
	return d.consult(ctx, l, handles, known, newQuery(open, known, false))
}

// afresh asks the provider whatever is remembered, and counts misses from the first
// again. What it does not answer stays as it was.
func (d *Directory) afresh(ctx context.Context, l line, handles []handle) (notify.Identity, error) {
	known := d.recall(ctx, l, handles)
	pardon(known, d.now())
	return d.consult(ctx, l, handles, nil, newQuery(handles, known, true))
}

// consult has the provider answer q, and judges by that and what is known besides.
func (d *Directory) consult(ctx context.Context, l line, handles []handle, known map[handle]finding, q *query) (notify.Identity, error) {
	asked, err := d.pursue(ctx, l, q)
	if errors.Is(err, errElsewhere) {
		asked, err = d.pursue(ctx, l, newQuery(q.need, q.prior, q.force))
	}
	if err != nil {
		return notify.Identity{}, err
	}
	all := map[handle]finding{}
	maps.Copy(all, known)
	maps.Copy(all, asked.found)
	h, f, _ := choose(handles, all, d.now())
	switch {
	case f.ID != "":
		return f.identity(h.kind), nil
	case asked.reason != "":
		return missed(handles, all), unreachable(asked.reason)
	default:
		return missed(handles, all), unreachable(notify.ReasonNotFound)
	}
}

// remembered returns the first hit that this process remembers.
func (d *Directory) remembered(l line, handles []handle) (handle, finding, bool) {
	now := d.now()
	for _, h := range handles {
		f, ok := d.memory.findings.GetIfPresent(place{l.ch, l.app, h})
		if ok && f.ID != "" && f.fresh(now) {
			return h, f, true
		}
	}
	return handle{}, finding{}, false
}

// recall returns what is remembered of people's handles on both levels, and of whom
// nobody found also from before the start. It takes what others know into memory.
func (d *Directory) recall(ctx context.Context, l line, people ...[]handle) map[handle]finding {
	known, now := map[handle]finding{}, d.now()
	var asking []handle
	for _, handles := range people {
		maps.Copy(known, d.memory.recall(l, handles))
		_, _, open := choose(handles, known, now)
		asking = append(asking, open...)
	}
	if len(asking) > 0 {
		shared, _ := d.shared.find(ctx, l.places(asking)) // without Redis it is nothing
		for p, f := range shared {
			known[p.handle] = f
			d.memory.keep(p, f)
		}
		d.recallMisses(ctx, l, asking, known)
	}
	return known
}

// refresh has a hit that will end soon asked again, while it is still believed.
func (d *Directory) refresh(ctx context.Context, l line, h handle, f finding) {
	if f.aging(d.now()) {
		d.start(ctx, l, newQuery([]handle{h}, map[handle]finding{h: f}, false))
	}
}
