package wecom_test

import (
	"testing"
	"time"

	"ticketbell/sandbox"
)

func sendButtons(t *testing.T, c *corp) string {
	t.Helper()
	got := c.post("message/send", cardTo("lisi|zhangsan", buttons()))
	c.wantCode(got, 0)
	return c.str(got, "response_code")
}

func replaceButton(code string, ids ...string) object {
	return object{"userids": ids, "agentid": 1000002, "response_code": code, "button": object{"replace_name": "已同意"}}
}

func TestUpdateReplacesTheButtons(t *testing.T) {
	c := newCorp(t, withCallback)
	got := c.post("message/update_template_card", replaceButton(sendButtons(t, c), "LISI", "wangwu"))
	c.wantCode(got, 0)
	if list, _ := got["invaliduser"].([]any); len(list) != 1 || list[0] != "wangwu" {
		t.Errorf("got invaliduser %v, want wangwu, who never had the card", got["invaliduser"])
	}
	m := c.wantMessages(2)
	if (m[0].Buttons[0] != sandbox.Button{Text: "已同意"}) || m[0].Updates != 1 || m[1].Updates != 0 {
		t.Errorf("got %+v, want lisi's button replaced and zhangsan's left", m)
	}
}

func TestUpdateShowsAWholeNewCard(t *testing.T) {
	c := newCorp(t, withCallback)
	code := sendButtons(t, c)
	c.wantCode(c.post("message/update_template_card", object{"atall": 1, "agentid": 1000002, "response_code": code, "template_card": notice()}), 0)
	for _, m := range c.wantMessages(2) {
		if m.Title != "工单 #42" || len(m.Buttons) != 0 {
			t.Errorf("got %+v, want the new card", m)
		}
	}
}

func TestResponseCodeWorksOnce(t *testing.T) {
	c := newCorp(t, withCallback)
	code := sendButtons(t, c)
	c.wantCode(c.post("message/update_template_card", replaceButton(code, "lisi")), 0)
	c.wantCode(c.post("message/update_template_card", replaceButton(code, "lisi")), 42016)
}

func TestResponseCodeLasts72Hours(t *testing.T) {
	c := newCorp(t, withCallback)
	code := sendButtons(t, c)
	c.clock.pass(72*time.Hour + time.Second)
	c.wantCode(c.post("message/update_template_card", replaceButton(code, "lisi")), 42016)
}

func TestUpdateRefusals(t *testing.T) {
	c := newCorp(t, withCallback)
	code := sendButtons(t, c)
	for name, row := range map[string]struct {
		req  object
		code int
	}{
		"nobody":           {replaceButton(code), 82001},
		"another app":      {with(replaceButton(code, "lisi"), 1, "agentid"), 301002},
		"neither":          {with(replaceButton(code, "lisi"), nil, "button"), 40035},
		"empty name":       {with(replaceButton(code, "lisi"), "", "button", "replace_name"), 40058},
		"userids as text":  {with(replaceButton(code, "lisi"), "lisi", "userids"), 40035},
		"a card with flaw": {with(with(replaceButton(code, "lisi"), nil, "button"), object{"card_type": "poster"}, "template_card"), 42031},
		"code made up":     {replaceButton("made-up", "lisi"), 42016},
	} {
		t.Run(name, func(t *testing.T) {
			c.in(t).wantCode(c.in(t).post("message/update_template_card", row.req), row.code)
		})
	}
}

func TestButtonsOfANoticeCannotBeReplaced(t *testing.T) {
	c := newCorp(t, withCallback)
	menu := object{"action_list": []object{{"text": "不再推送", "key": "mute"}}}
	got := c.post("message/send", cardTo("lisi", with(with(notice(), "t", "task_id"), menu, "action_menu")))
	c.wantCode(got, 0)
	c.wantCode(c.post("message/update_template_card", replaceButton(c.str(got, "response_code"), "lisi")), 42015)
}

func TestRecallTakesTheMessageBack(t *testing.T) {
	c := newCorp(t)
	id := c.post("message/send", text("lisi", "x"))["msgid"]
	c.wantCode(c.post("message/recall", object{"msgid": id}), 0)
	if m := c.wantMessages(1)[0]; m.Kind != "recalled" || m.Text != "" {
		t.Errorf("got %+v, want it recalled", m)
	}
	c.wantCode(c.post("message/recall", object{"msgid": "other"}), 40058)
	c.clock.pass(25 * time.Hour)
	c.wantCode(c.post("message/recall", object{"msgid": id}), 42052)
}
