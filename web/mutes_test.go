package web

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestATicketIsMutedFromItsNewestRow(t *testing.T) {
	var asked []string
	mutes := `{"items":[{"ticket_id":"tkt_3","ticket_key":"3","ticket_title":"muted","muted_at":"2026-10-01T12:00:00Z"}]}`
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/me/deliveries":
			_, _ = io.WriteString(w, `{"items":[
				{"id":"d1","ticket_id":"tkt_1","ticket_key":"1","ticket_title":"open","kind":"passed","channel":"mail","status":"accepted"},
				{"id":"d2","ticket_id":"tkt_1","ticket_key":"1","ticket_title":"open","kind":"submitted","channel":"mail","status":"accepted"},
				{"id":"d3","ticket_id":"tkt_2","ticket_key":"2","ticket_title":"over","kind":"succeeded","channel":"mail","status":"accepted"},
				{"id":"d4","ticket_id":"tkt_3","ticket_key":"3","ticket_title":"muted","kind":"passed","channel":"mail","status":"skipped","reason":"muted"}]}`)
		case "/api/v1/me/mutes":
			_, _ = io.WriteString(w, mutes)
		case "/api/v1/me/mutes/tkt_1", "/api/v1/me/mutes/tkt_3":
			asked = append(asked, r.Method+" "+r.URL.Path)
			w.WriteHeader(http.StatusNoContent)
		default:
			empty(w, r)
		}
	})
	page := open(t, s, root(), "GET", "/me", "").Body.String()
	for want, times := range map[string]int{`action="/me/mutes/tkt_1"`: 1, `action="/me/mutes/tkt_2"`: 0, `action="/me/mutes/tkt_3"`: 0, `action="/me/mutes/tkt_3/end"`: 1} {
		if got := strings.Count(page, want); got != times {
			t.Errorf("got %s %d times on the page, want %d", want, got, times)
		}
	}
	open(t, s, root(), "POST", "/me/mutes/tkt_1", "", "HX-Request: true")
	got := open(t, s, root(), "POST", "/me/mutes/tkt_3/end", "", "HX-Request: true")
	if strings.Join(asked, ", ") != "PUT /api/v1/me/mutes/tkt_1, DELETE /api/v1/me/mutes/tkt_3" || !strings.Contains(got.Body.String(), "已恢复 #3 的通知") {
		t.Errorf("got %q asked of the API and %s, want both", asked, got.Body)
	}
}

func TestATicketThatIsOverIsNotMutedAndThePageSaysWhy(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"status":409,"code":"conflict"}`)
			return
		}
		empty(w, r)
	})
	got := open(t, s, root(), "POST", "/me/mutes/tkt_1", "", "HX-Request: true")
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "这个工单已经结束") {
		t.Errorf("got %d %s, want it said that the ticket is over", got.Code, got.Body)
	}
}
