package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// example is the event of api.md 1, letter by letter.
const example = `{
  "source": "sqle",
  "id": "1024-7",
  "kind": "submitted",
  "occurred_at": "2026-10-01T10:00:00+08:00",
  "actor": {"username": "zhangsan"},
  "reason": "",
  "ticket": {
    "key": "1024", "title": "订单表加索引", "description": "…",
    "project": {"key": "pay", "name": "支付中心"},
    "status": "waiting_review", "revision": 7,
    "url": "https://sqle.example.com/sqle/project/1/exec-workflow/1024", "path": "/sqle/project/1/exec-workflow/1024",
    "creator": {"username": "zhangsan", "name": "张三"},
    "step": {"index": 1, "total": 3, "name": "DBA 审核", "kind": "review", "assignees": [{"username": "lisi"}, {"email": "wangwu@corp.com"}]},
    "executors": [{"username": "admin"}],
    "targets": [{"instance": "mysql-prod", "schema": "orders", "environment": "prod"}],
    "audit": {"score": 92, "level": "warn", "statements": 12},
    "fields": [{"label": "变更窗口", "value": "周四 02:00"}]
  },
  "audience": [{"username": "lisi"}]
}`

func TestTheExampleEventReachesItsAudienceOnce(t *testing.T) {
	t.Parallel()
	anonymous := strings.Replace(example, `"id": "1024-7",`, "", 1)
	for _, c := range []struct {
		name string
		post request
	}{
		{"by its id", request{method: "POST", path: "/api/v1/events", raw: example}},
		{"by the header", request{method: "POST", path: "/api/v1/events", raw: anonymous, header: map[string]string{"Idempotency-Key": "k-1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := demo(t)
			first := b.must(http.StatusAccepted, c.post)
			checkReceipt(t, first)
			b.devices.hears("lisi", "待审核", "订单表加索引", "支付中心", "生产")
			b.devices.hearsOn(feishu, "lisi", "周四 02:00") // a WeCom card has room for six rows (wecom.md)
			b.devices.hearsOn(mail, "lisi", "周四 02:00")

			again := b.must(http.StatusOK, c.post)
			if got := again.header.Get("Idempotent-Replayed"); got != "true" {
				t.Errorf("Idempotent-Replayed of the repeat: got %q, want %q", got, "true")
			}
			checkReceipt(t, again)
			if a, r := read[receipt](t, first), read[receipt](t, again); a.EventID != r.EventID || a.TicketID != r.TicketID || a.Deliveries[0].ID != r.Deliveries[0].ID {
				t.Errorf("repeat: got %+v, want the ids of %+v", r, a)
			}
			b.rest()
			if diff := cmp.Diff(onAll(map[string]int{"lisi": 1}), b.devices.tally()); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// checkReceipt holds an answer against the words of api.md 1.
func checkReceipt(t *testing.T, a answer) {
	t.Helper()
	got := read[map[string]any](t, a)
	list, _ := got["deliveries"].([]any)
	if got["event_id"] == "" || got["ticket_id"] == "" || len(got) != 3 || len(list) != 3 {
		t.Fatalf("receipt: got %s, want event_id, ticket_id and three deliveries", a.body)
	}
	seen := map[any]bool{}
	for _, item := range list {
		d, _ := item.(map[string]any)
		if d["id"] == nil || d["status"] == nil || d["person"] != "lisi" {
			t.Errorf("delivery: got %v, want one of lisi with id and status", d)
		}
		seen[d["channel"]] = true
	}
	if len(seen) != 3 {
		t.Errorf("channels: got %v, want all three", seen)
	}
}

// Without an audience the assignees of the step hear, whoever named them.
func TestTheAssigneesHearOfTheExample(t *testing.T) {
	t.Parallel()
	b := demo(t)
	all := strings.Replace(example, ",\n  \"audience\": [{\"username\": \"lisi\"}]", "", 1)
	b.must(http.StatusAccepted, request{method: "POST", path: "/api/v1/events", raw: all})
	b.rest()
	if diff := cmp.Diff(onAll(map[string]int{"lisi": 1, "wangwu": 1}), b.devices.tally()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
