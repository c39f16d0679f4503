package e2e

import (
	"net/http"
	"testing"
)

// A reviewer mutes the ticket on one channel and hears of it again on the other; the cards
// say so where they can, and decide as before.
func TestATicketIsMutedFromItsCardAndStillDecided(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	const n = "#1" // the first of the built-in desk
	onWeCom := b.devices.card(wecom, "t1", "mute")

	b.devices.press(b.devices.card(feishu, "t1", "mute"), "t1", "mute", nil).
		toasts(t, "success", "已静音 "+n+"，等你处理的照常通知。在「我的通知」可以恢复", n+" is muted; what waits for you is still told. Undo it in My notifications")
	muted := b.devices.card(feishu, "t1", "unmute")
	b.devices.changed("t1", "已静音", "通过", "驳回")
	b.devices.press(muted, "t1", "unmute", nil)
	b.devices.card(feishu, "t1", "mute") // it says muted no more
	b.devices.press(onWeCom, "t1", "mute", nil)
	b.devices.hearsOn(wecom, "t1", "已静音 "+n)
	b.devices.card(feishu, "t1", "unmute")

	b.devices.press(onWeCom, "t1", "approve", nil)
	b.devices.became(onWeCom, "已由 t1 于")
	b.isStatus(tk, "waiting_execution")
	b.devices.press(onWeCom, "t1", "unmute", nil) // in the menu, for the buttons are gone
	b.devices.hearsOn(wecom, "t1", "已恢复 "+n+" 的通知")
	b.devices.card(feishu, "t1", "mute")
}

// Whoever asked for the ticket hears no more of its progress, and of how it ended all the same.
func TestAMuteFromACardLeavesOutProgressAndNotTheResult(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := read[ticketView](t, b.must(http.StatusCreated, request{method: "POST", path: "/api/v1/tickets", body: map[string]any{
		"title": "订单表加索引", "project": "core", "creator": "creator",
	}}))
	b.devices.press(b.devices.card(feishu, "lisi", "approve"), "lisi", "approve", nil)
	card := b.devices.card(feishu, "creator", "mute")
	b.devices.press(card, "zhangsan", "mute", nil).warns(t, "没有给你发过")
	if got := b.devices.press(card, "creator", "mute", nil); got.Answer.Toast.Type != "success" {
		t.Fatalf("got %+v, want it muted", got)
	}

	b.devices.press(b.devices.card(feishu, "wangwu", "approve"), "wangwu", "approve", nil)
	b.devices.hears("admin", "待你上线")
	b.rest()
	left := b.deliveries("person=creator&status=skipped")
	for _, d := range left {
		if d.Reason != "muted" {
			t.Errorf("got %s skipped because of %q, want it muted", d.Channel, d.Reason)
		}
	}
	if len(left) != 3 {
		t.Errorf("got %d deliveries left out, want the second pass on every channel", len(left))
	}
	b.act(tk, "admin", "start", "")
	b.act(tk, "admin", "succeed", "")
	b.devices.hears("creator", "上线成功")
}
