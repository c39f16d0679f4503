package store

import (
	"context"
	"strings"

	"ticketbell/notify"
)

// ways are for each channel that is switched on the condition that a person of users u
// is, or may well be, reached there. What they say is what [notify.Reach] counts.
func (s *Store) ways(ctx context.Context) ([]string, error) {
	on, err := s.EnabledChannels(ctx)
	if err != nil {
		return nil, err
	}
	ways := make([]string, 0, len(on))
	for _, ch := range on {
		ways = append(ways, wayOn(ch))
	}
	return ways, nil
}

// wayOn is the condition that a person of users u is, or may well be, reached there.
func wayOn(ch notify.Channel) string {
	switch ch {
	case notify.Feishu:
		return lookedUp(ch, `u.feishu_open_id`)
	case notify.WeCom:
		return lookedUp(ch, `u.wecom_userid`)
	case notify.Mail:
		return `u.email <> ''`
	default:
		return `false`
	}
}

// lookedUp holds for whoever has an id entered by hand, or an address that no miss is
// kept of.
func lookedUp(ch notify.Channel, entered string) string {
	notMissed := func(kind string) string {
		return `(u.` + kind + ` <> '' AND NOT EXISTS (SELECT 1 FROM misses m WHERE m.channel = '` + string(ch) + `' AND m.kind = '` + kind + `' AND m.value = u.` + kind + `))`
	}
	return `(` + entered + ` <> '' OR ` + notMissed("email") + ` OR ` + notMissed("phone") + `)`
}

// reachIs is the condition that a person of users u is reached so far, given the ways
// there are.
func reachIs(reach notify.Reach, ways []string) string {
	anyWay, every := `false`, `true`
	if len(ways) > 0 {
		anyWay, every = `(`+strings.Join(ways, ` OR `)+`)`, `(`+strings.Join(ways, ` AND `)+`)`
	}
	switch reach {
	case notify.ReachDisabled:
		return `u.disabled`
	case notify.ReachNone:
		return `NOT u.disabled AND NOT ` + anyWay
	case notify.ReachSome:
		return `NOT u.disabled AND ` + anyWay + ` AND NOT ` + every
	case notify.ReachAll:
		return `NOT u.disabled AND ` + anyWay + ` AND ` + every
	default:
		return `true`
	}
}

// waited is the condition that a ticket waits for the person of users u right now.
const waited = `EXISTS (SELECT 1 FROM deliveries d JOIN tickets t ON t.id = d.ticket_id
	WHERE d.person = u.username AND d.role = 'assignee' AND t.state = d.state AND t.state LIKE 'waiting%')`

// unreached counts whom no channel reaches, and those of them a ticket waits for. While
// no channel is on, that is what needs mending, and nobody is counted.
func (s *Store) unreached(ctx context.Context) (n, waitedFor int, err error) {
	ways, err := s.ways(ctx)
	if err != nil || len(ways) == 0 {
		return 0, 0, err
	}
	type counts struct{ n, waitedFor int }
	c, err := one(ctx, s.read, func(r row) (c counts, err error) { return c, r.Scan(&c.n, &c.waitedFor) },
		`SELECT count(*), count(CASE WHEN `+waited+` THEN 1 END) FROM users u WHERE `+reachIs(notify.ReachNone, ways))
	return c.n, c.waitedFor, err
}
