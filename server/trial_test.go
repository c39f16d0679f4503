package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
)

func TestATestIsFollowedAsAStream(t *testing.T) {
	h := newHouse(t)
	got := h.call("POST", "/api/v1/channels/mail/test", h.token(access.ChannelsTest), `{"to":{"email":"li@corp.com"}}`, "Accept: text/event-stream")
	equal(t, "content type", got.header.Get("Content-Type"), "text/event-stream")
	want := `event: stage
data: {"name":"send","running":true,"ok":false,"duration_ms":0}

event: stage
data: {"name":"send","ok":true,"duration_ms":0}

event: report
data: {"success":true,"stages":[{"name":"send","ok":true,"duration_ms":0}],"provider_id":"m1"}

`
	equal(t, "stream", got.body, want)
}

func TestWhatCannotBeTriedIsNoStream(t *testing.T) {
	h := newHouse(t)
	got := h.call("POST", "/api/v1/channels/mail/test", h.token(access.ChannelsTest), `{"to":{"email":"li@corp.com"},"draft":{"unfit":1}}`, "Accept: text/event-stream")
	equal(t, "status", got.status, http.StatusBadRequest)
	equal(t, "fields", got.problem(t).fields(), []string{"draft.unfit unknown_field"})
}

func TestACheckTellsNobody(t *testing.T) {
	h := newHouse(t)
	got := h.call("POST", "/api/v1/channels/mail/check", h.token(access.ChannelsTest), `{"draft":{"port":465}}`)
	equal(t, "status", got.status, http.StatusOK)
	if q := h.rooms.tests[0]; !q.CheckOnly || string(q.Draft["port"]) != "465" {
		t.Errorf("got %+v, want a check of the draft alone", q)
	}
}

func TestEachCallerMayTestTwentyTimesAnHour(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.ChannelsTest)
	body := `{"to":{"email":"li@corp.com"}}`
	for range testsPerHour {
		equal(t, "status", h.call("POST", "/api/v1/channels/mail/test", token, body).status, http.StatusOK)
	}
	refused := h.call("POST", "/api/v1/channels/wecom/test", token, body)
	equal(t, "status", refused.status, http.StatusTooManyRequests)
	equal(t, "wait", refused.header.Get("Retry-After"), "3601")
	equal(t, "a check", h.call("POST", "/api/v1/channels/wecom/check", token, `{}`).status, http.StatusOK)

	b := newBudget(1)
	for _, hour := range []int{0, 1, 2} {
		if err := b.spend("li", noon().Add(time.Duration(hour)*time.Hour)); err != nil {
			t.Errorf("after %d hours: got %v, want one more", hour, err)
		}
	}
	if err := b.spend("wang", noon()); err != nil {
		t.Errorf("got %v for somebody else, want none", err)
	}
}

func TestTheOverviewNeedsNoConfiguration(t *testing.T) {
	h := newHouse(t)
	got := h.call("GET", "/api/v1/overview", h.token(access.DeliveriesRead), "")
	equal(t, "status", got.status, http.StatusOK)
	if !strings.Contains(got.body, `"mail":{"state":"ok"`) {
		t.Errorf("got %s, want mail's health", got.body)
	}
	if p := h.call("GET", "/api/v1/overview?hours=73", h.token(access.DeliveriesRead), "").problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("73 hours: got %d, want 400", p.Status)
	}
}
