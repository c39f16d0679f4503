package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wrongEvent is a request that must be refused, and every field the answer must name.
type wrongEvent struct {
	name   string
	change func(ev, ticket map[string]any)
	raw    string
	token  string
	status int
	fields []string
}

func wrongEvents(weak string) []wrongEvent {
	return []wrongEvent{
		{name: "missing title", status: 400, fields: []string{"ticket.title"}, change: func(_, tk map[string]any) { delete(tk, "title") }},
		{name: "unknown status", status: 400, fields: []string{"ticket.status"}, change: func(_, tk map[string]any) { tk["status"] = "sleeping" }},
		{name: "unknown field", status: 400, fields: []string{"ticket.colour"}, change: func(_, tk map[string]any) { tk["colour"] = "red" }},
		{name: "time without a zone", status: 400, fields: []string{"occurred_at"}, change: func(ev, _ map[string]any) { ev["occurred_at"] = "2026-10-01 10:00" }},
		{
			name: "two wrong people", status: 400, fields: []string{"audience[0].email", "audience[1]"},
			change: func(ev, _ map[string]any) { ev["audience"] = []any{byEmail("nowhere"), map[string]any{}} },
		},
		{
			name: "nine wrong fields", status: 400,
			fields: []string{
				"actor.email", "colour", "id", "kind", "occurred_at", "source", "ticket.key", "ticket.status", "ticket.title",
			},
			change: func(ev, tk map[string]any) {
				ev["source"], ev["id"], ev["kind"] = strings.Repeat("s", 65), strings.Repeat("i", 129), "exploded"
				ev["occurred_at"], ev["colour"], ev["actor"] = "yesterday", "red", byEmail("nowhere")
				tk["key"], tk["status"] = strings.Repeat("k", 129), "sleeping"
				delete(tk, "title")
			},
		},
		{name: "not JSON", raw: `{"kind": submitted}`, status: 400, fields: []string{"body"}},
		{name: "300 KB", raw: `{"reason":"` + strings.Repeat("x", 300<<10) + `"}`, status: 413, fields: []string{}},
		{name: "wrong token", token: "tb_wrong", status: 401, fields: []string{}},
		{name: "token without the scope", token: weak, status: 403, fields: []string{}},
	}
}

func TestWrongEventsAreRefusedWholeAndTellEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	for _, c := range wrongEvents(newToken(t, dir, "deliveries:read")) {
		t.Run(c.name, func(t *testing.T) {
			ev := submitted("1024", byUsername("lisi"))
			ev["audience"] = []any{byEmail("lisi@corp.com")}
			if c.change != nil {
				tk, _ := ev["ticket"].(map[string]any)
				c.change(ev, tk)
			}
			r := request{method: "POST", path: "/api/v1/events", body: ev}
			if c.raw != "" {
				r.body, r.raw = nil, c.raw
			}
			from := b.door
			if c.token != "" {
				from.token = c.token
			}
			checkProblem(t, from.call(r), c.status, c.fields)
		})
	}
	if left := b.deliveries(""); len(left) > 0 {
		t.Errorf("deliveries: got %+v, want none", left)
	}
	if got := b.devices.tally(); len(got) > 0 {
		t.Errorf("messages: got %v, want none", got)
	}
}

// checkProblem holds an answer against RFC 9457 and the fields it must name.
func checkProblem(t *testing.T, got answer, status int, names []string) {
	t.Helper()
	if got.status != status {
		t.Fatalf("status: got %d %s, want %d", got.status, got.body, status)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type: got %q, want application/problem+json", kind)
	}
	p := read[problem](t, got)
	if p.Status != status || p.Code == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("problem: got %+v, want status, code, title and detail", p)
	}
	if diff := cmp.Diff(names, fields(p)); diff != "" {
		t.Errorf("wrong fields (-want +got):\n%s", diff)
	}
}

// In a batch the good are accepted beside the bad.
func TestABatchTakesTheGoodBesideTheBad(t *testing.T) {
	t.Parallel()
	b := demo(t)
	bad := submitted("2", byUsername("lisi"))
	bad["kind"] = "exploded"
	got := b.call(request{method: "POST", path: "/api/v1/events:batch", body: map[string]any{
		"events": []any{submitted("1", byUsername("lisi")), bad, submitted("3", byUsername("wangwu")), submitted("1", byUsername("lisi"))},
	}})
	if got.status/100 != 2 {
		t.Fatalf("got %d %s, want success", got.status, got.body)
	}
	statuses := []int{}
	for _, r := range read[struct{ Results []problem }](t, got).Results {
		statuses = append(statuses, r.Status)
	}
	if want := []int{202, 400, 202, 200}; !slices.Equal(statuses, want) {
		t.Errorf("statuses: got %v of %s, want %v", statuses, got.body, want)
	}
	b.told(map[string]int{"lisi": 1, "wangwu": 1})
}

// Without a token nothing is told, and the door says how to knock.
func TestEveryDoorOfTheAPIAsksForAToken(t *testing.T) {
	t.Parallel()
	b := demo(t)
	stranger := b.door
	stranger.token = ""
	for _, r := range []request{
		{method: "POST", path: "/api/v1/events", raw: example},
		{method: "GET", path: "/api/v1/deliveries"},
		{method: "GET", path: "/api/v1/channels/mail"},
		{method: "PATCH", path: "/api/v1/channels/mail", body: map[string]any{"enabled": false}},
		{method: "POST", path: "/api/v1/channels/mail/test", body: map[string]any{"to": byEmail("lisi@corp.com")}},
		{method: "GET", path: "/api/v1/users"},
		{method: "GET", path: "/api/v1/tokens"},
		{method: "POST", path: "/api/v1/tickets", body: map[string]any{"title": "x", "project": "pay"}},
	} {
		got := stranger.call(r)
		if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: got %d, want 401 with WWW-Authenticate", r.method, r.path, got.status)
		}
	}
}
