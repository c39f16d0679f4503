package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// deliveredHouse is a house in which three people were told something.
func deliveredHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	for i, s := range []notify.Status{notify.Accepted, notify.Dead, notify.Dead} {
		h.rooms.deliveries = append(h.rooms.deliveries, notify.Delivery{
			ID: fmt.Sprintf("dlv_%d", i), Event: "evt_1", Ticket: "tkt_1", Person: fmt.Sprintf("p%d", i), Channel: notify.WeCom,
			To: ticket.User{Person: ticket.Person{Name: "李四"}}, Role: ticket.RoleAssignee, Status: s, Code: "wecom.60020",
			Payload: "what-went-over-the-wire", Lease: "lease-1", CreatedAt: noon(), UpdatedAt: noon(),
		})
	}
	h.rooms.attempts["dlv_1"] = []notify.Attempt{{
		Number: 1, StartedAt: noon(), Duration: 1500 * time.Millisecond, Outcome: "config", Code: "wecom.60020", Message: "not allow", RequestID: "r1",
	}}
	return h
}

type deliveriesAnswer struct {
	Items      []delivery `json:"items"`
	NextCursor string     `json:"next_cursor"`
}

func TestDeliveriesAreFilteredAndPaged(t *testing.T) {
	h := deliveredHouse(t)
	token := h.token(access.DeliveriesRead)
	tests := []struct {
		query, ids, next string
	}{
		{"", "dlv_0 dlv_1 dlv_2", ""},
		{"?status=dead", "dlv_1 dlv_2", ""},
		{"?status=dead&limit=1", "dlv_1", "dlv_1"},
		{"?status=dead&limit=1&cursor=dlv_1", "dlv_2", ""},
		{"?person=p2&channel=wecom&ticket=tkt_1&event_id=evt_1", "dlv_2", ""},
		{"?q=p0", "dlv_0", ""},
		{"?channel=mail", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			var got deliveriesAnswer
			h.call("GET", "/api/v1/deliveries"+tt.query, token, "").into(t, http.StatusOK, &got)
			ids := strings.Join(mapped(got.Items, func(d delivery) string { return d.ID }), " ")
			if ids != tt.ids || got.NextCursor != tt.next || got.Items == nil {
				t.Errorf("got %q then %q, want %q then %q", ids, got.NextCursor, tt.ids, tt.next)
			}
		})
	}
}

func TestWrongFiltersAreRefusedByName(t *testing.T) {
	h := newHouse(t)
	p := h.asRoot("GET", "/api/v1/deliveries?limit=0&status=lost&channel=sms", "").problem(t)
	equal(t, "fields", p.fields(), []string{"channel unknown_value", "limit invalid", "status unknown_value"})
	p = h.asRoot("GET", "/api/v1/deliveries?cursor=junk", "").problem(t)
	equal(t, "fields", p.fields(), []string{"cursor invalid"})
	p = h.asRoot("GET", "/api/v1/deliveries?limit=many", "").problem(t)
	equal(t, "fields", p.fields(), []string{"limit invalid"})
}

func TestOneDeliveryTellsItsAttempts(t *testing.T) {
	h := deliveredHouse(t)
	got := h.asRoot("GET", "/api/v1/deliveries/dlv_1", "")
	want := `{"id":"dlv_1","event_id":"evt_1","ticket_id":"tkt_1","person":"p1","name":"李四","channel":"wecom","role":"assignee","status":"dead",` +
		`"code":"wecom.60020","class":"config","attempt_count":0,"created_at":"2026-10-01T12:00:00Z","updated_at":"2026-10-01T12:00:00Z",` +
		`"attempts":[{"number":1,"started_at":"2026-10-01T12:00:00Z","duration_ms":1500,"outcome":"config","code":"wecom.60020","message":"not allow","request_id":"r1",` +
		`"advice":{"class":"config","code":"wecom.60020","message":"not allow","title":{"zh":"","en":""},"cause":{"zh":"","en":""},"advice":{"zh":"修好它","en":"mend it"}}}]}`
	if strings.TrimSpace(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	if got := h.asRoot("GET", "/api/v1/deliveries/dlv_0", ""); !strings.Contains(got.body, `"attempts":[]`) {
		t.Errorf("got %s, want an empty list of attempts", got.body)
	}
	if got := h.asRoot("GET", "/api/v1/deliveries/dlv_9", ""); got.problem(t).Code != codeNotFound {
		t.Errorf("got %d, want 404", got.status)
	}
}

func TestOnlyWhatCameToAnEndIsSentAgain(t *testing.T) {
	h := deliveredHouse(t)
	token := h.token(access.DeliveriesRetry)
	var got delivery
	h.call("POST", "/api/v1/deliveries/dlv_1:retry", token, "").into(t, http.StatusOK, &got)
	if got.Status != notify.Queued || !got.Deadline.Equal(noon().Add(retryFor)) {
		t.Errorf("got %s until %v, want queued for a day", got.Status, got.Deadline)
	}
	tests := []struct {
		id   string
		want code
	}{{"dlv_0", codeConflict}, {"dlv_1", codeConflict}, {"dlv_9", codeNotFound}}
	for _, tt := range tests {
		if p := h.call("POST", "/api/v1/deliveries/"+tt.id+":retry", token, "").problem(t); p.Code != tt.want {
			t.Errorf("%s: got %s, want %s", tt.id, p.Code, tt.want)
		}
	}
}
