package channels

import (
	"context"
	"fmt"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
	"ticketbell/identity"
	"ticketbell/notify"
)

// Feishu returns the look-ups of the Feishu app as configured now.
func (b *Board) Feishu(ctx context.Context) (identity.FeishuBook, error) {
	l, err := b.open(ctx, notify.Feishu)
	if err != nil {
		return nil, err
	}
	return feishuBookOf(l)
}

// WeCom returns the look-ups of the WeCom app as configured now.
func (b *Board) WeCom(ctx context.Context) (identity.WeComBook, error) {
	l, err := b.open(ctx, notify.WeCom)
	if err != nil {
		return nil, err
	}
	return weComBookOf(l)
}

// AppOf names the app of the channel, also while the channel is off; "" when nobody
// configured one.
func (b *Board) AppOf(ctx context.Context, ch notify.Channel) (string, error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil || rec.Version == 0 {
		return "", err
	}
	fields, err := fieldsOf(rec)
	if err != nil {
		return "", err
	}
	return appOf(ch, fields), nil
}

// feishuBook is a bot that says whose ids it finds.
type feishuBook struct {
	*feishu.Bot
	app string
}

func (f feishuBook) App() string { return f.app }

func feishuBookOf(l line) (identity.FeishuBook, error) {
	bot, ok := l.conn.(*feishu.Bot)
	if !ok {
		return nil, fmt.Errorf("look up at Feishu: connected to a %T", l.conn)
	}
	return feishuBook{bot, l.app}, nil
}

type weComBook struct {
	*wecom.Bot
	app string
}

func (w weComBook) App() string { return w.app }

func weComBookOf(l line) (identity.WeComBook, error) {
	bot, ok := l.conn.(*wecom.Bot)
	if !ok {
		return nil, fmt.Errorf("look up at WeCom: connected to a %T", l.conn)
	}
	return weComBook{bot, l.app}, nil
}
