package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
)

// refusedTimes is a provider that does not know the address n times, by another code
// each time.
func refusedTimes(n int) func(context.Context, int, call) []notify.Outcome {
	codes := []string{"wecom.81013", "wecom.40003", "wecom.60111"}
	return func(ctx context.Context, i int, c call) []notify.Outcome {
		if i <= n {
			return refusing(notify.StaleAddress(refusal(codes[i%len(codes)])))(ctx, i, c)
		}
		return taken(c)
	}
}

func TestARefusalConcernsItsOwnEventAlone(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.answer = refusedTimes(2)
		h.work(notify.WeCom)
		h.accept(submitted("lisi"))
		h.wantFate("lisi", notify.WeCom, notify.Dead, "stale_identity")
		next := submitted("lisi")
		next.ID, next.Ticket.Key = "next", "next"
		h.accept(next)
		if got := len(h.board.wecom.all()); got != 3 {
			t.Errorf("got %d calls, want two for the first event and one for the next", got)
		}
		if got := h.of("lisi", notify.WeCom)[0]; got.Status != notify.Accepted {
			t.Errorf("got the next event %s %s, want it accepted", got.Status, got.Reason)
		}
	})
}

func TestWhoIsTriedByHandAfterARefusalIsTriedTwiceAgain(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.answer = refusedTimes(3)
		h.work(notify.WeCom)
		h.accept(submitted("lisi"))
		d := h.wantFate("lisi", notify.WeCom, notify.Dead, "stale_identity")
		h.retry(d)
		if d = h.wantFate("lisi", notify.WeCom, notify.Accepted, ""); d.Attempts != 4 {
			t.Errorf("got %d attempts, want two, and two by hand", d.Attempts)
		}
	})
}

func TestWhoWasNotFoundIsAskedForAnewByHand(t *testing.T) {
	for name, retry := range map[string]func(h *house, d notify.Delivery){
		"one": func(h *house, d notify.Delivery) { h.retry(d) },
		"all of a kind": func(h *house, _ notify.Delivery) {
			f := notify.DeliveryFilter{Status: notify.Skipped, Reason: "not_found"}
			if n, err := h.RetryDeliveries(h.t.Context(), f, time.Now(), time.Now().Add(notify.Patience)); err != nil || n != 1 {
				h.t.Fatalf("got %d, %v; want one queued", n, err)
			}
			pass(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.WeCom)
				h.addresses.from(nobody)
				h.work(notify.WeCom)
				h.accept(submitted("lisi"))
				d := h.wantFate("lisi", notify.WeCom, notify.Skipped, "not_found")
				if _, afresh := h.addresses.again(); len(afresh) != 0 {
					t.Errorf("got %v asked for anew, want nobody before it is tried by hand", afresh)
				}
				h.addresses.from(nil)
				retry(h, d)
				h.wantFate("lisi", notify.WeCom, notify.Accepted, "")
				if _, afresh := h.addresses.again(); !slices.Equal(afresh, []string{"lisi"}) {
					t.Errorf("got %v asked for anew, want lisi", afresh)
				}
			})
		})
	}
}

// retry sends a delivery again by hand.
func (h *house) retry(d notify.Delivery) {
	h.t.Helper()
	pass(time.Second)
	if _, err := h.RetryDelivery(h.t.Context(), d.ID, time.Now(), time.Now().Add(notify.Patience)); err != nil {
		h.t.Fatal(err)
	}
	pass(time.Second)
}
