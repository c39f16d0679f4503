package channels

import (
	"cmp"
	"context"
	"maps"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
	"ticketbell/cards"
	"ticketbell/mail"
	"ticketbell/notify"
)

// Draw returns what the channel would send, as it would go over the wire. The channel
// need not be on, nor complete.
func (b *Board) Draw(ctx context.Context, ch notify.Channel, d notify.Drawing) (payload string, err error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return "", err
	}
	fields, err := fieldsOf(rec)
	if err != nil {
		return "", err
	}
	settings, err := b.settings.Settings(ctx)
	if err != nil {
		return "", err
	}
	if d.DeliveryID != "" {
		if d, err = b.drawn(ctx, d); err != nil {
			return "", err
		}
	}
	maps.Copy(fields, d.Draft)
	c, _ := configOf(ch, fields, rec.Secrets) // what is wrong in a draft is as if it were not there
	return draw(c, notify.Message{
		Card: cards.For(cards.Notice{Event: d.Event, Reader: d.Reader, Mutable: decides(c)}, settings.Cards()), Language: d.Language,
		Notice: d.Event.ID, Thread: d.Event.Ticket.Key,
	})
}

// drawn fills in what a delivery shows.
func (b *Board) drawn(ctx context.Context, d notify.Drawing) (notify.Drawing, error) {
	of, _, err := b.past.Delivery(ctx, d.DeliveryID)
	if err != nil {
		return d, err
	}
	d.Reader = of.Role
	d.Event, err = b.past.Event(ctx, cmp.Or(of.Shown, of.Event))
	return d, err
}

func draw(c config, m notify.Message) (string, error) {
	switch c := c.(type) {
	case *feishu.Config:
		return feishu.Draw(*c, m), nil
	case *wecom.Config:
		return wecom.Draw(*c, m)
	case *mail.Config:
		return mail.Draw(*c, m)
	default:
		return "", notify.ErrNotFound
	}
}
