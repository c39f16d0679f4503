package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
)

type batchAnswer struct {
	Results []struct {
		Index      int       `json:"index"`
		Status     int       `json:"status"`
		EventID    string    `json:"event_id"`
		TicketID   string    `json:"ticket_id"`
		Deliveries []planned `json:"deliveries"`
		Error      *problem  `json:"error"`
	} `json:"results"`
}

func event(key, id string) string {
	return fmt.Sprintf(`{"source":"s","id":%q,"kind":"passed","ticket":{"key":%q,"title":"t","status":"failed"}}`, id, key)
}

func TestEachEventOfABatchFaresOnItsOwn(t *testing.T) {
	h := newHouse(t)
	huge := strings.Replace(event("9", "9"), `"title":"t"`, `"title":"`+strings.Repeat("x", maxEvent)+`"`, 1)
	body := `{"events":[` + strings.Join([]string{event("1", "a"), `{"kind":"passed","colour":1}`, event("1", "a"), `"text"`, huge, event("2", "b")}, ",") + `]}`
	var got batchAnswer
	h.call("POST", "/api/v1/events:batch", h.token(access.EventsWrite), body).into(t, http.StatusOK, &got)
	want := []int{202, 400, 200, 400, 413, 202}
	for i, r := range got.Results {
		if r.Index != i || r.Status != want[i] {
			t.Errorf("got result %d with status %d at %d, want %d", r.Index, r.Status, i, want[i])
		}
		if (r.Error == nil) != (r.EventID != "") || (r.Error == nil) != (r.Deliveries != nil) {
			t.Errorf("got %+v, want either an error or a receipt", r)
		}
	}
	if p := got.Results[1].Error; p == nil || p.Status != 400 || len(p.fields()) != 5 {
		t.Errorf("got %+v, want a problem with five wrong fields", p)
	}
	if n := len(h.desk.accepted()); n != 2 {
		t.Errorf("got %d events at the desk, want 2", n)
	}
}

func TestEventsOfOneTicketKeepTheirOrderInABatch(t *testing.T) {
	h := newHouse(t)
	var events []string
	for i := range 500 {
		events = append(events, event(fmt.Sprint(i%20), fmt.Sprint(i)))
	}
	var got batchAnswer
	h.asRoot("POST", "/api/v1/events:batch", `{"events":[`+strings.Join(events, ",")+`]}`).into(t, http.StatusOK, &got)
	last := map[string]int{}
	for _, ev := range h.desk.accepted() {
		var id int
		if _, err := fmt.Sscan(ev.ID, &id); err != nil {
			t.Fatal(err)
		}
		if before, ok := last[ev.Ticket.Key]; ok && before > id {
			t.Errorf("ticket %s: got event %d after %d", ev.Ticket.Key, id, before)
		}
		last[ev.Ticket.Key] = id
	}
	if len(h.desk.accepted()) != 500 {
		t.Errorf("got %d events, want %d", len(h.desk.accepted()), 500)
	}
}

func TestBatchesThatAreNoneAreRefused(t *testing.T) {
	many := `{"events":[` + strings.Repeat(event("1", "a")+",", 500) + event("1", "a") + `]}`
	tests := []struct{ name, body, want string }{
		{"empty", `{"events":[]}`, "events required"},
		{"absent", `{}`, "events required"},
		{"too many", many, "events too_many"},
		{"no list", `{"events":5}`, "events invalid"},
		{"something beside it", `{"events":[{}],"event":1}`, "event unknown_field"},
		{"not JSON", `{"events":[`, "body invalid"},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.asRoot("POST", "/api/v1/events:batch", tt.body)
			equal(t, "fields", got.problem(t).fields(), []string{tt.want})
		})
	}
	if n := len(h.desk.accepted()); n != 0 {
		t.Errorf("got %d events at the desk, want none", n)
	}
}

func TestTroubleInABatchIsToldAndLogged(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*desk)
		status int
		log    string
	}{
		{"the store is down", func(d *desk) { d.broken = errDisk }, 503, errDisk.Error()},
		{"a panic", func(d *desk) { d.crash = true }, 500, "desk on fire"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			tt.spoil(h.desk)
			var got batchAnswer
			h.asRoot("POST", "/api/v1/events:batch", `{"events":[`+event("1", "a")+`]}`).into(t, http.StatusOK, &got)
			if got.Results[0].Status != tt.status {
				t.Errorf("got %d, want %d", got.Results[0].Status, tt.status)
			}
			if !strings.Contains(h.log.String(), tt.log) {
				t.Errorf("got log %s, want %q in it", h.log, tt.log)
			}
		})
	}
}
