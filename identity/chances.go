package identity

import (
	"context"
	"errors"

	"ticketbell/notify"
)

// Chances tells on which channels people can be looked up now, and how many look-ups at
// WeCom may still find nobody today.
func (d *Directory) Chances(ctx context.Context) (notify.Chances, error) {
	var c notify.Chances
	_, err := d.line(ctx, notify.Feishu)
	if c.Feishu = err == nil; err != nil && !errors.Is(err, notify.ErrOff) {
		return c, err
	}
	l, err := d.line(ctx, notify.WeCom)
	switch {
	case errors.Is(err, notify.ErrOff):
		return c, nil
	case err != nil:
		return c, err
	}
	c.WeCom, c.MissesAllowed = true, missBudget(l.wecom.Headcount())
	c.Misses = d.budget.missed(ctx, l.app)
	return c, nil
}

// missed is how many look-ups found nobody today, as last heard.
func (b *budget) missed(ctx context.Context, app string) int {
	n, err := b.shared.add(ctx, app, 0, b.now())
	s := b.change(app, func(s *spent) {
		if err == nil {
			s.all = n
		}
	})
	return max(s.all, s.own) - s.flying
}
