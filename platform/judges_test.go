package platform_test

import (
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/platform"
	"ticketbell/ticket"
)

// asked is what somebody pressed on the card of the ticket as it stands.
func (h *house) asked(id, who string, a cards.Action, reason string) notify.Question {
	h.t.Helper()
	rec, err := h.store.Ticket(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return notify.Question{On: rec, Decision: notify.Decision{
		ID: "dec_1", Ticket: id, Turn: rec.Turn, State: rec.State, Action: a, By: ticket.Person{Username: who}, Reason: reason,
	}}
}

func TestTheBuiltInDeskJudgesItsOwnTickets(t *testing.T) {
	h := open(t)
	j := &platform.Judges{Platforms: h.store, BuiltIn: h.BuiltIn, Webhook: platform.NewWebhook(time.Now)}
	id := h.submit()
	first := h.asked(id, "t1", cards.Approve, "")
	tests := []struct {
		name string
		q    notify.Question
		want notify.Word
	}{
		{"somebody else's step", h.asked(id, "admin", cards.Approve, ""), notify.SaysRefused},
		{"no reason", h.asked(id, "t1", cards.Reject, ""), notify.SaysRefused},
		{"the reviewer's approval", first, notify.SaysDone},
		{"asked once more", first, notify.SaysSettled},
		{"a rejection that came second", notify.Question{On: first.On, Decision: notify.Decision{
			Ticket: id, Turn: first.Turn, Action: cards.Reject, By: ticket.Person{Username: "admin"}, Reason: "no",
		}}, notify.SaysSettled},
		{"a ticket of nobody's", notify.Question{On: notify.TicketRecord{Source: "sqle"}}, notify.SaysRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := j.Ask(t.Context(), tt.q)
			if err != nil || got.Word != tt.want {
				t.Errorf("got %+v, %v, want %s", got, err, tt.want)
			}
		})
	}
	if rec, err := h.store.Ticket(t.Context(), id); err != nil || rec.Event.Ticket.Status != ticket.WaitingExecution {
		t.Errorf("got %s, %v, want it to wait for execution after one approval", rec.Event.Ticket.Status, err)
	}
}
