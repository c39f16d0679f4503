package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestALaterEventKeepsWhatItDoesNotSay(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := submitted("lisi")
		first.Ticket.Description = "为慢查询增加联合索引"
		first.Ticket.Project = ticket.Project{Key: "pay", Name: "支付中心"}
		first.Ticket.Executors = []ticket.Person{{Username: "admin"}}
		first.Ticket.Targets = []ticket.Target{{Instance: "mysql-prod"}}
		first.Ticket.Audit = &ticket.Audit{Statements: 12}
		first.Ticket.ExtraFields = []ticket.Field{{Label: "变更窗口", Value: "周四 02:00"}}
		h.accept(first)

		r := h.accept(ticket.Event{Source: "sqle", ID: "2", Kind: ticket.KindExecuting, Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Status: ticket.Running, Revision: 2,
		}})
		got, err := h.Event(t.Context(), r.EventID)
		if err != nil {
			t.Fatal(err)
		}
		want := first.Ticket
		want.Status, want.Revision, want.Step = ticket.Running, 2, nil
		want.Creator = person("zhangsan").Person
		want.Executors = []ticket.Person{person("admin").Person}
		if diff := cmp.Diff(want, got.Ticket); diff != "" {
			t.Errorf("ticket, want -, got +:\n%s", diff)
		}
	})
}

func TestAReminderThatNamesNoStepRemindsTheStepThatWaits(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		wantFates(t, h.accept(event(2, ticket.KindReminded, ticket.WaitingReview)), "lisi mail queued")
	})
}
