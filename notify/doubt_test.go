package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// A mail server that takes every mail and breaks off before it says so: each repeat may
// be one more mail to read.
func TestWhatMayHaveArrivedIsRepeatedEverMoreRarely(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.from(refusing(errors.New("EOF")))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(time.Minute)
		if n := len(h.board.mail.all()); n != 3 {
			t.Errorf("got %d mails within a minute, want 3: one at once and one soon, for most often it is a connection that broke", n)
		}
		pass(2 * notify.Patience)
		if n := len(h.board.mail.all()); n < 9 || n > 13 {
			t.Errorf("got %d mails, want about a dozen in a day", n)
		}
		h.wantFate("lisi", notify.Mail, notify.Dead, notify.ReasonUnknown)
	})
}

// lost is a provider that takes what it is sent and whose answer is lost, n times.
func lost(n int) func(context.Context, int, call) []notify.Outcome {
	return func(ctx context.Context, i int, c call) []notify.Outcome {
		if i <= n {
			return refusing(errors.New("EOF"))(ctx, i, c)
		}
		if c.Update != "" {
			return []notify.Outcome{{MessageID: c.Update}}
		}
		return taken(c)
	}
}

// Feishu knows a repeat by its key and answers with the message that is out. It may be the
// first, which offers what is decided by now.
func TestACardWhoseAnswerWasLostIsFoundAgainAndMadeTrue(t *testing.T) {
	inCourtOf(t, lost(1), func(t *testing.T, h *house) {
		r := h.accept(rejected("wangwu")) // before the repeat
		pass(time.Minute)
		d := h.wantFate("lisi", notify.Feishu, notify.Updated, "")
		if d.Shown != r.EventID || d.MessageID != "om_"+d.ID {
			t.Errorf("got message %s that shows %s, want that of %s to show %s", d.MessageID, d.Shown, d.ID, r.EventID)
		}
		calls := h.board.feishu.about(d)
		if len(calls) != 3 || calls[1].Message.To[0].Key != d.ID || !calls[1].Message.Again || calls[2].Update != d.MessageID {
			t.Fatalf("got %+v, want it sent, sent again under the same key, and changed", calls)
		}
		wantOffers(t, calls[0].Message.Card, cards.Approve, cards.Reject)
		wantOffers(t, calls[1].Message.Card) // in case the first did not arrive
		wantOffers(t, calls[2].Message.Card)
		if row, ok := calls[1].Message.Card.Row("now"); !ok || row.Value.ZH != "已驳回" || calls[2].Message.Card.Tone != cards.ToneRejected {
			t.Errorf("got %+v, then %s, want what is true now from the repeat on", row, calls[2].Message.Card.Tone)
		}
	})
}

// Whoever is killed between a send and writing it down leaves the same doubt.
func TestACardOfAKilledProcessIsFoundAgainAndMadeTrue(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.accept(submitted("lisi"))
		if got, err := h.Claim(t.Context(), notify.Feishu, 1, "killed", notify.LeaseTime); err != nil || len(got) != 1 {
			t.Fatalf("got %d claimed, %v, want the card", len(got), err)
		}
		r := h.accept(rejected("wangwu"))
		h.work(notify.Feishu)
		pass(time.Minute)
		if d := h.wantFate("lisi", notify.Feishu, notify.Updated, ""); d.Shown != r.EventID {
			t.Errorf("got a card that shows %s, want %s", d.Shown, r.EventID)
		}
	})
}

// What cannot be found again is not said a second time.
func TestACardThatCannotBeFoundAgainIsNotSentForAStateThatIsOver(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(context.Context, int, call) []notify.Outcome
		wait   time.Duration // until the ticket moves on
		calls  int           // after that
	}{
		"Feishu no longer knows the key": {lost(1000), 65 * time.Minute, 0},
		"Feishu has a no for it": {func(ctx context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				return refusing(errors.New("EOF"))(ctx, n, c)
			}
			return refusing(notify.Permanent(refusal("feishu.230053")))(ctx, n, c)
		}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inCourtOf(t, tc.answer, func(t *testing.T, h *house) {
				pass(tc.wait)
				before := len(h.board.feishu.about(h.one("lisi", notify.Feishu)))
				h.accept(rejected("wangwu"))
				pass(90 * time.Minute)
				d := h.wantFate("lisi", notify.Feishu, notify.Canceled, notify.ReasonOver)
				if n := len(h.board.feishu.about(d)) - before; n != tc.calls {
					t.Errorf("got %d calls after the ticket moved on, want %d", n, tc.calls)
				}
			})
		})
	}
}

func TestWeComIsNotAskedForAMessageThatReadsOtherwiseByNow(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.change(func(b *board) { b.changeable = true })
		h.board.wecom.from(lost(1))
		h.accept(submitted("lisi"))
		h.work(notify.WeCom)
		h.accept(rejected("wangwu"))
		pass(time.Minute)
		h.wantFate("lisi", notify.WeCom, notify.Canceled, notify.ReasonOver)
	})
}

// inCourtOf is a house where lisi was sent a card to decide on over Feishu, which answers so.
func inCourtOf(t *testing.T, answer func(context.Context, int, call) []notify.Outcome, play func(t *testing.T, h *house)) {
	t.Helper()
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.change(func(b *board) { b.decides = true })
		if err := h.PutPlatform(t.Context(), notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook}); err != nil {
			t.Fatal(err)
		}
		h.board.feishu.from(answer)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		play(t, h)
	})
}

// about lists the calls of a delivery.
func (p *provider) about(d notify.Delivery) []call {
	return slices.DeleteFunc(p.all(), func(c call) bool { return c.Message.To[0].Key != d.ID })
}
