package channels

import (
	"context"
	"fmt"

	"ticketbell/bot/feishu"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// FeishuApp returns the Feishu app as configured now, to know what it hands in to us;
// [notify.ErrOff] while the channel is switched off. One that is paused still hears:
// a secret that does not open Feishu's door says nothing about who presses.
func (b *Board) FeishuApp(ctx context.Context) (feishu.Config, error) {
	c, wrong, err := b.receiving(ctx, notify.Feishu)
	if err != nil {
		return feishu.Config{}, err
	}
	app, ok := c.(*feishu.Config)
	if !ok || len(wrong) > 0 {
		return feishu.Config{}, fmt.Errorf("receive from feishu: %w", invalid(wrong))
	}
	return *app, nil
}

// receiving reads the configuration of a channel that is switched on.
func (b *Board) receiving(ctx context.Context, ch notify.Channel) (config, []ticket.FieldError, error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return nil, nil, err
	}
	if !rec.Enabled {
		return nil, nil, fmt.Errorf("%s: %w", ch, notify.ErrOff)
	}
	fields, err := fieldsOf(rec)
	if err != nil {
		return nil, nil, err
	}
	c, wrong := configOf(ch, fields, rec.Secrets)
	return c, wrong, nil
}
