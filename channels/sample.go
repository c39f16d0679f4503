package channels

import (
	"context"
	"errors"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Past knows what was sent before.
type Past interface {
	Delivery(ctx context.Context, id string) (notify.Delivery, []notify.Attempt, error)
	Event(ctx context.Context, id string) (ticket.Event, error)
}

// cardFor is what a test says: that it is one, a ticket that does not exist, or once more
// what a delivery said.
func (b *Board) cardFor(ctx context.Context, r notify.TestRequest, s cards.Setting) (cards.Card, error) {
	switch r.Show {
	case notify.ShowSample:
		return cards.Sample(r.State, b.now(), s), nil
	case notify.ShowDelivery:
		return b.again(ctx, r.DeliveryID, s)
	default:
		return cards.Test(b.now(), s), nil
	}
}

// again is the card of a delivery, without what its reader could decide: a test decides nothing.
func (b *Board) again(ctx context.Context, id string, s cards.Setting) (cards.Card, error) {
	d, _, err := b.past.Delivery(ctx, id)
	var ev ticket.Event
	if err == nil {
		ev, err = b.past.Event(ctx, d.Event)
	}
	if errors.Is(err, notify.ErrNotFound) {
		return cards.Card{}, &ticket.Invalid{Fields: []ticket.FieldError{{
			Field: "delivery_id", Code: "unknown_value", Message: "is no delivery on record", Chinese: "没有这条投递记录",
		}}}
	}
	if err != nil {
		return cards.Card{}, err
	}
	return cards.Again(cards.For(cards.Notice{Event: ev, Reader: d.Role}, s), b.now(), s), nil
}
