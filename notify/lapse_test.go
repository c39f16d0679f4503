package notify_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// keyring has one token of lisi that ends in five days.
type keyring struct {
	mu     sync.Mutex
	told   bool
	marked int
}

// Lapses implements [notify.LapseKeeper].
func (k *keyring) Lapses(_ context.Context, before time.Time) ([]notify.Lapse, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ends := time.Now().AddDate(0, 0, 5)
	if k.told || before.Before(ends) {
		return nil, nil
	}
	owner := ticket.User{Person: ticket.Person{Username: "lisi", Email: "lisi@corp.com"}, Language: "en"}
	return []notify.Lapse{{Token: "tok_1", Name: "ci", EndsAt: ends, Owner: owner}}, nil
}

// MarkLapse implements [notify.LapseKeeper].
func (k *keyring) MarkLapse(context.Context, string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	mine := !k.told
	k.told = true
	k.marked++
	return mine, nil
}

// UnmarkLapse implements [notify.LapseKeeper].
func (k *keyring) UnmarkLapse(context.Context, string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told = false
	return nil
}

func TestTheOwnerOfATokenIsToldOnceThatItEnds(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu) // mail is off at first
		keys := &keyring{}
		herald := &notify.Herald{
			Lapses: keys, Settings: &broom{settings: notify.DefaultSettings()}, Voice: &notify.Teller{Channels: h.board},
			Now: time.Now, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		}
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Hour+time.Minute)
		defer stop()
		time.AfterFunc(90*time.Minute, func() { h.board.only(notify.Mail) })
		herald.Run(ctx)
		sent := h.board.mail.all()
		if len(sent) != 1 || keys.marked != 3 || !keys.told {
			t.Fatalf("got %d mails after %d tries, want one, by the third", len(sent), keys.marked)
		}
		m := sent[0].Message
		if m.To[0].Address != "lisi@corp.com" || !strings.Contains(m.Card.Plain("en"), "Rotate your API token") || m.Language != "en" || m.Notice != "ends_tok_1" {
			t.Errorf("got %+v, want lisi told in English", m)
		}
		if log := h.log.String(); !strings.Contains(log, "tried again in an hour") {
			t.Errorf("got the log %s, want what could not be sent in it", log)
		}
	})
}
