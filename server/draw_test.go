package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/notify"
)

func TestAChannelShowsAMadeUpTicketAndSendsNothing(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.ConfigRead)
	for body, want := range map[string]string{
		`{"state":"waiting_review","language":"en"}`:       "wecom waiting_review assignee en",
		`{"state":"failed"}`:                               "wecom failed creator zh",
		`{"state":"waiting_execution","reader":"creator"}`: "wecom waiting_execution creator zh",
	} {
		if got := h.call("POST", "/api/v1/channels/wecom/preview", token, body, "Accept-Language: zh"); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: got %d %s, want %q", body, got.status, got.body, want)
		}
	}
	p := h.call("POST", "/api/v1/channels/wecom/preview", token, `{"state":"lost"}`).problem(t)
	equal(t, "fields", p.fields(), []string{"state unknown_value"})
}

func TestAMessageIsDrawnAnewInALanguage(t *testing.T) {
	h := newHouse(t)
	h.rooms.deliveries = []notify.Delivery{{ID: "dlv_1", Channel: notify.WeCom, Payload: `{"content":"as it was sent"}`}}
	token := h.token(access.DeliveriesRead)
	for query, want := range map[string]string{"": "as it was sent", "&language=en": "wecom dlv_1  en"} {
		if got := h.call("GET", "/api/v1/deliveries/dlv_1/preview?format=text"+query, token, ""); strings.TrimSpace(got.body) != want {
			t.Errorf("%q: got %d %s, want %q", query, got.status, got.body, want)
		}
	}
}
