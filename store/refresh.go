package store

import (
	"context"

	"ticketbell/notify"
)

// refresh makes the event what the ticket's messages on the plan's channels must
// show: those that are out and can be changed, those that may be, as they are being sent right now or
// nobody knows what came of it, and those that wait, once they have said their own event. A message
// that is out gets as long for it as the delivery had at first.
func (tx *txn) refresh(ctx context.Context, e notify.Entry, p notify.Plan) error {
	if len(p.Refresh) == 0 {
		return nil
	}
	if err := tx.lockDeliveries(ctx, p.TicketID); err != nil {
		return err
	}
	for _, ch := range p.Refresh {
		if err := tx.refreshChannel(ctx, e, p.TicketID, ch); err != nil {
			return err
		}
	}
	return nil
}

// lockDeliveries waits for the workers that are claiming or settling deliveries
// of the ticket: one claimed a moment ago still reads "queued" here, and would
// otherwise be sent with the old state and never refreshed. Always in the order
// of ids, as Settle does, so that nobody waits in a ring.
func (tx *txn) lockDeliveries(ctx context.Context, ticketID string) error {
	if tx.words.lockRows == "" {
		return nil
	}
	_, err := all(ctx, tx, value[string],
		`SELECT id FROM deliveries WHERE ticket_id = $1 ORDER BY id`+tx.words.lockRows, ticketID)
	return err
}

func (tx *txn) refreshChannel(ctx context.Context, e notify.Entry, ticketID string, ch notify.Channel) error {
	const (
		out  = `status IN ('accepted', 'read', 'updated')`
		held = `message_id = '' AND status IN ('queued', 'retrying') AND unknown_since = 0` // says its own event first
	)
	now, err := tx.clock(ctx, tx)
	if err != nil {
		return err
	}
	ids, err := all(ctx, tx, value[string],
		`UPDATE deliveries SET want = $1, updated_at = CASE WHEN `+held+` THEN updated_at ELSE $2 END,
			deadline = CASE WHEN deadline = 0 OR `+held+` THEN deadline ELSE deadline - created_at + $2 END,
			not_before = CASE WHEN `+out+` THEN 0 ELSE not_before END,
			due_at = CASE WHEN `+out+` THEN CAST($5 AS BIGINT) - `+headStart()+` ELSE due_at END,
			status = CASE WHEN `+out+` THEN 'queued' ELSE status END
		WHERE ticket_id = $3 AND channel = $4 AND NOT fixed AND (message_id <> '' OR status IN ('sending', 'queued', 'retrying')) RETURNING id`,
		e.ID, millis(e.AcceptedAt), ticketID, string(ch), now)
	if err != nil || len(ids) == 0 {
		return err
	}
	tx.change(ids...)
	tx.wake(ch)
	return nil
}
