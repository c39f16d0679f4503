package server

import (
	"strings"
	"testing"

	"ticketbell/access"
)

const previewed = `{"source":"sqle","id":"1","kind":"submitted","ticket":{"key":"1","title":"t","status":"waiting_review"},
	"audience":[{"username":"bo","email":"bo@corp.com"},{"username":"al"},{"name":"谁"}]}`

func TestADryRunExplainsTheAudienceAndStoresNothing(t *testing.T) {
	h := newHouse(t)
	got := h.call("POST", "/api/v1/events?dry_run=true", h.token(access.EventsWrite), previewed, "Accept-Language: en")
	want := `{"dry_run":true,"event_id":"","ticket_id":"","deliveries":[` +
		`{"person":"bo","channel":"mail","status":"queued","address":"bo@corp.com","origin":"entered","explanation":"sent to the e-mail address"},` +
		`{"person":"al","channel":"mail","status":"skipped","reason":"no_email","origin":"entered","explanation":"this person has no e-mail address"},` +
		`{"person":"谁","channel":"mail","status":"skipped","reason":"no_email","explanation":"this person has no e-mail address"}]}`
	if got.status != 200 || strings.TrimSpace(got.body) != want {
		t.Errorf("got %d %s, want 200 %s", got.status, got.body, want)
	}
	if events := h.desk.accepted(); len(events) != 0 {
		t.Errorf("got %d events stored, want none", len(events))
	}
}

func TestADryRunOfAWrongEventNamesItsFields(t *testing.T) {
	h := newHouse(t)
	p := h.asRoot("POST", "/api/v1/events?dry_run=true", `{"kind":"submitted","ticket":{"title":"t","status":"waiting_review"}}`).problem(t)
	equal(t, "fields", p.fields(), []string{"ticket.key required"})
}
