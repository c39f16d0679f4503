package server

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/notify"
)

func TestManyAreSentAgainByIDOrByClass(t *testing.T) {
	h := deliveredHouse(t)
	token := h.token(access.DeliveriesRetry)
	var got struct {
		Queued  int      `json:"queued"`
		Refused []string `json:"refused"`
	}
	h.call("POST", "/api/v1/deliveries:retry", token, `{"ids":["dlv_0","dlv_1","dlv_9"]}`).into(t, http.StatusOK, &got)
	if got.Queued != 1 || !slices.Equal(got.Refused, []string{"dlv_0", "dlv_9"}) {
		t.Errorf("by id: got %+v, want one queued and the one that arrived and the unknown one refused", got)
	}
	h = deliveredHouse(t)
	h.call("POST", "/api/v1/deliveries:retry", h.token(access.DeliveriesRetry), `{"code":"wecom.60020"}`).into(t, http.StatusOK, &got)
	if got.Queued != 2 || len(got.Refused) != 0 {
		t.Errorf("by class: got %+v, want both dead ones queued", got)
	}
	if p := h.call("POST", "/api/v1/deliveries:retry", h.token(access.DeliveriesRetry), `{"status":"accepted"}`).problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("what arrived: got %d, want 400", p.Status)
	}
}

func TestReasonsAreSaidInTheCallersLanguage(t *testing.T) {
	h := newHouse(t)
	h.rooms.deliveries = []notify.Delivery{{ID: "dlv_1", Status: notify.Skipped, Reason: notify.ReasonNoEmail}}
	for lang, want := range map[string]string{"zh-CN": "此人没有邮箱", "en": "this person has no e-mail address"} {
		got := h.asRoot("GET", "/api/v1/deliveries", "", "Accept-Language: "+lang)
		if !strings.Contains(got.body, want) || !strings.Contains(got.body, `"reason":"no_email"`) {
			t.Errorf("%s: got %s, want the word no_email and %q", lang, got.body, want)
		}
	}
}
