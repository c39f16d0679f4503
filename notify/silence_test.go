package notify_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// When the provider wants the whole app to wait, only the calls that run already find
// out: what was claimed and not begun waits in the queue.
func TestNothingMoreIsSentOnceTheWholeAppMustWait(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		var limited atomic.Bool
		limited.Store(true)
		h.board.feishu.from(func(_ context.Context, _ int, c call) []notify.Outcome {
			if limited.Load() {
				return refusing(notify.Hold(30*time.Second, refusal("feishu.99991400")))(nil, 0, c)
			}
			return taken(c)
		})
		h.manyTickets(40)
		h.start(h.worker(notify.Feishu, 4))
		pass(29 * time.Second)
		if n := len(h.board.feishu.all()); n > 4 {
			t.Errorf("got %d calls during the wait, want at most the 4 that ran at once", n)
		}
		d := h.of("lisi", notify.Feishu)[0]
		if d.Attempts != 0 {
			t.Errorf("got %d attempts counted, want none: a wait costs none", d.Attempts)
		}
		limited.Store(false)
		pass(2 * time.Second)
		if n := h.count(notify.Feishu, notify.Accepted); n != 40 {
			t.Errorf("got %d accepted after the wait, want 40", n)
		}
	})
}

// Behind a slow look-up the grants of several seconds pile up; this worker's pacer
// grants everything. They do not go out within one second.
func TestCallsThatPiledUpDoNotGoOutAtOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.limits = notify.Limits{PerSecond: 10}
		h.manyTickets(60)
		h.start(h.worker(notify.Feishu, 32))
		pass(time.Minute)
		calls := h.board.feishu.all()
		if len(calls) != 60 {
			t.Fatalf("got %d calls, want 60", len(calls))
		}
		for i := range calls[10:] {
			if span := calls[i+10].At.Sub(calls[i].At); span <= time.Second {
				t.Fatalf("got 11 calls within %v, want at most 10 in a second", span)
			}
		}
	})
}

// A look-up may be what meets the limit. Then nobody else is looked up, and nothing sent.
func TestALookUpThatMeetsTheAppsLimitSilencesTheChannel(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.addresses.from(func(context.Context, ticket.User) (string, error) {
			return "", notify.Hold(time.Minute, refusal("wecom.45009"))
		})
		h.accept(submitted("lisi", "wangwu"))
		h.start(h.worker(notify.WeCom, 1))
		asked := h.addresses.lookups()
		h.accept(passed("lisi", "admin"))
		pass(59 * time.Second)
		if got := h.addresses.lookups(); got != asked {
			t.Errorf("got %d look-ups during the wait, want none", got-asked)
		}
		h.addresses.from(nil)
		pass(5 * time.Second)
		if n := h.count(notify.WeCom, notify.Accepted); n == 0 {
			t.Error("got nothing accepted after the wait, want what is still wanted")
		}
	})
}

// Three claims look people up side by side; when the app is over its limit, few of their
// questions are refused.
func TestFewLookUpsFindOutThatTheAppMustWait(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu) // a claim is as large as two calls here
		h.addresses.from(func(context.Context, ticket.User) (string, error) {
			<-time.After(100 * time.Millisecond)
			return "", notify.Hold(time.Minute, refusal("wecom.45009"))
		})
		h.manyTickets(60)
		w := h.worker(notify.Feishu, 10)
		w.Lookups = 8
		h.start(w)
		pass(59 * time.Second)
		if got := h.addresses.lookups(); got > 8 {
			t.Errorf("got %d look-ups before the wait was over, want the 8 that ran at once", got)
		}
	})
}

// Cards that show what is over go before new messages, also after the app had to wait.
func TestAfterTheAppsWaitCardsAreChangedFirst(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.accept(submitted("lisi", "wangwu"))
		h.start(h.worker(notify.Feishu, 1))
		h.stop()
		h.manyTickets(20)
		h.accept(passed("lisi", "admin"))
		h.board.feishu.from(refusing(notify.Hold(30*time.Second, refusal("feishu.99991400"))))
		h.start(h.worker(notify.Feishu, 1)) // claims the cards first, and is refused
		pass(time.Second)
		h.board.feishu.from(func(_ context.Context, _ int, c call) []notify.Outcome { return taken(c) })
		before := len(h.board.feishu.all())
		pass(time.Minute)
		calls := h.board.feishu.all()[before:]
		if before != 3 || len(calls) < 22 {
			t.Fatalf("got %d calls and %d after the wait, want one refusal and all that waited", before, len(calls))
		}
		for i, c := range calls {
			if c.Update != "" && i >= len(calls)/2 { // several claims take turns, and any of them may begin
				t.Errorf("got a card changed by call %d of %d after the wait, want it in the first half", i+1, len(calls))
			}
		}
	})
}
