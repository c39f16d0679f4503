package wecom_test

import (
	"reflect"
	"strings"
	"testing"

	"ticketbell/sandbox"
)

func TestNoticeArrivesOnTheDevice(t *testing.T) {
	c := newCorp(t)
	got := c.post("message/send", cardTo("lisi", object{
		"card_type": "text_notice", "source": object{"desc": "待审核", "desc_color": 1},
		"main_title": object{"title": "待你审核", "desc": "#1024"}, "emphasis_content": object{"title": "92 分", "desc": "审核"},
		"sub_title_text": "说明", "horizontal_content_list": []object{{"keyname": "创建人", "value": "张三"}},
		"jump_list":   []object{{"type": 1, "title": "查看工单", "url": "https://t/1024"}},
		"card_action": object{"type": 1, "url": "https://t/1024"},
	}))
	c.wantCode(got, 0)
	if _, has := got["response_code"]; has {
		t.Error("got a response_code, want none for a card that cannot be pressed")
	}
	m := c.wantMessages(1)[0]
	if want := "待审核\n待你审核\n#1024\n92 分\n审核\n说明\n创建人 张三\n查看工单"; m.Text != want {
		t.Errorf("got %q, want %q", m.Text, want)
	}
	if m.Kind != "template_card" || m.Title != "待你审核" || !reflect.DeepEqual(m.Links, []string{"https://t/1024"}) ||
		!reflect.DeepEqual(m.Buttons, []sandbox.Button{{Text: "查看工单", Action: "view"}}) {
		t.Errorf("got %+v", m)
	}
}

func TestCardRefusals(t *testing.T) {
	option := object{"id": "a", "text": "A"}
	vote := func() object {
		return object{
			"card_type": "vote_interaction", "task_id": "v", "submit_button": object{"text": "提交", "key": "submit"},
			"checkbox": object{"question_key": "q", "mode": 1, "option_list": []object{option}},
		}
	}
	for name, row := range map[string]struct {
		card object
		code int
	}{
		"no card":                     {nil, 40035},
		"type unknown":                {with(notice(), "poster", "card_type"), 42031},
		"unknown field":               {with(notice(), 1, "color"), 40035},
		"no card_action":              {with(notice(), nil, "card_action"), 42045},
		"card_action leads nowhere":   {with(notice(), 0, "card_action", "type"), 42045},
		"card_action without url":     {with(notice(), nil, "card_action", "url"), 42028},
		"card_action without appid":   {with(notice(), 2, "card_action", "type"), 42045},
		"neither title":               {with(notice(), nil, "main_title"), 42030},
		"task_id with a dot":          {with(notice(), "a.b", "task_id"), 42030},
		"task_id of 129 bytes":        {with(notice(), strings.Repeat("a", 129), "task_id"), 42030},
		"desc_color 4":                {with(notice(), object{"desc_color": 4}, "source"), 42030},
		"7 rows":                      {with(notice(), repeat(object{"keyname": "a", "value": "b"}, 7), "horizontal_content_list"), 42030},
		"a row without a name":        {with(notice(), []object{{"value": "b"}}, "horizontal_content_list"), 42030},
		"a row linking nowhere":       {with(notice(), []object{{"keyname": "a", "type": 1}}, "horizontal_content_list"), 42030},
		"4 jumps":                     {with(notice(), repeat(object{"title": "a"}, 4), "jump_list"), 42030},
		"a jump without url":          {with(notice(), []object{{"type": 1, "title": "a"}}, "jump_list"), 42028},
		"5 verticals":                 {with(notice(), repeat(object{"title": "a"}, 5), "vertical_content_list"), 42030},
		"menu without task_id":        {with(notice(), object{"action_list": []object{{"text": "a", "key": "k"}}}, "action_menu"), 42030},
		"menu with equal keys":        {with(with(notice(), "t", "task_id"), object{"action_list": repeat(object{"text": "a", "key": "k"}, 2)}, "action_menu"), 42039},
		"menu of four":                {with(with(notice(), "t", "task_id"), object{"action_list": repeat(object{"text": "a", "key": "k"}, 4)}, "action_menu"), 42030},
		"news without image":          {with(notice(), "news_notice", "card_type"), 42030},
		"news with a flat image":      {with(with(notice(), "news_notice", "card_type"), object{"url": "https://i", "aspect_ratio": 3}, "card_image"), 42030},
		"buttons without task_id":     {with(buttons(), nil, "task_id"), 42030},
		"no buttons":                  {with(buttons(), nil, "button_list"), 42030},
		"7 buttons":                   {with(buttons(), repeat(object{"text": "a", "key": "k"}, 7), "button_list"), 42030},
		"button without key":          {with(buttons(), []object{{"text": "a"}}, "button_list"), 42039},
		"button key of 1025 bytes":    {with(buttons(), []object{{"text": "a", "key": strings.Repeat("k", 1025)}}, "button_list"), 42039},
		"link button without url":     {with(buttons(), []object{{"type": 1, "text": "a"}}, "button_list"), 42039},
		"vote without checkbox":       {with(vote(), nil, "checkbox"), 42030},
		"vote with 21 options":        {with(vote(), repeat(option, 21), "checkbox", "option_list"), 42030},
		"vote without key":            {with(vote(), nil, "submit_button", "key"), 42039},
		"selection without questions": {with(vote(), "multiple_interaction", "card_type"), 42030},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCorp(t, withCallback)
			c.wantCode(c.post("message/send", cardTo("lisi", row.card)), row.code)
			c.wantMessages(0)
		})
	}
}

func TestPressableCardNeedsACallback(t *testing.T) {
	c := newCorp(t)
	c.wantCode(c.post("message/send", cardTo("lisi", buttons())), 42030)
	c = newCorp(t, withCallback)
	got := c.post("message/send", cardTo("lisi", buttons()))
	c.wantCode(got, 0)
	if got["response_code"] == nil {
		t.Errorf("got %v, want a response_code", got)
	}
	want := []sandbox.Button{{Text: "同意", Action: "approve"}, {Text: "打开", Action: "view"}}
	if m := c.wantMessages(1)[0]; !reflect.DeepEqual(m.Buttons, want) {
		t.Errorf("got buttons %v, want %v", m.Buttons, want)
	}
}

func TestTaskIDIsUniquePerApp(t *testing.T) {
	c := newCorp(t, withCallback)
	c.wantCode(c.post("message/send", cardTo("lisi", buttons())), 0)
	c.wantCode(c.post("message/send", cardTo("lisi", buttons())), 42030)
}
