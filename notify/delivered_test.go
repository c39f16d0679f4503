package notify_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/notify"
)

// TestAMessageThatIsOutStaysDelivered: what befalls an update never makes it undone.
func TestAMessageThatIsOutStaysDelivered(t *testing.T) {
	for name, err := range map[string]error{
		"permanent":     notify.Permanent(refusal("feishu.230031")),
		"stale address": notify.StaleAddress(refusal("feishu.99992351")),
		"unreachable":   notify.Unreachable(refusal("feishu.none")),
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Feishu)
				h.work(notify.Feishu)
				h.accept(submitted("lisi"))
				id := h.one("lisi", notify.Feishu).MessageID
				h.board.feishu.from(refusing(err))
				r := h.accept(executing("admin"))
				d := h.wantFate("lisi", notify.Feishu, notify.Accepted, "not_updatable")
				if d.MessageID != id || d.Want != r.EventID || d.Shown != d.Event {
					t.Errorf("got message %s that shows %s, want %s and what it showed", d.MessageID, d.Shown, id)
				}
				pass(time.Minute)
				if got := len(h.board.feishu.all()); got != 2 {
					t.Errorf("got %d calls, want the update tried once", got)
				}
			})
		})
	}
}

// TestAMessageThatCanBeChangedNoMoreIsNoFaultOfItsChannel: it was delivered, and there is
// nothing to mend.
func TestAMessageThatCanBeChangedNoMoreIsNoFaultOfItsChannel(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		seen []string
	}{
		"no more changes": {notify.Fixed(refusal("wecom.no_code")), []string{"accepted"}},
		"refused":         {notify.Permanent(refusal("feishu.230099")), []string{"accepted", "permanent"}},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Feishu)
				w := h.worker(notify.Feishu, 1)
				var seen []string
				w.Observe = func(_ notify.Channel, a notify.Attempt) { seen = append(seen, a.Outcome) }
				h.start(w)
				h.accept(submitted("lisi"))
				synctest.Wait()
				h.board.feishu.from(refusing(tc.err))
				h.accept(executing("admin"))
				h.wantFate("lisi", notify.Feishu, notify.Accepted, "not_updatable")
				if !slices.Equal(seen, tc.seen) {
					t.Errorf("got %v counted for the channel, want %v", seen, tc.seen)
				}
			})
		})
	}
}

func TestAnUpdateIsGivenUpAtItsDeadlineAndTheMessageStays(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		h.board.feishu.from(refusing(errors.New("away")))
		h.accept(executing("admin"))
		h.stop()
		pass(notify.Patience)
		h.work(notify.Feishu)
		h.wantFate("lisi", notify.Feishu, notify.Accepted, "not_updatable")
	})
}

func TestAFailedUpdateIsTriedAgainSoonHoweverManySucceeded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		for range 3 {
			ev := executing("admin")
			ev.ID, ev.Ticket.Revision = "", 0
			pass(time.Second)
			h.accept(ev)
		}
		h.board.feishu.from(refusing(errors.New("away")))
		ev := executing("admin")
		ev.Ticket.Revision = 0
		h.accept(ev)
		d := h.wantFate("lisi", notify.Feishu, notify.Retrying, "failing")
		if wait := time.Until(d.NotBefore); wait > 1200*time.Millisecond {
			t.Errorf("got the next attempt in %v, want it within 1.2s: it failed once", wait)
		}
	})
}

func TestAnAddressThatIsStillStaleIsForgottenForWhoeverTriesByHand(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.from(refusing(notify.StaleAddress(refusal("mail.gone"))))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Dead, "stale_identity")
		if got := len(h.addresses.forgot()); got != 2 {
			t.Errorf("got the address forgotten %d times, want it after each refusal", got)
		}
	})
}
