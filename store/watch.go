package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"ticketbell/notify"
)

// watchColumns are the columns of tickets t that watchFields reads.
const watchColumns = `t.remind_at, t.escalate_at, t.reminded, t.nudged_at`

func watchFields(w *notify.Watch) []any {
	return []any{stamp{&w.Remind}, stamp{&w.Escalate}, &w.Reminded, stamp{&w.Nudged}}
}

// keepWatch writes the watch of a ticket that moves nowhere.
func (tx *txn) keepWatch(ctx context.Context, p notify.Plan) error {
	return mustChange(tx.ExecContext(ctx,
		`UPDATE tickets SET watch_at = $2, remind_at = $3, escalate_at = $4, reminded = $5, nudged_at = $6 WHERE id = $1`,
		p.TicketID, millis(p.Watch.Next()), millis(p.Watch.Remind), millis(p.Watch.Escalate), p.Watch.Reminded, millis(p.Watch.Nudged)))
}

// Overdue implements [notify.Overdue].
func (s *Store) Overdue(ctx context.Context, n int, now time.Time) ([]notify.TicketRecord, error) {
	due, err := all(ctx, s.read, scanTicket,
		ticketQuery+`WHERE t.watch_at > 0 AND t.watch_at <= $1 ORDER BY t.watch_at LIMIT `+strconv.Itoa(n), millis(now))
	if err != nil {
		return nil, fmt.Errorf("find overdue tickets: %w", err)
	}
	return due, nil
}
