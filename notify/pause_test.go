package notify_test

import (
	"context"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestAPausedChannelKeepsEverythingAndSendsItOnceMended(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				return refusing(notify.Misconfigured(refusal("mail.535")))(nil, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		if got := h.board.paused[notify.Mail]; got != "mail.535" {
			t.Fatalf("got the channel paused for %q, want mail.535", got)
		}
		h.manyTickets(5)
		pass(5 * time.Minute)
		if got := len(h.board.mail.all()); got != 1 {
			t.Errorf("got %d calls while paused, want the first only", got)
		}
		if got := h.count(notify.Mail, notify.Queued); got != 6 {
			t.Errorf("got %d waiting, want all 6", got)
		}
		h.board.mend()
		pass(time.Second)
		if got := h.count(notify.Mail, notify.Accepted); got != 6 {
			t.Errorf("got %d accepted once mended, want all 6", got)
		}
	})
}

func TestAPauseMeantForAnOlderConfigurationIsNone(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				h.board.mend() // while the old one is in use
				return refusing(notify.Misconfigured(refusal("mail.535")))(nil, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}

// A wrong secret must not be hammered by what was claimed before the pause.
func TestAPauseStopsWhatWasClaimedBefore(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom) // claims up to 1,000 at once
		h.board.wecom.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				return refusing(notify.Misconfigured(refusal("wecom.40001")))(nil, n, c)
			}
			return taken(c)
		}
		h.manyTickets(50)
		h.start(h.worker(notify.WeCom, 1))
		pass(time.Minute)
		if got := len(h.board.wecom.all()); got != 1 {
			t.Errorf("got %d calls, want the first only", got)
		}
		if got := h.board.pauses; got != 1 {
			t.Errorf("got %d pauses, want 1", got)
		}
		if got := h.count(notify.WeCom, notify.Queued); got != 50 {
			t.Errorf("got %d waiting, want all 50", got)
		}
		h.board.mend()
		pass(time.Second)
		if got := h.count(notify.WeCom, notify.Accepted); got != 50 {
			t.Errorf("got %d accepted once mended, want all 50", got)
		}
	})
}

func TestALookUpThatNobodyCanMakeIsMadeOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.addresses.find = func(ctx context.Context, u ticket.User) (string, error) {
			if u.Username == "lisi" {
				return "", notify.Misconfigured(refusal("wecom.40001"))
			}
			<-ctx.Done() // waits for its turn at the provider
			return "", ctx.Err()
		}
		h.accept(submitted("lisi", "wangwu", "admin"))
		began := time.Now()
		h.work(notify.WeCom)
		if took := time.Since(began); took > 0 {
			t.Errorf("got the look-ups ended after %v, want it at once", took)
		}
		if got := h.board.paused[notify.WeCom]; got != "wecom.40001" {
			t.Errorf("got the channel paused for %q, want wecom.40001", got)
		}
		h.wantFate("lisi", notify.WeCom, notify.Queued, notify.ReasonPaused)
		if d := h.wantFate("wangwu", notify.WeCom, notify.Queued, ""); d.Attempts > 0 {
			t.Errorf("got %d attempts, want a delivery that was not touched", d.Attempts)
		}
	})
}

func TestAChannelReleasedAsItWasSendsAgain(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n <= 2 {
				return refusing(notify.Misconfigured(refusal("mail.535")))(nil, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		for pauses := 1; pauses <= 2; pauses++ {
			if got := h.board.pauses; got != pauses {
				t.Fatalf("got %d pauses, want %d", got, pauses)
			}
			h.board.release()
			pass(time.Second)
		}
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}
