package server

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
)

func TestDeliveriesAreTakenOutAsCSVThatRunsNothing(t *testing.T) {
	h := newHouse(t)
	h.rooms.deliveries = []notify.Delivery{
		{ID: "dlv_1", Person: "lisi", Status: notify.Dead, About: notify.About{TicketKey: "1024", TicketTitle: `=HYPERLINK("http://evil")`}},
		{ID: "dlv_2", Person: "+8613800000000", Status: notify.Accepted, About: notify.About{TicketTitle: "订单表, 加索引", Took: 70 * time.Millisecond}},
	}
	got := h.asRoot("GET", "/api/v1/deliveries:export", "")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("got %d %s, want CSV", got.status, got.header.Get("Content-Type"))
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("got %d rows, %v, want the names and two deliveries", len(rows), err)
	}
	equal(t, "cells", []string{rows[1][2], rows[2][2], rows[2][5], rows[2][13]},
		[]string{`'=HYPERLINK("http://evil")`, "订单表, 加索引", "'+8613800000000", "70"})
}

func TestDeliveriesAreCountedByStatus(t *testing.T) {
	h := deliveredHouse(t)
	var got struct {
		Counts map[string]int `json:"counts"`
		More   []string       `json:"more"`
	}
	h.asRoot("GET", "/api/v1/deliveries:count", "").into(t, http.StatusOK, &got)
	if got.Counts["dead"] == 0 || got.More == nil {
		t.Errorf("got %+v, want the dead ones counted", got)
	}
}

func TestTheCausesOfDeadLettersAreToldWithTheirClass(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("GET", "/api/v1/deliveries:causes?status=dead", "")
	want := `{"items":[{"channel":"wecom","code":"wecom.60020","class":"config","count":12,"last_at":"2026-10-01T12:00:00Z"},` +
		`{"channel":"wecom","code":"","class":"","count":1,"last_at":"2026-10-01T12:00:00Z"}],"newest":10000}`
	if strings.TrimSpace(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	if got := h.asRoot("GET", "/api/v1/deliveries:causes?channel=mail", ""); strings.TrimSpace(got.body) != `{"items":[]}` {
		t.Errorf("got %s, want an empty list", got.body)
	}
}

func TestADeadDeliveryIsCalledOff(t *testing.T) {
	h := deliveredHouse(t)
	token := h.token(access.DeliveriesRetry)
	if got := h.call("POST", "/api/v1/deliveries/dlv_1:cancel", token, ""); got.status != http.StatusOK || !strings.Contains(got.body, `"status":"canceled"`) {
		t.Errorf("got %d %s, want it canceled", got.status, got.body)
	}
	if got := h.call("POST", "/api/v1/deliveries/dlv_0:cancel", token, ""); got.status != http.StatusConflict {
		t.Errorf("one that arrived: got %d, want 409", got.status)
	}
}

func TestAllOfAClassAreWorkedThroughByAJob(t *testing.T) {
	for path, want := range map[string]notify.Status{"/api/v1/deliveries:retry": notify.Queued, "/api/v1/deliveries:cancel": notify.Canceled} {
		h := deliveredHouse(t)
		var got struct {
			Queued  int      `json:"queued"`
			Refused []string `json:"refused"`
			JobID   string   `json:"job_id"`
		}
		token := h.token(access.DeliveriesRetry)
		h.call("POST", path, token, `{"job":true}`).into(t, http.StatusAccepted, &got)
		j := h.ended(got.JobID)
		if j.Done == 0 || j.Total != j.Done || j.Summary["ok"] != j.Done {
			t.Errorf("%s: got %+v, want all dead ones done", path, j)
		}
		for _, d := range h.rooms.deliveries {
			if d.Status == notify.Dead || d.ID == "dlv_1" && d.Status != want {
				t.Errorf("%s: got %s %s, want %s", path, d.ID, d.Status, want)
			}
		}
	}
}
