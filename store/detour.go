package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ticketbell/notify"
)

// RerouteDelivery says a delivery on another channel of its person: a new one is made
// there and tried until the deadline. One that was never sent is called off; one that is
// out stays as it is. What stands against it is a [notify.NoDetour].
func (s *Store) RerouteDelivery(ctx context.Context, id string, to notify.Channel, now, deadline time.Time) (d notify.Delivery, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) (err error) {
		d, err = tx.rerouteDelivery(ctx, id, to, now, deadline)
		return err
	})
	if err != nil {
		return notify.Delivery{}, fmt.Errorf("reroute delivery %s to %s: %w", id, to, err)
	}
	return d, nil
}

func (tx *txn) rerouteDelivery(ctx context.Context, id string, to notify.Channel, now, deadline time.Time) (notify.Delivery, error) {
	from, err := one(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d WHERE d.id = $1`, id)
	if err != nil {
		return from, err
	}
	on, err := one(ctx, tx, value[bool], `SELECT enabled FROM channels WHERE channel = $1`, string(to))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return from, err
	}
	if !on {
		return from, notify.DetourOff
	}
	if err := tx.callOffUnsent(ctx, from, now); err != nil {
		return from, err
	}
	clock, err := tx.clock(ctx, tx)
	if err != nil {
		return from, err
	}
	anew, err := tx.divert(ctx, id, to, clock, now, deadline)
	if err != nil {
		return from, err
	}
	if anew == "" {
		return from, notify.DetourTaken
	}
	return one(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d WHERE d.id = $1`, anew)
}

// callOffUnsent ends a delivery of which no message is out, unless a worker holds it.
func (tx *txn) callOffUnsent(ctx context.Context, d notify.Delivery, now time.Time) error {
	if d.MessageID != "" || slices.Contains([]notify.Status{notify.Accepted, notify.Read, notify.Updated}, d.Status) {
		return nil
	}
	err := mustChange(tx.ExecContext(ctx,
		`UPDATE deliveries SET status = 'canceled', reason = $3, updated_at = $2 WHERE id = $1 AND message_id = '' AND status <> 'sending'`,
		d.ID, millis(now), notify.ReasonOtherChannel))
	if errors.Is(err, ErrNotFound) {
		return notify.DetourBusy
	}
	tx.change(d.ID)
	return err
}
