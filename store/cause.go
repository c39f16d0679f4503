package store

import (
	"context"
	"fmt"

	"ticketbell/notify"
)

// Causes tells for which codes the dead deliveries that f picks were given up, the most
// frequent first. It looks at no more of the newest than a page looks through: newest says
// at how many where there may be more, and is 0 where there are not.
func (s *Store) Causes(ctx context.Context, f notify.DeliveryFilter) (causes []notify.Cause, newest int, err error) {
	f.Status, f.Cursor, f.Order = notify.Dead, "", ""
	causes, newest, err = listing{s.read, s.words}.causes(ctx, f)
	if err != nil {
		return nil, 0, fmt.Errorf("find why deliveries were given up: %w", err)
	}
	return causes, newest, nil
}

func (l listing) causes(ctx context.Context, f notify.DeliveryFilter) (causes []notify.Cause, newest int, err error) {
	p, err := l.plan(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	seen := 0
	causes, err = all(ctx, l, func(r row) (c notify.Cause, err error) {
		err = r.Scan(&c.Channel, &c.Code, &c.Count, stamp{&c.Last})
		seen += c.Count
		return c, err
	}, `WITH few AS MATERIALIZED (`+p.ids(p.reach())+`)
		SELECT d.channel, d.code, count(*) AS n, max(d.updated_at) FROM few JOIN deliveries d ON d.id = few.id
		GROUP BY d.channel, d.code ORDER BY n DESC, d.channel, d.code`, p.args...)
	if err != nil {
		return nil, 0, err
	}
	if !p.scans() {
		if seen == p.reach() {
			newest = seen
		}
		return causes, newest, nil
	}
	end, err := p.horizon(ctx, l)
	if end != "" {
		newest = p.reach()
	}
	return causes, newest, err
}
