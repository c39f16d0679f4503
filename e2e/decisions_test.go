package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// warns checks that a press decided nothing, and that whoever pressed reads why.
func (c carried) warns(t *testing.T, words string) {
	t.Helper()
	if got := c.Answer.Toast; c.Status != http.StatusOK || got.Type != "warning" || !strings.Contains(got.Content, words) {
		t.Errorf("got %+v, want a warning that says %q", c, words)
	}
}

// Twenty press at the same moment, on two channels: one decides, and the next step is asked for once.
func TestTwentyPressesAreOneDecision(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")
	onWeCom := b.devices.card(wecom, "t1", "approve")

	const presses = 20
	answers := make(chan answer, presses)
	for i := range presses {
		m := []message{card, onWeCom}[i%2]
		go func() {
			got, err := b.send(request{method: "POST", path: "/sandbox/press", body: map[string]any{
				"channel": m.Channel, "message_id": m.ID, "person": "t1", "action": "approve",
			}})
			if err != nil {
				t.Error(err)
			}
			answers <- got
		}()
	}
	decided := 0
	for range presses {
		got := <-answers
		var c carried
		switch {
		case got.status == http.StatusNotFound: // the card had lost its buttons already
		case got.status != http.StatusOK || json.Unmarshal(got.body, &c) != nil || c.Status != http.StatusOK:
			t.Errorf("got %d %s, want the press taken", got.status, got.body)
		case c.Answer.Toast.Type == "success":
			decided++
		}
	}
	if decided > 1 {
		t.Errorf("got %d presses that decided, want one at most", decided) // none, when one on WeCom did: it shows no toast
	}
	b.isStatus(tk, "waiting_execution")
	b.devices.hears("admin", "待你上线")
	b.devices.changed("t1", "已由 t1 于")
	b.devices.became(onWeCom, "已由 t1 于")
	b.rest()
	for _, ch := range everyChannel() {
		if got := len(b.devices.messages(ch, "admin")); got != 1 {
			t.Errorf("got %d messages for admin on %s, want 1", got, ch)
		}
	}
}

// Whoever may not decide reads why, and the card still decides for whoever may.
func TestWhoMayNotDecideReadsWhy(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")

	b.devices.press(card, "zhangsan", "approve", nil).warns(t, "你不是当前步骤的处理人")
	b.must(http.StatusNoContent, request{method: "DELETE", path: "/api/v1/users/zhangsan"})
	b.devices.press(card, "zhangsan", "approve", nil).warns(t, "没有找到与你对应的用户")

	b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/users/t1", body: map[string]any{"disabled": true}})
	b.devices.press(card, "t1", "approve", nil).warns(t, "你的账号已停用")
	b.isStatus(tk, "waiting_review")

	b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/users/t1", body: map[string]any{"disabled": false}})
	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.isStatus(tk, "waiting_execution")
}

// A card that could not be brought up to date decides nothing any more: not on a ticket that
// was closed, and not a step that is another's by now.
func TestACardOfThePastDecidesNothing(t *testing.T) {
	t.Parallel()
	b := demo(t)
	closed := b.submit("creator", "清理历史数据")
	old := b.devices.card(feishu, "t1", "approve")
	b.submitTo("core", "订单表加索引")
	first := b.devices.card(feishu, "lisi", "approve")
	onWeCom := b.devices.card(wecom, "lisi", "approve")

	b.devices.breaks(feishu, "unavailable") // the cards stay as they are
	b.act(closed, "creator", "cancel", "")
	b.devices.press(old, "t1", "approve", nil).warns(t, "关闭")
	b.isStatus(closed, "canceled")

	b.devices.press(onWeCom, "lisi", "approve", nil)
	b.devices.hearsOn(wecom, "wangwu", "待你审核")
	b.devices.press(first, "lisi", "approve", nil).warns(t, "李四")
	b.devices.mends(feishu)
	b.devices.hears("wangwu", "待你审核") // it is still theirs
}
