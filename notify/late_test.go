package notify_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestALateEventIsRecordedAndTellsNobody(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		h.accept(executing("admin"))
		late := h.accept(passed("lisi", "wangwu"))
		wantFates(t, late, "wangwu mail canceled late_event", "zhangsan mail canceled late_event")
		rec, err := h.Ticket(t.Context(), late.TicketID)
		if err != nil || rec.Event.Kind != ticket.KindExecuting || len(rec.Trail) != 1 {
			t.Errorf("got ticket at %s with marks %v, %v, want it as it was: executing, marked once", rec.Event.Kind, rec.Trail, err)
		}
	})
}

func TestALateResultIsStillTold(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		h.accept(succeeded("admin"))
		wantFates(t, h.accept(rejected("lisi")), "zhangsan mail queued")
		h.work(notify.Mail)
		pass(time.Second)
		for _, d := range h.of("zhangsan", notify.Mail) {
			if d.Status != notify.Accepted {
				t.Errorf("got a result %s %s, want it accepted", d.Status, d.Reason)
			}
		}
	})
}

func TestALateEventRefreshesNoCard(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.accept(submitted("lisi"))
		h.work(notify.Feishu)
		h.accept(executing("admin"))
		shown := h.one("lisi", notify.Feishu).Shown
		h.accept(passed("lisi"))
		pass(time.Minute)
		if d := h.one("lisi", notify.Feishu); d.Shown != shown || d.Want != shown {
			t.Errorf("got a card of %s that shall show %s, want the newest state %s", d.Shown, d.Want, shown)
		}
	})
}

func TestWithoutRevisionsTheTimeOrders(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		ev := func(ev ticket.Event, at time.Time) ticket.Event {
			ev.Ticket.Revision, ev.OccurredAt = 0, at
			return ev
		}
		pass(time.Hour)
		now := time.Now()
		h.accept(ev(passed("lisi", "wangwu"), now))
		wantFates(t, h.accept(ev(submitted("lisi"), now.Add(-time.Second))), "lisi mail canceled late_event")
		wantFates(t, h.accept(ev(rejected("wangwu"), now)), "zhangsan mail queued") // a tie goes to who comes later
	})
}
