package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestFiltersOfTheAddressAreThoseOfTheAPI(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	f := recordFilter{Query: "#1024", Status: "dead", Within: "24h"}
	got := f.ask(now)
	if got.Get("q") != "#1024" || got.Get("status") != "dead" || got.Get("since") != "2026-09-30T12:00:00Z" || got.Has("channel") {
		t.Errorf("got %v, want q, status and since alone", got)
	}
}

func TestOneFilterIsChangedAndTheOthersStay(t *testing.T) {
	f := recordFilter{Query: "订单", Status: "dead", Within: "7d", Cursor: "abc"}
	got, err := url.Parse(f.With("status", "accepted"))
	if err != nil {
		t.Fatal(err)
	}
	if q := got.Query(); q.Get("q") != "订单" || q.Get("status") != "accepted" || q.Get("within") != "7d" || q.Has("cursor") {
		t.Errorf("got %s, want the status changed on the first page", got)
	}
	if got := (recordFilter{Status: "dead"}).With("status", ""); got != "/deliveries" {
		t.Errorf("got %s, want the whole list", got)
	}
}

func TestWhatCanBeDoneDependsOnTheStatus(t *testing.T) {
	for _, tc := range []struct {
		row           recordRow
		retry, cancel bool
	}{
		{recordRow{Status: notify.Dead}, true, true},
		{recordRow{Status: notify.Dead, MessageID: "om_1"}, true, false},
		{recordRow{Status: notify.Queued}, false, true},
		{recordRow{Status: notify.Accepted, MessageID: "om_1"}, false, false},
		{recordRow{Status: notify.Skipped}, true, false},
	} {
		if tc.row.Retryable() != tc.retry || tc.row.Cancelable() != tc.cancel {
			t.Errorf("%+v: got retry %t, cancel %t, want %t, %t", tc.row, tc.row.Retryable(), tc.row.Cancelable(), tc.retry, tc.cancel)
		}
	}
}

func TestADiagnosisHoldsIDsAndNoAddress(t *testing.T) {
	got := diagnosis(recordRow{
		ID: "dlv_1", Channel: notify.WeCom, Status: notify.Dead, Code: "wecom.60020", Person: "zhangsan@corp.com", Name: "张三",
		Attempts: []recordTry{{Outcome: "config", Code: "wecom.60020", RequestID: "req-7"}},
	}, "1.2.3")
	for _, want := range []string{"dlv_1", "wecom.60020", "req-7", "1.2.3"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want it to hold %s", got, want)
		}
	}
	if strings.Contains(got, "corp.com") || strings.Contains(got, "张三") {
		t.Errorf("got %q, want nobody named", got)
	}
}

func TestEveryWordOfTheListHasItsText(t *testing.T) {
	words := loadCatalogue()
	for _, s := range notify.Statuses() {
		if _, err := words.text("deliveries.js.status." + string(s)); err != nil {
			t.Error(err)
		}
	}
	for _, outcome := range []string{
		"accepted", "updated", "unknown", notify.VerdictAfter.String(), notify.VerdictPermanent.String(), notify.VerdictUnreachable.String(),
		notify.VerdictStaleAddress.String(), notify.VerdictMisconfigured.String(), notify.VerdictAgain.String(),
	} {
		if _, err := words.text("deliveries.outcome." + outcome); err != nil {
			t.Error(err)
		}
	}
}
