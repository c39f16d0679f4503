package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

const goodEvent = `{
	"source": "sqle", "id": "1024-7", "kind": "submitted", "occurred_at": "2026-10-01T10:00:00+08:00",
	"actor": {"username": "zhangsan"},
	"ticket": {
		"key": "1024", "title": "订单表加索引", "project": {"key": "pay", "name": "支付中心"},
		"status": "waiting_review", "revision": 7, "path": "/sqle/project/1/exec-workflow/1024",
		"step": {"index": 1, "total": 3, "name": "DBA 审核", "kind": "review", "assignees": [{"username": "lisi"}]},
		"audit": {"score": 92, "level": "warn", "statements": 12}, "fields": [{"label": "变更窗口", "value": "周四 02:00"}]
	},
	"audience": [{"username": "lisi"}]
}`

func TestAcceptedEventNamesItsDeliveries(t *testing.T) {
	h := newHouse(t)
	got := h.call("POST", "/api/v1/events", h.token(access.EventsWrite), goodEvent)
	if got.status != http.StatusAccepted {
		t.Fatalf("got %d %s, want 202", got.status, got.body)
	}
	want := `{"event_id":"evt_0","ticket_id":"tkt_1024","deliveries":[{"id":"dlv_0_0","person":"lisi","channel":"mail","status":"queued"}]}`
	if strings.TrimSpace(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	ev := h.desk.accepted()[0]
	if ev.Source != "sqle" || ev.ID != "1024-7" || ev.Ticket.Revision != 7 || ev.Ticket.Step.Assignees[0].Username != "lisi" {
		t.Errorf("got %+v, want the event as it was sent", ev)
	}
	if want := time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC); !ev.OccurredAt.Equal(want) {
		t.Errorf("got time %v, want %v", ev.OccurredAt, want)
	}
}

func TestRepeatedEventIsAnsweredWithItsFirstResult(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.EventsWrite)
	first := h.call("POST", "/api/v1/events", token, goodEvent)
	again := h.call("POST", "/api/v1/events", token, goodEvent)
	if again.status != http.StatusOK || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("got %d replayed %q, want 200 and true", again.status, again.header.Get("Idempotent-Replayed"))
	}
	if again.body != first.body {
		t.Errorf("got %s, want the first result %s", again.body, first.body)
	}
	if first.header.Get("Idempotent-Replayed") != "" {
		t.Error("the first answer says it is a replay")
	}
	if n := len(h.desk.accepted()); n != 1 {
		t.Errorf("got %d events, want 1", n)
	}
}

func TestTokenNameAndIdempotencyKeyFillIn(t *testing.T) {
	h := newHouse(t)
	body := `{"kind":"passed","ticket":{"key":"1","title":"t","status":"waiting_execution"}}`
	for range 2 {
		h.call("POST", "/api/v1/events", h.token(access.EventsWrite), body, "Idempotency-Key: k-1")
	}
	events := h.desk.accepted()
	if len(events) != 1 || events[0].Source != "sqle" || events[0].ID != "k-1" {
		t.Errorf("got %+v, want one event of source sqle with id k-1", events)
	}
}

func TestEventsWithoutAnyIDAreAllAccepted(t *testing.T) {
	h := newHouse(t)
	body := `{"kind":"passed","ticket":{"key":"1","title":"t","status":"waiting_execution"}}`
	token := h.token(access.EventsWrite)
	for range 2 {
		if got := h.call("POST", "/api/v1/events", token, body); got.status != http.StatusAccepted {
			t.Errorf("got %d, want 202", got.status)
		}
	}
	if n := len(h.desk.accepted()); n != 2 {
		t.Errorf("got %d events, want 2", n)
	}
}

func TestNobodyToTellIsAnEmptyList(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("POST", "/api/v1/events", `{"kind":"passed","ticket":{"key":"1","title":"t","status":"waiting_execution"}}`)
	if !strings.Contains(got.body, `"deliveries":[]`) {
		t.Errorf("got %s, want an empty list of deliveries", got.body)
	}
}

