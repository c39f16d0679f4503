package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestWithoutAnyChannelEverybodyHasADeliveryThatSaysSo(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only()
		wantFates(t, h.accept(submitted("lisi", "wangwu")), "lisi mail skipped channel_off", "wangwu mail skipped channel_off")
	})
}

func TestWhoCannotPossiblyBeFoundIsSkippedWithTheReason(t *testing.T) {
	both := func(status string) []string {
		return []string{"zhaoliu feishu " + status, "zhaoliu mail " + status, "zhaoliu wecom " + status}
	}
	for name, row := range map[string]struct {
		known ticket.User
		want  []string
	}{
		"nothing known": {ticket.User{}, []string{"zhaoliu feishu skipped no_contact", "zhaoliu mail skipped no_email", "zhaoliu wecom skipped no_contact"}},
		"a phone":       {ticket.User{Person: ticket.Person{Phone: "13800000009"}}, []string{"zhaoliu feishu queued", "zhaoliu mail skipped no_email", "zhaoliu wecom queued"}},
		"an e-mail":     {ticket.User{Person: ticket.Person{Email: "z@corp.com"}}, both("queued")},
		"ids by hand": {
			ticket.User{FeishuOpenID: "ou_1", WeComUserID: "zl"},
			[]string{"zhaoliu feishu queued", "zhaoliu mail skipped no_email", "zhaoliu wecom queued"},
		},
		"one id by hand": {
			ticket.User{WeComUserID: "zl"},
			[]string{"zhaoliu feishu skipped no_contact", "zhaoliu mail skipped no_email", "zhaoliu wecom queued"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				row.known.Username, row.known.Role = "zhaoliu", ticket.Member
				h.employ(row.known)
				wantFates(t, h.accept(submitted("zhaoliu")), row.want...)
			})
		})
	}
}

func TestADisabledPersonIsNotTold(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		gone := person("lisi")
		gone.Disabled = true
		h.update(gone)
		wantFates(t, h.accept(submitted("lisi", "wangwu")), "wangwu mail queued")
	})
}

func TestSomebodyUnknownIsReachedByTheAddressTheEventNames(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail, notify.WeCom)
		r := h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview,
			audience(ticket.Person{Email: "Guest@Other.com"}, ticket.Person{Phone: "138 0000 0099"}, ticket.Person{Name: "somebody"})))
		wantFates(t, r, "guest@other.com mail queued", "guest@other.com wecom queued",
			"+8613800000099 wecom queued", "+8613800000099 mail skipped no_email",
			"somebody mail skipped no_email", "somebody wecom skipped no_contact")
		if d := h.one("guest@other.com", notify.Mail); d.To.Email != "guest@other.com" || d.To.Role != "" {
			t.Errorf("got recipient %+v, want somebody unknown at guest@other.com", d.To)
		}
	})
}

func TestAPersonNamedInDifferentWaysIsToldOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		lisi := person("lisi")
		lisi.Phone = "+8613800000004"
		h.update(lisi)
		r := h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, audience(
			ticket.Person{Username: "lisi"}, ticket.Person{Email: "LiSi@corp.com"}, ticket.Person{Phone: "138-0000-0004"})))
		wantFates(t, r, "lisi mail queued")
	})
}

func TestAnEmptyAudienceIsNobody(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		wantFates(t, h.accept(submittedTo(audience())))
		ev := submittedTo(func(ev *ticket.Event) { ev.ID, ev.Audience = "second", []ticket.Person{} })
		wantFates(t, h.accept(ev))
	})
}

// submittedTo is the submission to lisi with a change.
func submittedTo(change func(*ticket.Event)) ticket.Event {
	ev := submitted("lisi")
	ev.Audience = []ticket.Person{}
	change(&ev)
	if ev.Audience == nil {
		ev.Audience = []ticket.Person{}
	}
	return ev
}

func TestTheProjectsFlowNamesTheAssigneesThePlatformLeftOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		err := h.PutFlow(t.Context(), ticket.Flow{Key: "pay", Name: "pay", Projects: []string{"pay"}, Steps: []ticket.FlowStep{
			{Name: "DBA", Kind: ticket.Review, Members: []string{"lisi"}},
			{Name: "go", Kind: ticket.Execute, Members: []string{"admin"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		project := func(ev *ticket.Event) { ev.Ticket.Project = ticket.Project{Key: "pay"} }
		wantFates(t, h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, project)), "lisi mail queued")
		// The project is not said again, and the result reaches who the flow has execute it.
		wantFates(t, h.accept(event(2, ticket.KindSucceeded, ticket.Succeeded, by("admin"))), "zhangsan mail queued", "admin mail queued")
	})
}

func TestTheTypeOfATicketPicksItsFlowAndIsKept(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		for key, member := range map[string]string{"all": "lisi", "export": "wangwu"} {
			f := ticket.Flow{Key: key, Name: key, Steps: []ticket.FlowStep{
				{Name: "DBA", Kind: ticket.Review, Members: []string{member}},
				{Name: "go", Kind: ticket.Execute, Members: []string{"admin"}},
			}}
			if key == "export" {
				f.Types = []string{"export"}
			}
			if err := h.PutFlow(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		export := func(ev *ticket.Event) { ev.Ticket.Type = "export" }
		wantFates(t, h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, export)), "wangwu mail queued")
		// The type is not said again.
		wantFates(t, h.accept(event(2, ticket.KindResubmitted, ticket.WaitingReview)), "wangwu mail queued")
	})
}

func TestTheCreatorCanBeSparedEachPass(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		h.set(func(s *notify.Settings) { s.TellCreatorOnPass = false })
		wantFates(t, h.accept(passed("lisi", "wangwu")), "wangwu mail queued")
	})
}

func TestDecisionsLeaveAMarkWithTheirStep(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		start := time.Now()
		first := h.accept(submitted("lisi"))
		pass(time.Hour)
		h.accept(passed("lisi", "wangwu"))
		pass(time.Hour)
		h.accept(executing("admin"))
		h.accept(succeeded("admin"))
		rec, err := h.Ticket(t.Context(), first.TicketID)
		if err != nil {
			t.Fatal(err)
		}
		want := []cards.Mark{
			{Kind: ticket.KindPassed, By: "lisi", Step: "step 1", At: start.Add(time.Hour).UTC()},
			{Kind: ticket.KindExecuting, By: "admin", At: start.Add(2 * time.Hour).UTC()},
			{Kind: ticket.KindSucceeded, By: "admin", At: start.Add(2 * time.Hour).UTC()},
		}
		if diff := cmp.Diff(want, rec.Trail); diff != "" {
			t.Errorf("trail, want -, got +:\n%s", diff)
		}
	})
}
