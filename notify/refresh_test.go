package notify_test

import (
	"context"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// last returns the last call, which must be the nth.
func last(t *testing.T, p *provider, n int) call {
	t.Helper()
	calls := p.all()
	if len(calls) != n {
		t.Fatalf("got %d calls, want %d", len(calls), n)
	}
	return calls[n-1]
}

func TestACardIsBroughtUpToDateInPlaceAndNobodyHearsOfIt(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.work(notify.Channels()...)
		h.accept(submitted("lisi"))
		sent := last(t, h.board.feishu, 1)
		r := h.accept(executing("admin"))
		if len(r.Deliveries) != 0 {
			t.Errorf("got deliveries %v, want none: nobody is told", fates(r))
		}
		d := h.wantFate("lisi", notify.Feishu, notify.Updated, "")
		if d.Shown != r.EventID || d.Attempts != 2 {
			t.Errorf("got a card that shows %s after %d attempts, want %s after 2", d.Shown, d.Attempts, r.EventID)
		}
		update := last(t, h.board.feishu, 2)
		if update.Update != d.MessageID || update.Message.Card.Tone != cards.ToneRunning {
			t.Errorf("got update %q in tone %s, want %q in tone running", update.Update, update.Message.Card.Tone, d.MessageID)
		}
		if sent.Message.Card.Tone != cards.ToneReview {
			t.Errorf("got first tone %s, want review", sent.Message.Card.Tone)
		}
		last(t, h.board.wecom, 1) // what cannot be changed is not
		last(t, h.board.mail, 1)
	})
}

func TestSomebodyWhoseStepIsOverNoLongerReadsThatTheyMustAct(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		before := last(t, h.board.feishu, 1).Message.Card
		h.accept(passed("lisi", "wangwu"))
		var after cards.Card
		for _, c := range h.board.feishu.all() {
			if c.Update != "" {
				after = c.Message.Card
			}
		}
		if after.Verb == before.Verb || len(after.Trail) != 1 {
			t.Errorf("got verb %q and trail %v, want another verb than %q and who passed it", after.Verb, after.Trail, before.Verb)
		}
	})
}

func TestAnEventWhileACardIsBeingSentEndsWithTheNewerState(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.feishu.from(slowly(5 * time.Second))
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		pass(time.Second)
		r := h.accept(rejected("wangwu")) // the card is on its way
		pass(time.Minute)
		d := h.wantFate("lisi", notify.Feishu, notify.Updated, "")
		if d.Shown != r.EventID {
			t.Errorf("got a card that shows %s, want the newer %s", d.Shown, r.EventID)
		}
		var tones []cards.Tone
		for _, c := range h.board.feishu.all() {
			if c.to()[0] == "lisi" || c.Update == d.MessageID {
				tones = append(tones, c.Message.Card.Tone)
			}
		}
		if len(tones) != 2 || tones[1] != cards.ToneRejected {
			t.Errorf("got tones %v, want review, then rejected", tones)
		}
	})
}

// TestACardThatWaitedEndsWithTheNewerState: the step is still the one it is about, and the
// ticket was submitted anew meanwhile.
func TestACardThatWaitedEndsWithTheNewerState(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.accept(submitted("lisi"))
		r := h.accept(event(2, ticket.KindResubmitted, ticket.WaitingReview, at(1, "wangwu"), by("zhangsan")))
		h.work(notify.Feishu)
		d := h.wantFate("lisi", notify.Feishu, notify.Updated, "")
		if d.Shown != r.EventID || d.Deadline != d.CreatedAt.Add(notify.Patience) {
			t.Errorf("got a card that shows %s, tried until %s, want %s within a day", d.Shown, d.Deadline, r.EventID)
		}
	})
}

// slowly takes everything after d.
func slowly(d time.Duration) func(context.Context, int, call) []notify.Outcome {
	return func(ctx context.Context, n int, c call) []notify.Outcome {
		select {
		case <-time.After(d):
			return taken(c)
		case <-ctx.Done():
			return refusing(ctx.Err())(ctx, n, c)
		}
	}
}

func TestANewMessageIsNotSentForAStateThatIsOver(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		h.accept(passed("lisi", "wangwu"))
		h.accept(rejected("wangwu"))
		h.accept(executing("admin"))
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Canceled, "state_over")
		h.wantFate("wangwu", notify.Mail, notify.Canceled, "state_over")
		for _, d := range h.of("zhangsan", notify.Mail) {
			if ev, err := h.Event(t.Context(), d.Event); err != nil || d.Result != ev.Kind.Result() || d.Result != (d.Status == notify.Accepted) {
				t.Errorf("got the %s notice %s %s, %v, want results sent and the rest canceled", ev.Kind, d.Status, d.Reason, err)
			}
		}
	})
}

// A sender may have to tell a state by another message: that one is changed from then on.
func TestAMessageThatTakesThePlaceOfAnotherIsTheOneThatIsChanged(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.feishu.from(func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 2 {
				return []notify.Outcome{{MessageID: "om_other", Form: "text"}}
			}
			if c.Update != "" {
				return []notify.Outcome{{MessageID: c.Update}}
			}
			return taken(c)
		})
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		h.accept(executing("admin"))
		h.accept(event(9, ticket.KindFailed, ticket.Failed))
		for _, c := range h.board.feishu.all()[2:] {
			if c.Update != "" && (c.Update != "om_other" || c.Message.Form != "text") {
				t.Errorf("got %q changed as %q, want the other message", c.Update, c.Message.Form)
			}
		}
		if got := h.of("lisi", notify.Feishu)[0]; got.MessageID != "om_other" || got.Status != notify.Updated {
			t.Errorf("got %s as %s, want the other message updated", got.MessageID, got.Status)
		}
	})
}