// elevenFaults is wrong in eleven fields, in form and in meaning.
const elevenFaults = `{
	"kind": "invented", "occurred_at": "yesterday", "reason": 5, "colour": "red",
	"actor": {"email": "no address"},
	"ticket": {
		"key": "", "status": "asleep", "revision": "seven", "url": "ftp://x",
		"step": {"kind": "review", "assignees": [{"username": "lisi"}, {"phone": "12"}]}
	}
}`

func TestWrongEventsAreRefusedByName(t *testing.T) {
	huge := `{"kind":"passed","ticket":{"key":"1","title":"t","status":"failed","description":"` + strings.Repeat("x", 300<<10) + `"}}`
	tests := []struct {
		name, body string
		scopes     []access.Scope
		wrongToken bool
		header     string
		status     int
		code       code
		fields     []string
	}{
		{name: "missing title", body: `{"kind":"passed","ticket":{"key":"1","status":"failed"}}`, status: 400, code: codeInvalid, fields: []string{"ticket.title required"}},
		{name: "empty title", body: `{"kind":"passed","ticket":{"key":"1","title":" ","status":"failed"}}`, status: 400, code: codeInvalid, fields: []string{"ticket.title required"}},
		{name: "bad status", body: `{"kind":"passed","ticket":{"key":"1","title":"t","status":"asleep"}}`, status: 400, code: codeInvalid, fields: []string{"ticket.status unknown_value"}},
		{name: "300 KiB", body: huge, status: 413, code: codeTooLarge},
		{name: "not JSON", body: `{"kind": secret`, status: 400, code: codeInvalid, fields: []string{"body invalid"}},
		{name: "something behind it", body: `{"kind":"passed","ticket":{"key":"1","title":"t","status":"failed"}} {}`, status: 400, code: codeInvalid, fields: []string{"body invalid"}},
		{name: "a list", body: `[]`, status: 400, code: codeInvalid, fields: []string{"body invalid", "kind required", "ticket.key required", "ticket.status required", "ticket.title required"}},
		{name: "nothing", body: ``, status: 400, code: codeInvalid, fields: []string{"body required"}},
		{name: "unknown field", body: `{"kind":"passed","colour":"red","ticket":{"key":"1","title":"t","status":"failed","Title":"T"}}`, status: 400, code: codeInvalid, fields: []string{"colour unknown_field", "ticket.Title unknown_field"}},
		{name: "wrong token", wrongToken: true, body: goodEvent, status: 401, code: codeUnauthorized},
		{name: "no scope", scopes: []access.Scope{access.DeliveriesRead}, body: goodEvent, status: 403, code: codeScope},
		{name: "bad time", body: `{"kind":"passed","occurred_at":"2026-10-01 10:00","ticket":{"key":"1","title":"t","status":"failed"}}`, status: 400, code: codeInvalid, fields: []string{"occurred_at invalid"}},
		{name: "a number too large", body: `{"kind":"passed","ticket":{"key":"1","title":"t","status":"failed","revision":1e30}}`, status: 400, code: codeInvalid, fields: []string{"ticket.revision invalid"}},
		{name: "no ticket", body: `{"kind":"passed"}`, status: 400, code: codeInvalid, fields: []string{"ticket required", "ticket.key required", "ticket.status required", "ticket.title required"}},
		{name: "nobody's address", body: `{"kind":"passed","audience":[{"email":5}],"ticket":{"key":"1","title":"t","status":"failed"}}`, status: 400, code: codeInvalid, fields: []string{"audience[0].email invalid"}},
		{name: "eleven at once", body: elevenFaults, status: 400, code: codeInvalid, fields: []string{
			"actor.email invalid", "colour unknown_field", "kind unknown_value", "occurred_at invalid", "reason invalid", "ticket.key required",
			"ticket.revision invalid", "ticket.status unknown_value", "ticket.step.assignees[1].phone invalid", "ticket.title required", "ticket.url invalid",
		}},
		{name: "wrong content type", body: goodEvent, header: "Content-Type: text/plain", status: 415, code: codeMedia},
		{name: "a form", body: goodEvent, header: "Content-Type: application/x-www-form-urlencoded", status: 415, code: codeMedia},
		{name: "a key too long", body: `{"kind":"passed","ticket":{"key":"1","title":"t","status":"failed"}}`, header: "Idempotency-Key: " + strings.Repeat("k", 129), status: 400, code: codeInvalid, fields: []string{"id too_long"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			scopes := tt.scopes
			if scopes == nil {
				scopes = []access.Scope{access.EventsWrite}
			}
			token := h.token(scopes...)
			if tt.wrongToken {
				token += "x"
			}
			headers := []string{}
			if tt.header != "" {
				headers = append(headers, tt.header)
			}
			got := h.call("POST", "/api/v1/events", token, tt.body, headers...)
			p := got.problem(t)
			if got.status != tt.status || p.Code != tt.code {
				t.Errorf("got %d %s, want %d %s", got.status, p.Code, tt.status, tt.code)
			}
			want := tt.fields
			if want == nil {
				want = []string{}
			}
			equal(t, "fields", p.fields(), want)
			if n := len(h.desk.accepted()); n != 0 {
				t.Errorf("got %d events at the desk, want none", n)
			}
		})
	}
}

