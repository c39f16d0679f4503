package notify_test

import (
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestWhoMutedATicketHearsWhatWaitsForThemAndHowItEnded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		id := h.accept(submitted("lisi")).TicketID
		first := submitted("lisi") // the creator hears of it for the first time when it passes
		first.ID, first.Kind, first.Audience = "2", ticket.KindReminded, []ticket.Person{{Username: "zhangsan"}}
		h.accept(first)
		for _, who := range []string{"zhangsan", "lisi"} {
			if err := h.Mute(t.Context(), who, id, h.desk.Now()); err != nil {
				t.Fatal(err)
			}
		}

		h.accept(passed("lisi", "lisi")) // lisi's second step
		if d := h.of("zhangsan", notify.Feishu)[0]; d.Status != notify.Skipped || d.Reason != notify.ReasonMuted {
			t.Errorf("got %s %q for the creator, want a passed step muted", d.Status, d.Reason)
		}
		if d := h.of("lisi", notify.Feishu)[0]; d.Status != notify.Accepted {
			t.Errorf("got %s %q for who is to decide, want it told", d.Status, d.Reason)
		}
		h.accept(event(9, ticket.KindRejected, ticket.Rejected))
		if d := h.of("zhangsan", notify.Feishu)[0]; d.Status != notify.Accepted {
			t.Errorf("got %s %q for the creator, want the result told", d.Status, d.Reason)
		}
	})
}

func TestAMutedPersonIsToldOnNoChannelAtAll(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.set(func(s *notify.Settings) { s.ChannelPolicy = ticket.FirstWay })
		h.work(notify.Feishu, notify.WeCom, notify.Mail)
		ev := submitted("lisi")
		ev.Audience = []ticket.Person{{Username: "wangwu"}}
		id := h.accept(ev).TicketID
		if err := h.Mute(t.Context(), "wangwu", id, h.desk.Now()); err != nil {
			t.Fatal(err)
		}
		again := ev
		again.ID, again.Kind = "again", ticket.KindReminded
		h.accept(again)
		for _, ch := range notify.Channels() {
			if d := h.of("wangwu", ch)[0]; d.Status != notify.Skipped || d.Reason != notify.ReasonMuted || d.Instead.Of != "" {
				t.Errorf("%s: got %s %q instead of %q, want it muted", ch, d.Status, d.Reason, d.Instead.Of)
			}
		}
	})
}
