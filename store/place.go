package store

import (
	"context"

	"ticketbell/notify"
)

// reserves is the condition on the other deliveries of the person of $1 who is told on one
// channel at a time: $2 is the event and $3 the delivery. Nothing is out of any of them.
const reserves = `event_id = $2 AND person = $1 AND id <> $3 AND place > 0 AND message_id = '' AND status IN ('queued', 'retrying')`

// passOn tells the other deliveries of a person who is told on one channel at a time how d
// ended: one that got through, or is not worth sending, ends them; one that failed gives
// way to the next.
func (tx *txn) passOn(ctx context.Context, now int64, d notify.Delivery, end notify.Status, why string) error {
	if d.Place == 0 {
		return nil
	}
	switch end {
	case notify.Accepted, notify.Updated, notify.Read:
		return tx.endReserves(ctx, now, d, notify.ReasonNotNeeded)
	case notify.Canceled:
		return tx.endReserves(ctx, now, d, why)
	case notify.Skipped, notify.Dead, notify.FailedOn:
		return tx.callReserve(ctx, now, d, why)
	case notify.Queued, notify.Sending, notify.Retrying:
	}
	return nil
}

func (tx *txn) endReserves(ctx context.Context, now int64, d notify.Delivery, why string) error {
	ids, err := all(ctx, tx, value[string],
		`UPDATE deliveries SET status = 'canceled', reason = $4, not_before = 0, updated_at = $5 WHERE `+reserves+` RETURNING id`,
		d.Person, d.Event, d.ID, why, now)
	tx.change(ids...)
	return err
}

// callReserve has the next in line sent now. Where it waits for quiet hours to end, it goes
// on waiting, and says why it is its turn.
func (tx *txn) callReserve(ctx context.Context, now int64, d notify.Delivery, why string) error {
	called, err := all(ctx, tx, scanCalled,
		`UPDATE deliveries SET reason = '', not_before = 0, due_at = $4, instead = $5, updated_at = $4
		WHERE `+reserves+` AND reason = $6
			AND place = (SELECT min(place) FROM deliveries WHERE `+reserves+` AND reason = $6) RETURNING id, channel`,
		d.Person, d.Event, d.ID, now, document{notify.Instead{Of: d.Channel, Reason: why}}, notify.ReasonReserve)
	for _, next := range called {
		tx.change(next.ID)
		tx.wake(next.Channel)
	}
	return err
}

// callBehind has those sent now that are in reserve behind what waits on a channel that is
// switched off.
func (tx *txn) callBehind(ctx context.Context, ch notify.Channel, clock int64) error {
	called, err := all(ctx, tx, scanCalled,
		`UPDATE deliveries AS r SET reason = '', not_before = 0, due_at = $2, instead = $3, updated_at = $2
		WHERE r.reason = $4 AND r.status = 'queued' AND EXISTS (SELECT 1 FROM deliveries d
			WHERE `+leaves+` AND d.event_id = r.event_id AND d.person = r.person AND d.place = r.place - 1 AND d.reason <> $4) RETURNING id, channel`,
		string(ch), clock, document{notify.Instead{Of: ch, Reason: notify.ReasonChannelGone}}, notify.ReasonReserve)
	for _, next := range called {
		tx.change(next.ID)
		tx.wake(next.Channel)
	}
	return err
}

func scanCalled(r row) (d notify.Delivery, err error) { return d, r.Scan(&d.ID, &d.Channel) }

// instead is what a column holds of why d is on its channel: "" for nothing.
func instead(d notify.Delivery) any {
	if d.Instead == (notify.Instead{}) {
		return ""
	}
	return document{d.Instead}
}
