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

func TestADeliveryIsSaidOnAnotherChannel(t *testing.T) {
	h := deliveredHouse(t)
	token := h.token(access.DeliveriesRetry)
	var got delivery
	h.call("POST", "/api/v1/deliveries/dlv_1:reroute", token, `{"channel":"mail"}`).into(t, http.StatusOK, &got)
	if got.ID != "dlv_rerouted" || got.Channel != notify.Mail || got.Status != notify.Queued || !got.Deadline.Equal(noon().Add(retryFor)) {
		t.Errorf("got %+v, want a delivery by mail, queued for a day", got)
	}
	p := h.call("POST", "/api/v1/deliveries/dlv_1:reroute", token, `{"channel":"wecom"}`, "Accept-Language: zh").problem(t)
	if p.Status != http.StatusConflict || len(p.Errors) != 1 || p.Errors[0].Field != "channel" || p.Errors[0].Code != "taken" || !strings.Contains(p.Errors[0].Message, "已有同一事件") {
		t.Errorf("where the person has one: got %+v, want 409 that says so at the channel", p)
	}
	if p := h.call("POST", "/api/v1/deliveries/dlv_1:reroute", token, `{"channel":"fax"}`).problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("no such channel: got %d, want 400", p.Status)
	}
}
