package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

// SentTo returns how many attempts on the channel since then went to the person who got
// most, and how many there were in all. What was in the hands of a process that was
// killed counts, for it may have gone out.
func (s *Store) SentTo(ctx context.Context, ch notify.Channel, since time.Time) (most, all int, err error) {
	made := since.Add(-notify.Patience) // nothing is tried for longer, but by hand
	err = s.read.QueryRowContext(ctx, `SELECT CAST(coalesce(max(n), 0) AS BIGINT), CAST(coalesce(sum(n), 0) AS BIGINT) FROM (
			SELECT count(*) AS n FROM deliveries d LEFT JOIN attempts a ON a.delivery_id = d.id AND a.started_at >= $2
			WHERE d.channel = $1 AND d.created_at >= $3 AND (a.number IS NOT NULL OR d.status = 'sending')
			GROUP BY d.person) x`, string(ch), millis(since), millis(made)).Scan(&most, &all)
	if err != nil {
		return 0, 0, fmt.Errorf("count what was sent on %s: %w", ch, err)
	}
	return most, all, nil
}
