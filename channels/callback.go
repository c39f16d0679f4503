package channels

import (
	"context"
	"fmt"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
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
	return app.Complete(), nil
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

// WeComKeys returns the keys of the WeCom app's callback as configured now;
// [notify.ErrOff] when it has none. They open the door while the channel is switched
// off as well: the console verifies the URL before anything can be sent.
func (b *Board) WeComKeys(ctx context.Context) (wecom.Keys, error) {
	rec, err := b.records.Channel(ctx, notify.WeCom)
	if err != nil {
		return wecom.Keys{}, err
	}
	fields, err := fieldsOf(rec)
	if err != nil {
		return wecom.Keys{}, err
	}
	c, wrong := configOf(notify.WeCom, fields, rec.Secrets)
	app, ok := c.(*wecom.Config)
	if !ok || len(wrong) > 0 {
		return wecom.Keys{}, fmt.Errorf("receive from wecom: %w", invalid(wrong))
	}
	keys, ok := app.Keys()
	if !ok {
		return keys, fmt.Errorf("%s has no callback: %w", notify.WeCom, notify.ErrOff)
	}
	keys.Off = !rec.Enabled
	return keys, nil
}

// WeComBot returns the WeCom app as configured now; [notify.ErrOff] while it sends nothing.
func (b *Board) WeComBot(ctx context.Context) (*wecom.Bot, error) {
	l, err := b.open(ctx, notify.WeCom)
	if err != nil {
		return nil, err
	}
	bot, ok := l.conn.(*wecom.Bot)
	if !ok {
		return nil, fmt.Errorf("write on WeCom: connected to a %T", l.conn)
	}
	return bot, nil
}
