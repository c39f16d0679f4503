package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// isStatus checks that the ticket is in that state.
func (b *bot) isStatus(tk ticketView, want string) {
	b.door.t.Helper()
	got := read[struct {
		Status string `json:"status"`
	}](b.door.t, b.must(http.StatusOK, request{method: "GET", path: "/api/v1/tickets/" + tk.ID}))
	if got.Status != want {
		b.door.t.Errorf("got a ticket that is %s, want %s", got.Status, want)
	}
}

// toasts checks what a device shows after a press.
func (c carried) toasts(t *testing.T, tone, zh, en string) {
	t.Helper()
	got := c.Answer.Toast
	if c.Status != http.StatusOK || got.Type != tone || got.I18n["zh_cn"] != zh || got.I18n["en_us"] != en || got.Content != zh {
		t.Errorf("got %+v, want %s %q (%s)", c, tone, zh, en)
	}
}

// A reviewer approves from the card: a toast, and the card tells who did it.
func TestApprovedFromTheFeishuCard(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")

	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.isStatus(tk, "waiting_execution")
	b.devices.hears("admin", "待你上线")
	b.devices.changed("t1", "已由 t1 通过")
	if got := b.devices.messages(feishu, "t1")[0].offers(); !slices.Equal(got, []string{"view", "mute"}) {
		t.Errorf("got a card that offers %q once it is decided, want the link and to mute", got)
	}
}

// A rejection cannot be sent without its reason, which the creator reads.
func TestRejectedFromTheFeishuCardWithAReason(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "reject_submit")

	b.must(http.StatusNotFound, request{method: "POST", path: "/sandbox/press", body: map[string]any{
		"channel": feishu, "message_id": card.ID, "person": "t1", "action": "reject_submit",
	}})
	b.isStatus(tk, "waiting_review")

	b.devices.press(card, "t1", "reject_submit", map[string]string{"reject_reason": "缺少回滚方案"}).toasts(t, "success", "已驳回", "Rejected")
	b.isStatus(tk, "rejected")
	b.devices.hears("creator", "已由 t1 驳回", "缺少回滚方案")
	b.devices.changed("t1", "已由 t1 驳回", "缺少回滚方案")
}

// What a forger could send is refused at the door, whatever is wrong with it.
func TestForgedCallbacksDecideNothing(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")
	for _, forgery := range []string{
		"callback_unsigned", "callback_wrong_signature", "callback_stale", "callback_wrong_token", "callback_wrong_app", "callback_plain",
	} {
		b.devices.breaks(feishu, forgery)
		if got := b.devices.press(card, "t1", "approve", nil); got.Status != http.StatusUnauthorized {
			t.Errorf("%s: got %+v, want 401", forgery, got)
		}
		b.devices.mends(feishu)
	}
	b.isStatus(tk, "waiting_review")
}

// The provider hands the same press in twice: it is one press, answered alike.
func TestAReplayedPressIsOnePress(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")
	b.devices.breaks(feishu, "callback_replayed")
	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.devices.mends(feishu)
	b.isStatus(tk, "waiting_execution")
	b.devices.hears("admin", "待你上线")
	b.rest()
	if got := len(b.devices.messages(feishu, "admin")); got != 1 {
		t.Errorf("got %d messages for the one who executes, want 1", got)
	}
}

// The answer to a send is lost, and the ticket is decided before the repeat: there is one card,
// and it says how it stands.
func TestACardWhoseAnswerWasLostIsTrueInTheEnd(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.devices.breaks(feishu, "drop_after_accept")
	tk := b.submit("creator", "订单表加索引")
	b.devices.card(feishu, "t1", "approve")
	eventually(t, "nobody knows whether the card is out", func() error {
		for _, d := range b.deliveries("channel=feishu&person=t1") {
			if d.Status == "retrying" {
				return nil
			}
		}
		return fmt.Errorf("got %+v", b.deliveries("channel=feishu&person=t1"))
	})
	b.act(tk, "t1", "approve", "")
	b.devices.mends(feishu)
	b.devices.changed("t1", "已由 t1 通过")
	b.rest()
	got := b.devices.messages(feishu, "t1")
	if len(got) != 1 || slices.Contains(got[0].offers(), "approve") {
		t.Errorf("got %+v, want one card that asks for nothing", got)
	}
}

// Over a long connection the same happens, without any address of ours.
func TestApprovedOverTheLongConnection(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.patch(feishu, map[string]any{"callback": "long_connection", "encrypt_key": nil, "verification_token": nil})
	b.lineOpens()
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")
	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.isStatus(tk, "waiting_execution")
	b.devices.changed("t1", "已由 t1 通过")
	b.must(http.StatusNotFound, request{method: "POST", path: "/callbacks/feishu", body: map[string]any{}}) // they come another way
}

// Words to the bot, mentioned or not, and entries of its menu are answered in the chat,
// to whoever asked alone; what waits for somebody can be decided there.
func TestTheBotAnswersOnFeishu(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	b.devices.card(feishu, "t1", "approve")
	b.rest()
	b.must(http.StatusNoContent, request{method: "DELETE", path: "/sandbox/messages"})

	b.devices.say(feishu, "t1", "@_user_1 待办", "")
	card := b.devices.card(feishu, "t1", "approve")
	b.devices.say(feishu, "creator", "", "todo")
	b.devices.hearsOn(feishu, "creator", "没有等你处理的工单")
	b.devices.say(feishu, "creator", "你好", "")
	b.devices.hearsOn(feishu, "creator", "我能做什么")

	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.isStatus(tk, "waiting_execution")
}

