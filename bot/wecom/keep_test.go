package wecom

import (
	"context"
	"errors"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// hindered is a memory that something stands in the way of before each write.
type hindered struct {
	*store.Store

	before func() error
}

func (h hindered) KeepCard(ctx context.Context, c notify.CardRecord, code string, expires time.Time) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Store.KeepCard(ctx, c, code, expires)
}

func (h hindered) ShowCard(ctx context.Context, c notify.CardRecord, code string) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Store.ShowCard(ctx, c, code)
}

// TestACardIsRememberedAlthoughTheTimeOfItsCallIsOver: the process was stopped between
// WeCom's answer and the disk, or the machine was busy with something else.
func TestACardIsRememberedAlthoughTheTimeOfItsCallIsOver(t *testing.T) {
	l := newLive(t)
	send, sent := context.WithCancel(t.Context())
	defer sent()
	l.memory = hindered{l.store, func() error { sent(); return nil }}
	o := l.Send(send, saying("1", decision(), "lisi"))[0]
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	update, updated := context.WithCancel(t.Context())
	defer updated()
	l.memory = hindered{l.store, func() error { updated(); return nil }}
	if o := l.Update(update, o.MessageID, saying("2", decidedCard())); o.Err != nil {
		t.Errorf("got %v, want the card updated and what it shows written down", o.Err)
	}
	l.wantButtons("view", "lisi")
	if c, err := l.store.Card(t.Context(), o.MessageID, l.clock.Now()); err != nil || c.Shown != saying("2", decidedCard()).Notice {
		t.Errorf("got a card that shows %s, %v, want the decision", c.Shown, err)
	}
}

func TestACardIsRememberedWhenTheDatabaseWasAwayForAMoment(t *testing.T) {
	l := newLive(t)
	away := 2
	l.memory = hindered{l.store, func() error {
		if away--; away >= 0 {
			return errors.New("the database is away")
		}
		return nil
	}}
	id := l.sent("lisi")
	l.wantUpdated(l.update(id, "2", decidedCard()))
	l.wantButtons("view", "lisi")
}
