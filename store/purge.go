package store

import (
	"context"
	"fmt"
	"time"
)

// purgeStep is how much is deleted in one transaction, so that nobody waits long.
const purgeStep = 500

// litter is what may go in one table. The condition on the table x, with $2 the time
// before which it must have ended, is looked for by a reader and holds again when the
// rows are deleted.
type litter struct{ table, id, where string }

// ended is what a purge deletes, in order: what refers to others first.
func ended() []litter {
	return []litter{
		{"deliveries", "id", `x.status NOT IN ('queued', 'retrying', 'sending') AND x.updated_at < $2
			AND NOT (x.role = 'assignee' AND EXISTS (
				SELECT 1 FROM tickets t WHERE t.id = x.ticket_id AND t.state = x.state AND t.state LIKE 'waiting%'))`},
		{"wecom_cards", "message_id", `x.sent_at < $2
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = x.message_id AND d.channel = 'wecom')`},
		{"decisions", "id", `x.updated_at < $2 AND x.due_at = 0
			AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.id = x.ticket_id AND t.turn = x.turn AND t.state LIKE 'waiting%')`},
		{"mutes", "ticket_id", `x.muted_at < $2 AND EXISTS (
			SELECT 1 FROM tickets t WHERE t.id = x.ticket_id AND t.updated_at < $2 AND t.state NOT LIKE 'waiting%' AND t.state <> 'executing')`},
		{"events", "id", `x.accepted_at < $2
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = x.id OR d.want = x.id)
			AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.last_event = x.id)`},
	}
}

// Purge deletes deliveries that came to an end before the given time, and the cards,
// decisions and events nothing refers to any more. A ticket keeps its last event, and for
// as long as it waits the deliveries that asked for it: their cards are decided on, and
// what waits for somebody is found by them. The decision on what it waits for stays, too:
// it keeps a second one from being made. It returns how many deliveries went.
func (s *Store) Purge(ctx context.Context, before time.Time) (deleted int, err error) {
	for i, l := range ended() {
		n, err := s.sweep(ctx, l, millis(before))
		if err != nil {
			return deleted, fmt.Errorf("purge %s: %w", l.table, err)
		}
		if i == 0 {
			deleted = n
		}
	}
	return deleted, nil
}

// PurgeAudit deletes what stands in the audit log from before the given time.
func (s *Store) PurgeAudit(ctx context.Context, before time.Time) (deleted int, err error) {
	deleted, err = s.sweep(ctx, litter{"audit", "id", `x.at < $2`}, millis(before))
	if err != nil {
		return deleted, fmt.Errorf("purge audit: %w", err)
	}
	return deleted, nil
}

// sweep goes once through the table, a step at a time. It returns how many rows went.
func (s *Store) sweep(ctx context.Context, l litter, before int64) (gone int, err error) {
	find := `SELECT x.` + l.id + ` FROM ` + l.table + ` x WHERE x.` + l.id + ` > $1 AND ` + l.where + ` ORDER BY x.` + l.id + ` LIMIT $3`
	for after := ""; ; {
		ids, err := all(ctx, s.read, value[string], find, after, before, purgeStep)
		if err != nil || len(ids) == 0 {
			return gone, err
		}
		after = ids[len(ids)-1]
		n, err := s.remove(ctx, l, before, ids)
		if err != nil {
			return gone, err
		}
		gone += n
	}
}

func (s *Store) remove(ctx context.Context, l litter, before int64, ids []string) (gone int, err error) {
	query := `DELETE FROM ` + l.table + ` AS x WHERE x.` + l.id + ` IN ` + s.words.listed + ` AND ` + l.where
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		res, err := tx.ExecContext(ctx, query, document{ids}, before)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		gone = int(n)
		return err
	})
	return gone, err
}
