package main

import (
	"net/http/httptest"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/platform"
	"ticketbell/ticket"
)

func TestTheReceiverKeepsTheContract(t *testing.T) {
	const secret = "a secret of at least 24 bytes"
	d, err := newDesk(secret)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	p := notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook, URL: srv.URL, Secret: secret}
	q := notify.Question{
		Decision: notify.Decision{ID: "dec_1", Action: cards.Approve, By: ticket.Person{Username: "lisi"}},
		On:       notify.TicketRecord{Source: "sqle", Event: ticket.Event{Ticket: ticket.Ticket{Key: "1024", Revision: 7}}},
	}
	other := q
	other.ID = "dec_2"
	for _, tt := range []struct {
		name string
		q    notify.Question
		want notify.Word
	}{{"a decision", q, notify.SaysLater}, {"its repeat", q, notify.SaysLater}, {"another that came second", other, notify.SaysSettled}} {
		got, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, tt.q)
		if err != nil || got.Word != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got.Word, err, tt.want)
		}
	}
	checked := 0
	for e := range platform.NewWebhook(time.Now).Check(t.Context(), p) {
		if checked++; !e.Met {
			t.Errorf("got %s for: %s", e.Got, e.What.EN)
		}
	}
	if checked != 8 {
		t.Errorf("got %d expectations, want 8", checked)
	}
	p.Secret = "another secret of 24 bytes"
	if got, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, q); err == nil {
		t.Errorf("got %q for a wrong signature, want it turned away", got.Word)
	}
}
