package notify_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// TestTwoRemindersOfOneMinuteAreTwoNotices: they read alike, and a channel that
// recognises repeats must be able to tell them apart.
func TestTwoRemindersOfOneMinuteAreTwoNotices(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.answer = refusing(refusal("wecom.-1"))
		h.work(notify.WeCom)
		var events []string
		for _, id := range []string{"r1", "r2"} {
			ev := event(1, ticket.KindReminded, ticket.WaitingReview, at(1, "lisi"))
			ev.ID = id
			events = append(events, h.accept(ev).EventID)
		}
		pass(10 * time.Second)
		told := map[string]int{}
		for _, c := range h.board.wecom.all() {
			told[c.Message.Notice]++
		}
		if len(told) != 2 || told[events[0]] < 2 || told[events[1]] < 2 {
			t.Errorf("got notices %v, want every attempt to carry its event, %v", told, events)
		}
	})
}

func TestADigestCarriesANotice(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.change(func(b *board) { b.limits = notify.Limits{PersonPerMinute: 2} })
		h.manyTickets(6)
		w := h.worker(notify.WeCom, 1)
		w.Pacer = places(2)
		h.start(w)
		calls := h.board.wecom.all()
		if len(calls) != 2 || calls[0].Message.Notice == calls[1].Message.Notice {
			t.Errorf("got %d calls, want a message and a digest, as two notices", len(calls))
		}
		for _, c := range calls {
			if c.Message.Notice == "" {
				t.Errorf("got %q without a notice", c.Message.Card.Verb.ZH)
			}
		}
	})
}
