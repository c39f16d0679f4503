package store_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestAMessageIsHeardOnceUntilItIsForgotten(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		hear := func(want bool, at time.Time) {
			t.Helper()
			if got, err := s.Heard(t.Context(), notify.Feishu, "om_1", at); err != nil || got != want {
				t.Errorf("got first %v, %v, want %v", got, err, want)
			}
		}
		hear(true, noon)
		hear(false, noon.Add(8*time.Hour))
		if err := s.Unheard(t.Context(), notify.Feishu, "om_1"); err != nil {
			t.Fatal(err)
		}
		hear(true, noon)
		hear(true, noon.Add(25*time.Hour))
	})
}

func TestWhatWaitsForSomebodyIsFound(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1024-1")
		e.Event.Ticket.Step.Assignees = []ticket.Person{{Username: "lisi"}}
		record(t, s, e, planned(e, delivery(e, "lisi", notify.Feishu), delivery(e, "wangwu", notify.Feishu)))
		user := func(name string) ticket.User { return ticket.User{Person: ticket.Person{Username: name}} }
		for who, want := range map[string]int{"lisi": 1, "wangwu": 0, "zhangsan": 0} {
			if got, err := s.Todo(t.Context(), user(who)); err != nil || len(got) != want {
				t.Errorf("got %d tickets for %s, %v, want %d", len(got), who, err, want)
			}
		}
		for who, want := range map[string]bool{"wangwu": true, "zhangsan": false} {
			if got, err := s.WasTold(t.Context(), "tkt_1024", user(who)); err != nil || got != want {
				t.Errorf("got %s told %v, %v, want %v", who, got, err, want)
			}
		}
		if got, err := s.TicketsByKey(t.Context(), "1024"); err != nil || len(got) != 1 {
			t.Errorf("got %d tickets, %v, want 1", len(got), err)
		}
		later, plan := moved("1024-2", "lisi")
		record(t, s, later, plan)
		if got, err := s.Todo(t.Context(), user("lisi")); err != nil || len(got) != 0 {
			t.Errorf("got %d tickets, %v after the step passed, want none", len(got), err)
		}
	})
}
