package notify_test

import (
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// switchOff has somebody switch news off.
func (h *house) switchOff(username string, off ticket.Unwanted) {
	u := person(username)
	u.Unwanted = off
	h.update(u)
}

func TestWhatSomebodySwitchedOffIsSkippedAndTheRestIsTold(t *testing.T) {
	everything := ticket.Unwanted{Created: true, Handled: true, Copied: true}
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		for _, who := range []string{"zhangsan", "lisi", "wangwu"} {
			h.switchOff(who, everything)
		}
		wantFates(t, h.accept(submitted("lisi")), "lisi mail queued")
		wantFates(t, h.accept(passed("lisi", "lisi")), "lisi mail queued", "zhangsan mail skipped unwanted")
		result := event(3, ticket.KindSucceeded, ticket.Succeeded, by("lisi"))
		result.Ticket.Executors = []ticket.Person{{Username: "lisi"}, {Username: "zhangsan"}}
		wantFates(t, h.accept(result), "lisi mail skipped unwanted", "zhangsan mail queued")
		named := event(4, ticket.KindSucceeded, ticket.Succeeded, audience(ticket.Person{Username: "wangwu"}))
		wantFates(t, h.accept(named), "wangwu mail skipped unwanted")
	})
}

func TestOneReasonThatIsOnIsEnough(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.switchOff("zhangsan", ticket.Unwanted{Handled: true})
		id := h.accept(submitted("zhangsan", "lisi")).TicketID // who asks for it reviews it, too
		over := event(2, ticket.KindCanceled, ticket.Canceled, by("lisi"), audience(ticket.Person{Username: "zhangsan"}))
		wantFates(t, h.accept(over), "zhangsan mail queued")
		if d := h.of("zhangsan", notify.Mail)[0]; d.Role != ticket.RoleCreator {
			t.Errorf("got told of %s as %s, want as the creator: the other reason is off", id, d.Role)
		}
	})
}
