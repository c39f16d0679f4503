package server

import (
	"encoding/json"
	"slices"
	"testing"

	"ticketbell/ticket"
)

func TestAProjectIsNamedByItsKeyOrInFull(t *testing.T) {
	tests := map[string]ticket.Project{
		`"pay"`:                       {Key: "pay"},
		`{"key":"pay","name":"支付中心"}`: {Key: "pay", Name: "支付中心"},
	}
	for text, want := range tests {
		var got projectRef
		if err := json.Unmarshal([]byte(text), &got); err != nil || ticket.Project(got) != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestATicketSaysWhatCanBeDoneAndByWhom(t *testing.T) {
	open := ticket.Ticket{
		Status: ticket.WaitingReview, Creator: ticket.Person{Username: "creator"},
		Step:      &ticket.Step{Assignees: []ticket.Person{{Username: "t1"}, {Email: "guest@corp.com"}}},
		Executors: []ticket.Person{{Username: "admin"}, {Username: "creator"}},
	}
	want := map[ticket.Action][]string{
		ticket.ActApprove: {"t1"}, ticket.ActReject: {"t1"}, ticket.ActCancel: {"creator", "admin"},
	}
	got := choicesOf(open)
	for _, c := range got {
		if !slices.Equal(c.By, want[c.Action]) {
			t.Errorf("%s: got %v, want %v", c.Action, c.By, want[c.Action])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d actions, want %d", len(got), len(want))
	}
	if done := choicesOf(ticket.Ticket{Status: ticket.Succeeded}); done == nil || len(done) != 0 {
		t.Errorf("a ticket that is done: got %v, want an empty list", done)
	}
}

func TestPeopleAreRemindedOnceAnHour(t *testing.T) {
	h := newHouse(t)
	if got := h.asRoot("POST", "/api/v1/tickets/tkt_1:remind?by=zhangsan", ""); got.status != 202 || h.rooms.remindedBy != "zhangsan" {
		t.Errorf("got %d in the name of %q, want 202 in zhangsan's", got.status, h.rooms.remindedBy)
	}
	again := h.asRoot("POST", "/api/v1/tickets/tkt_1:remind", "")
	if again.status != 409 || again.problem(t).Code != "conflict" {
		t.Errorf("got %d %s, want 409 conflict", again.status, again.body)
	}
	if got := h.asRoot("POST", "/api/v1/tickets/tkt_2:remind", ""); got.status != 404 {
		t.Errorf("got %d for a ticket nobody knows, want 404", got.status)
	}
}
