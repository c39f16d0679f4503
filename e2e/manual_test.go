package e2e

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The manual's own case: t1 reviews, admin executes, the creator hears.
func TestTheManualsCase(t *testing.T) {
	t.Parallel()
	b := demo(t)

	tk := b.submit("creator", "订单表加索引")
	b.devices.hears("t1", "待审核", "待你审核", "订单表加索引", "查看工单")

	b.act(tk, "t1", "approve", "")
	b.devices.hears("admin", "待上线", "待你上线")
	b.devices.changed("t1", "已由 t1 通过")

	b.act(tk, "admin", "start", "")
	b.devices.changed("admin", "上线中")

	b.act(tk, "admin", "succeed", "")
	b.devices.hears("creator", "上线成功")

	b.rest()
	// creator: the review passed, the execution succeeded; admin: to be executed, succeeded.
	want := onAll(map[string]int{"t1": 1, "admin": 2, "creator": 2})
	if diff := cmp.Diff(want, b.devices.tally()); diff != "" {
		t.Errorf("messages by person and channel (-want +got):\n%s", diff)
	}
}

// The link of every message leads to the ticket, below the configured prefix.
func TestEveryMessageLeadsToTheTicket(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/settings", body: map[string]any{"url_prefix": "https://sqle.example.com"}})
	b.submit("creator", "订单表加索引")
	b.rest()
	for _, m := range b.devices.messages("", "t1") {
		want := []string{"https://sqle.example.com/sqle/project/1/exec-workflow/1024"}
		if diff := cmp.Diff(want, m.Links); diff != "" {
			t.Errorf("links on %s (-want +got):\n%s", m.Channel, diff)
		}
	}
}
