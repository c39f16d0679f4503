package notify_test

import (
	"context"
	"testing"
	"time"

	"ticketbell/notify"
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
	inHouse(t, func(t *testing.T, h *house) {
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
