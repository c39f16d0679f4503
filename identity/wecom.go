package identity

import (
	"context"
	"errors"

	"ticketbell/notify"
)

// weComCalls is how many look-ups run at WeCom at once: it takes one person a call.
const weComCalls = 4

// askWeCom answers queries one by one, each until a handle leads to somebody.
func (d *Directory) askWeCom(ctx context.Context, l line, queries []*query) {
	select {
	case d.wecom <- struct{}{}:
		defer func() { <-d.wecom }()
	case <-ctx.Done():
		for _, q := range queries {
			q.err = ctx.Err()
		}
		return
	}
	for _, q := range queries {
		for _, h := range q.need {
			if d.tryWeCom(ctx, l, q, h); q.err != nil || q.found[h].ID != "" {
				break
			}
		}
	}
}

// tryWeCom asks for one handle, in as many calls as there are kinds of it. What was
// not asked to the end is no miss.
func (d *Directory) tryWeCom(ctx context.Context, l line, q *query, h handle) {
	calls := []func(context.Context, string) (string, error){l.wecom.ByPhone}
	if h.kind == byEmail {
		calls = []func(context.Context, string) (string, error){l.wecom.ByCorpMail, l.wecom.ByPersonalMail}
	}
	for _, call := range calls {
		id, reason, err := d.callWeCom(ctx, l, h, call)
		switch {
		case err != nil:
			q.err = err
			return
		case reason != "":
			q.reason = reason
			return
		case id != "":
			q.answer(h, id, d.now())
			return
		}
	}
	q.answer(h, "", d.now())
}

// callWeCom makes one call within the day's budget of misses, which WeCom would
// close the look-up for a day over (wecom.md 6). reason is why nobody was asked.
func (d *Directory) callWeCom(
	ctx context.Context, l line, h handle, call func(context.Context, string) (string, error),
) (id, reason string, err error) {
	if !d.budget.take(ctx, l.app, missBudget(l.wecom.Headcount())) {
		return "", notify.ReasonLookupBudget, nil
	}
	id, err = call(ctx, h.value)
	v, _ := notify.VerdictOf(err)
	off, missed := lookupOff(err), err != nil && v == notify.VerdictUnreachable
	d.budget.leave(ctx, l.app, missed && !off)
	if off {
		return "", notify.ReasonLookupOff, nil
	}
	d.meter.Asked(l.ch, 1)
	if missed {
		return "", "", nil
	}
	return id, "", err
}

// lookupOff reports whether the administrator keeps us from asking at all.
func lookupOff(err error) bool {
	r, ok := errors.AsType[*notify.Refusal](err)
	return ok && r.Code == notify.IdentityCode+notify.ReasonLookupOff
}