// opens has the person a message was sent to open it.
func (d devices) opens(m message) {
	d.t.Helper()
	d.must(http.StatusOK, request{method: "POST", path: "/sandbox/read", body: map[string]any{"channel": feishu, "message_id": m.ID}})
}

// Whoever opens a card has read it: by callback or long connection, and not once an
// administrator does not want to know. A card that changes afterwards was read all the same.
func TestAReadCardIsRead(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.submit("creator", "一")
	first := b.devices.card(feishu, "t1", "approve")
	b.rest()
	b.devices.opens(first)
	b.isRead(first, "read", true)

	b.patch(feishu, map[string]any{"read_receipts": false})
	b.submit("creator", "二")
	b.rest()
	second := b.devices.card(feishu, "t1", "approve")
	b.devices.opens(second)
	b.isRead(second, "accepted", false)

	b.patch(feishu, map[string]any{"read_receipts": true, "callback": "long_connection", "encrypt_key": nil, "verification_token": nil})
	b.lineOpens()
	b.devices.opens(second)
	b.isRead(second, "read", true)

	b.devices.press(first, "t1", "approve", nil)
	b.isRead(first, "updated", true)
}

// isRead waits until the delivery of a message stands so, and was read or not.
func (b *bot) isRead(m message, status string, read bool) {
	b.door.t.Helper()
	eventually(b.door.t, fmt.Sprintf("it is %s, read %t", status, read), func() error {
		for _, d := range b.deliveries("channel=feishu") {
			if d.MessageID == m.ID && d.Status == status && d.ReadAt.IsZero() != read {
				return nil
			}
		}
		return fmt.Errorf("got %+v", b.deliveries("channel=feishu"))
	})
}

// lineOpens waits until the channel's health says that the long connection is open.
func (b *bot) lineOpens() {
	b.door.t.Helper()
	eventually(b.door.t, "the long connection is open", func() error {
		got := b.must(http.StatusOK, request{method: "GET", path: "/api/v1/channels/feishu/health"})
		if !bytes.Contains(got.body, []byte(`"long_connection":{"open":true`)) {
			return fmt.Errorf("got %s", got.body)
		}
		return nil
	})
}

// In another style a message carries the link alone, is edited in place, and stays what it
// is when the style changes once more; so does a card from before.
func TestEachFeishuMessageKeepsTheStyleItWasSentIn(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	card := b.devices.card(feishu, "t1", "approve")

	b.patch(feishu, map[string]any{"style": "post"})
	b.devices.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved") // the old card still decides
	b.isStatus(tk, "waiting_execution")
	b.devices.changed("t1", "已由 t1 通过")
	b.devices.hearsOn(feishu, "admin", "[待上线] 待你上线：订单表加索引", "查看工单")
	post := b.devices.messages(feishu, "admin")[0]
	if len(post.offers()) != 0 || len(post.Links) != 1 {
		t.Errorf("got a post that offers %q and leads to %q, want its link alone", post.offers(), post.Links)
	}

	b.patch(feishu, map[string]any{"style": "text"})
	b.act(tk, "admin", "start", "")
	b.act(tk, "admin", "succeed", "")
	b.devices.hearsOn(feishu, "creator", "[上线成功]")
	b.devices.changed("t1", "上线成功")
	b.devices.changed("admin", "[上线成功]")
	if got := b.devices.messages(feishu, "admin")[0]; got.ID != post.ID || len(got.Links) != 1 {
		t.Errorf("got %+v, want the post edited in place", got)
	}
}

// Without updates a card stays as it was sent: but its buttons go once they decide nothing,
// and the end is shown.
func TestCardsThatAreNotUpdatedLoseTheirButtonsAndShowTheEnd(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.patch(feishu, map[string]any{"update_cards": false})
	tk := b.submit("creator", "订单表加索引")
	decided := b.devices.card(feishu, "t1", "approve")
	b.devices.press(decided, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	b.devices.changed("t1", "已由 t1 通过") // its buttons had to go
	b.devices.hearsOn(feishu, "admin", "待你上线")
	b.devices.card(feishu, "creator", "remind")

	b.act(tk, "admin", "start", "")
	b.isLeft(decided)
	b.rest()
	for who, updates := range map[string]int{"t1": 1, "admin": 0, "creator": 1} { // the creator's lost 催一下
		if got := b.devices.messages(feishu, who)[0]; got.Updates != updates {
			t.Errorf("got a card of %s that was changed %d times, want %d: %+v", who, got.Updates, updates, got)
		}
	}

	b.act(tk, "admin", "succeed", "")
	for _, who := range []string{"creator", "t1", "admin"} {
		b.devices.changed(who, "上线成功")
		if got := b.devices.messages(feishu, who)[0].offers(); len(got) != 1 || got[0] != "view" {
			t.Errorf("got a card of %s that offers %q at the end, want the link alone", who, got)
		}
	}
}

// isLeft waits until the delivery of a message says that it was left as it was sent.
func (b *bot) isLeft(m message) {
	b.door.t.Helper()
	eventually(b.door.t, "the delivery says why its card is as it was", func() error {
		for _, d := range b.deliveries("channel=feishu") {
			if d.MessageID == m.ID && d.Reason == "as_sent" {
				return nil
			}
		}
		return fmt.Errorf("got %+v", b.deliveries("channel=feishu"))
	})
}
