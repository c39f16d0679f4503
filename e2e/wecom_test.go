package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// became waits until the message says all the words and asks for no decision any more.
func (d devices) became(m message, words ...string) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("the card of %s on %s says %q", m.Person, m.Channel, words), func() error {
		for _, now := range d.messages(m.Channel, m.Person) {
			switch {
			case now.ID != m.ID:
				continue
			case slices.Contains(now.offers(), "approve") || slices.Contains(now.offers(), "reject"):
				return fmt.Errorf("it still asks: %q", now.Text)
			}
			return now.says(words...)
		}
		return errors.New("it is gone")
	})
}

// submitTo makes a ticket of the project on the built-in desk.
func (b *bot) submitTo(project, title string) {
	b.door.t.Helper()
	b.must(http.StatusCreated, request{method: "POST", path: "/api/v1/tickets", body: map[string]any{
		"title": title, "project": project, "creator": "creator",
	}})
}

// Approved on WeCom: the next two hear, one of them presses, both copies change, and so
// does every other card of the ticket.
func TestTwoStepsAreDecidedOnWeCom(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submitTo("core", "订单表加索引")

	leader := b.devices.card(wecom, "lisi", "approve")
	b.devices.press(leader, "lisi", "approve", nil)
	b.devices.became(leader, "已由 李四 于")

	mine, theirs := b.devices.card(wecom, "t1", "approve"), b.devices.card(wecom, "wangwu", "approve")
	b.devices.press(theirs, "wangwu", "approve", nil)
	b.devices.became(theirs, "已由 王五 于")
	b.devices.became(mine, "已由 王五 于")
	b.devices.hears("admin", "待上线", "待你上线")
	b.devices.changed("t1", "已由 王五 于")
}

// Rejected with a reason that was chosen; without one the card asks for it.
func TestARejectionOnWeComNeedsAReason(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submitTo("pay", "清理历史数据")

	card := b.devices.card(wecom, "t1", "reject")
	b.devices.press(card, "t1", "reject", nil)
	b.devices.hearsOn(wecom, "t1", "驳回原因")
	b.devices.press(card, "t1", "reject", map[string]string{"reason": "detail"})
	b.devices.became(card, "已驳回", "缺少说明或回滚方案")
	b.devices.hears("creator", "已驳回", "缺少说明或回滚方案")
}

// The second of two presses reads who was first; the same press handed in thrice is one.
func TestASecondPressOnWeComReadsWhoWasFirst(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submitTo("core", "订单表加索引")
	b.devices.press(b.devices.card(wecom, "lisi", "approve"), "lisi", "approve", nil)
	mine, theirs := b.devices.card(wecom, "t1", "approve"), b.devices.card(wecom, "wangwu", "approve")

	b.devices.breaks(wecom, "unavailable") // the copies stay as they are
	b.devices.press(mine, "t1", "approve", nil)
	b.devices.hearsOn(mail, "admin", "待上线")
	b.devices.mends(wecom)
	b.devices.became(theirs, "已由 t1 于")
}

// Nothing that WeCom did not sign comes in by its door.
func TestAForgedPressOnWeComDoesNothing(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submitTo("pay", "订单表加索引")
	card := b.devices.card(wecom, "t1", "approve")
	forged := "<xml><FromUserName>t1</FromUserName><MsgType>event</MsgType><Event>template_card_event</Event>" +
		"<EventKey>approve</EventKey><TaskId>" + card.ID + "</TaskId></xml>"
	for _, path := range []string{"/callbacks/wecom", "/callbacks/wecom?msg_signature=0&timestamp=1&nonce=1"} {
		if got := b.call(request{method: "POST", path: path, raw: forged}); got.status != http.StatusForbidden || len(got.body) > 0 {
			t.Errorf("%s: got %d %q, want 403 without a reason", path, got.status, got.body)
		}
	}
	if got := b.call(request{method: "GET", path: "/callbacks/wecom?echostr=x"}); got.status != http.StatusForbidden {
		t.Errorf("got %d for a verification nobody signed, want 403", got.status)
	}
	b.rest()
	b.devices.card(wecom, "t1", "approve") // it still asks
}

// Words and entries of the menu are answered in the chat, to whoever asked alone.
func TestTheBotAnswersOnWeCom(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submitTo("pay", "订单表加索引")
	b.devices.card(wecom, "t1", "approve")
	b.rest()
	b.must(http.StatusNoContent, request{method: "DELETE", path: "/sandbox/messages"})

	b.devices.say(wecom, "t1", "待办", "")
	card := b.devices.card(wecom, "t1", "approve")
	b.devices.press(card, "t1", "approve", nil)
	b.devices.became(card, "已由 t1 于")

	for n := range 2 { // the same question gets the same answer again
		b.devices.say(wecom, "t1", "todo", "")
		eventually(t, "t1 is told that nothing waits", func() error {
			if got := b.devices.messages(wecom, "t1"); len(got) != n+2 {
				return fmt.Errorf("%d messages arrived", len(got))
			}
			return nil
		})
		b.devices.hearsOn(wecom, "t1", "没有等你处理的工单")
	}
	b.devices.say(wecom, "t1", "", "help")
	b.devices.hearsOn(wecom, "t1", "我能做什么")
}
