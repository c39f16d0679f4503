package notify_test

import (
	"context"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// A look-up changes nothing at the provider: a stop need not wait for it.
func TestAStopWaitsForNoLookUp(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.addresses.find = func(ctx context.Context, _ ticket.User) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		h.accept(submitted("lisi", "wangwu"))
		h.work(notify.Mail)
		asked := time.Now()
		h.stop()
		if took := time.Since(asked); took > 0 {
			t.Errorf("got a stop after %v, want it at once", took)
		}
		if got := h.count(notify.Mail, notify.Queued); got != 2 {
			t.Errorf("got %d queued, want both back as they were", got)
		}
		if got := h.board.mail.all(); len(got) > 0 {
			t.Errorf("got calls %v, want none", got)
		}
	})
}

// A call that runs is waited for, and none is begun any more.
func TestAStopBeginsNoCall(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(ctx context.Context, _ int, c call) []notify.Outcome {
			select {
			case <-time.After(10 * time.Second):
				return taken(c)
			case <-ctx.Done():
				return refusing(ctx.Err())(ctx, 1, c)
			}
		}
		h.accept(submitted("lisi", "wangwu", "admin"))
		h.start(h.worker(notify.Mail, 1))
		asked := time.Now()
		h.stop()
		if took := time.Since(asked); took != 10*time.Second {
			t.Errorf("got a stop after %v, want it after the one call of 10s", took)
		}
		if got := h.count(notify.Mail, notify.Accepted); got != 1 {
			t.Errorf("got %d accepted, want the one that ran", got)
		}
		if got := h.count(notify.Mail, notify.Queued); got != 2 {
			t.Errorf("got %d queued, want the others back", got)
		}
	})
}