func TestAnEventOfExactlyTheLimitIsAccepted(t *testing.T) {
	h := newHouse(t)
	body := `{"kind":"passed","ticket":{"key":"1","title":"t","status":"failed"}}`
	body += strings.Repeat(" ", maxEvent-len(body))
	if got := h.asRoot("POST", "/api/v1/events", body); got.status != http.StatusAccepted {
		t.Errorf("got %d for %d bytes, want 202", got.status, len(body))
	}
	if got := h.asRoot("POST", "/api/v1/events", body+" "); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d for %d bytes, want 413", got.status, len(body)+1)
	}
}

func TestDeskTroubleIsToldApart(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		code   code
		retry  string
	}{
		{"the store is down", errDisk, 503, codeUnavailable, "5"},
		{"too fast", notify.After(1500*time.Millisecond, errDisk), 429, codeRate, "2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.desk.broken = tt.err
			got := h.asRoot("POST", "/api/v1/events", goodEvent)
			if p := got.problem(t); got.status != tt.status || p.Code != tt.code || got.header.Get("Retry-After") != tt.retry {
				t.Errorf("got %d %s after %q, want %d %s after %q", got.status, p.Code, got.header.Get("Retry-After"), tt.status, tt.code, tt.retry)
			}
			if strings.Contains(got.body, errDisk.Error()) {
				t.Errorf("got %s, which tells the caller the cause", got.body)
			}
		})
	}
}

// hungDesk waits for a database that does not answer.
type hungDesk struct{ Desk }

func (hungDesk) Accept(ctx context.Context, _ ticket.Event) (notify.Receipt, error) {
	<-ctx.Done()
	return notify.Receipt{}, fmt.Errorf("look up ticket 1: %w", ctx.Err())
}

func TestWhoWaitsForADatabaseThatHangsIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) { c.Desk = hungDesk{} })
		began := time.Now()
		got := h.asRoot("POST", "/api/v1/events", goodEvent)
		if took := time.Since(began); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || took != acceptTime {
			t.Errorf("got %d after %v, want 503 with Retry-After after %v", got.status, took, acceptTime)
		}
		began = time.Now()
		var batch batchAnswer
		h.asRoot("POST", "/api/v1/events:batch", `{"events":[`+strings.Repeat(goodEvent+",", 40)+goodEvent+`]}`).into(t, http.StatusOK, &batch)
		if took := time.Since(began); batch.Results[40].Status != http.StatusServiceUnavailable || took != acceptBatchTime {
			t.Errorf("got %d for the last of a batch after %v, want 503 after %v", batch.Results[40].Status, took, acceptBatchTime)
		}
	})
}
