package notify_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// numbers are who is found by which phone number on a channel; mail is sent anywhere.
type numbers map[notify.Channel]string

// Address finds by nothing but what it is asked for.
func (n numbers) Address(_ context.Context, ch notify.Channel, u ticket.User) (string, error) {
	switch {
	case ch == notify.Mail && u.Email != "" && u.Phone == "" && u.Username == "":
		return u.Email, nil
	case u.Phone != "" && u.Email == "" && u.Username == "" && n[ch] == u.Phone:
		return "whoever has " + u.Phone, nil
	}
	return "", notify.Unreachable(errors.New("nobody"))
}

// confirms returns who has lisi's new addresses confirmed in the house.
func (h *house) confirms(n numbers) *notify.Confirmer {
	return &notify.Confirmer{
		Records: h.Store, Addresses: n, Channels: h.board, Settings: h.Store, Voice: &notify.Teller{Channels: h.board},
		Key: bytes.Repeat([]byte("k"), 32), Now: time.Now, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
}

// codeFrom is the code that was sent last, and to whom.
func codeFrom(t *testing.T, p *provider) (code string, to []string) {
	t.Helper()
	all := p.all()
	if len(all) == 0 {
		t.Fatal("got no message, want a code")
	}
	last := all[len(all)-1]
	if !regexp.MustCompile(`^\d{6}$`).MatchString(last.Message.Card.Subject) {
		t.Fatalf("got %q, want six digits", last.Message.Card.Subject)
	}
	return last.Message.Card.Subject, last.to()
}

// wantWord checks the word of what is wrong with the one field.
func wantWord(t *testing.T, err error, want string) {
	t.Helper()
	bad, ok := errors.AsType[*ticket.Invalid](err)
	if !ok || len(bad.Fields) != 1 || bad.Fields[0].Field+" "+bad.Fields[0].Code != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestANewMailAddressIsConfirmedWithTheCodeSentThere(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(nil)
		if err := c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"); err != nil {
			t.Fatal(err)
		}
		code, to := codeFrom(t, h.board.mail)
		if !slices.Equal(to, []string{"new@corp.com"}) {
			t.Errorf("got the code sent to %v, want the new address alone", to)
		}
		_, err := c.Confirm(t.Context(), "lisi", "email", "x"+code)
		wantWord(t, err, "code wrong")
		value, err := c.Confirm(t.Context(), "lisi", "email", code)
		if value != "new@corp.com" || err != nil {
			t.Errorf("got %q %v, want the new address", value, err)
		}
		if _, err := c.Confirm(t.Context(), "lisi", "email", code); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v for a code that was used, want nothing to confirm", err)
		}
		if strings.Contains(h.log.String(), code) {
			t.Error("the code is in the log")
		}
	})
}

func TestACodeEndsWithTimeWithTriesAndWithTheNext(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(nil)
		ask := func() string {
			t.Helper()
			if err := c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"); err != nil {
				t.Fatal(err)
			}
			code, _ := codeFrom(t, h.board.mail)
			return code
		}
		code := ask()
		pass(notify.CodeTime)
		_, err := c.Confirm(t.Context(), "lisi", "email", code)
		wantWord(t, err, "code expired")

		code = ask()
		for range notify.CodeTries - 1 {
			_, err := c.Confirm(t.Context(), "lisi", "email", "nonsense")
			wantWord(t, err, "code wrong")
		}
		_, err = c.Confirm(t.Context(), "lisi", "email", "nonsense")
		wantWord(t, err, "code too_many")
		_, err = c.Confirm(t.Context(), "lisi", "email", code)
		wantWord(t, err, "code too_many")

		if err := c.Again(t.Context(), person("lisi"), "email"); err != nil {
			t.Fatal(err)
		}
		next, _ := codeFrom(t, h.board.mail)
		if value, err := c.Confirm(t.Context(), "lisi", "email", next); value != "new@corp.com" || err != nil {
			t.Errorf("got %q %v for the next code, want the address", value, err)
		}
	})
}

func TestSixCodesInAnHourAreOneTooMany(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(nil)
		for i := range notify.CodesAnHour {
			if err := c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			pass(time.Minute)
		}
		err := c.Ask(t.Context(), person("lisi"), "email", "new@corp.com")
		if v, wait := notify.VerdictOf(err); v != notify.VerdictAfter || wait > 55*time.Minute || wait < 54*time.Minute {
			t.Errorf("got %v, want to be asked to wait 55 minutes", err)
		}
		if n := len(h.board.mail.all()); n != notify.CodesAnHour {
			t.Errorf("got %d codes sent, want %d", n, notify.CodesAnHour)
		}
	})
}

func TestACodeForAPhoneGoesToWhoeverHasTheNumber(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(numbers{notify.WeCom: "+8613900000002"})
		if err := c.Ask(t.Context(), person("lisi"), "phone", "+8613900000002"); err != nil {
			t.Fatal(err)
		}
		if _, to := codeFrom(t, h.board.wecom); !slices.Equal(to, []string{"whoever has +8613900000002"}) || len(h.board.mail.all())+len(h.board.feishu.all()) > 0 {
			t.Errorf("got the code sent to %v, or elsewhere, want it on WeCom alone, where the number is found", to)
		}
		wantWord(t, c.Ask(t.Context(), person("lisi"), "phone", "+8613900000003"), "phone unreachable")
		h.board.only(notify.Feishu)
		wantWord(t, c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"), "email unreachable")
	})
}

func TestACodeThatCannotBeSentLeavesNothingToConfirm(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(nil)
		h.board.mail.from(refusing(errors.New("550 no such user")))
		wantWord(t, c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"), "email not_sent")
		waiting, err := c.Waiting(t.Context(), "lisi")
		if len(waiting) != 0 || err != nil {
			t.Errorf("got %+v %v waiting, want nothing", waiting, err)
		}
	})
}

func TestANewAddressGoesOnWaitingWhenAnotherCodeCannotBeSent(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c := h.confirms(nil)
		if err := c.Ask(t.Context(), person("lisi"), "email", "new@corp.com"); err != nil {
			t.Fatal(err)
		}
		h.board.mail.from(refusing(errors.New("421 later")))
		wantWord(t, c.Again(t.Context(), person("lisi"), "email"), "email not_sent")
		waiting, err := c.Waiting(t.Context(), "lisi")
		if len(waiting) != 1 || waiting[0].Value != "new@corp.com" || err != nil {
			t.Errorf("got %+v %v waiting, want the address", waiting, err)
		}
	})
}
