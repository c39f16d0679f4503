package wecom_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"ticketbell/sandbox"
	"ticketbell/sandbox/wecom"
)

func TestTextArrivesOnTheDevice(t *testing.T) {
	c := newCorp(t)
	req := text("zhangsan", "工单 #42 已通过\n<a href=\"https://t/42\">查看</a>")
	got := c.post("message/send", with(req, 1, "safe"))
	c.wantCode(got, 0)
	m := c.wantMessages(1)[0]
	if m.ID != got["msgid"] || m.To != "ZhangSan" || m.Person != "zhangsan" || m.Kind != "text" || m.Title != "工单 #42 已通过" {
		t.Errorf("got %+v", m)
	}
	if m.Text != "工单 #42 已通过\n查看" || !reflect.DeepEqual(m.Links, []string{"https://t/42"}) {
		t.Errorf("got text %q links %v, want the anchor as a link", m.Text, m.Links)
	}
	if !reflect.DeepEqual(m.Buttons, []sandbox.Button{{Text: "查看", Action: "view"}}) {
		t.Errorf("got buttons %v", m.Buttons)
	}
	var payload object
	if err := json.Unmarshal(m.Payload, &payload); err != nil || payload["safe"] != 1.0 {
		t.Errorf("got payload %s (%v), want the request", m.Payload, err)
	}
}

func TestSendRefusals(t *testing.T) {
	many := func(n int) string { return strings.Repeat("lisi|", n-1) + "lisi" }
	for name, row := range map[string]struct {
		req  any
		code int
	}{
		"no json":                  {`{"touser":`, 40035},
		"something follows":        {`{"touser":"lisi","msgtype":"text","agentid":1000002,"text":{"content":"x"}} x`, 40035},
		"unknown field":            {with(text("lisi", "x"), 1, "color"), 40035},
		"unknown field inside":     {with(text("lisi", "x"), 1, "text", "color"), 40035},
		"agentid as text":          {with(text("lisi", "x"), "1000002", "agentid"), 40035},
		"agentid missing":          {with(text("lisi", "x"), nil, "agentid"), 41011},
		"agentid negative":         {with(text("lisi", "x"), -1, "agentid"), 40056},
		"agentid of another app":   {with(text("lisi", "x"), 1000003, "agentid"), 301002},
		"nobody":                   {text("", "x"), 82001},
		"1001 users":               {text(many(1001), "x"), 40032},
		"101 parties":              {with(text("lisi", "x"), strings.Repeat("1|", 100)+"1", "toparty"), 82002},
		"101 tags":                 {with(text("lisi", "x"), strings.Repeat("1|", 100)+"1", "totag"), 82003},
		"type unknown":             {with(text("lisi", "x"), "sms", "msgtype"), 40008},
		"text empty":               {text("lisi", ""), 44004},
		"text absent":              {with(text("lisi", "x"), nil, "text"), 44004},
		"2049 bytes":               {text("lisi", strings.Repeat("工", 682)+"abc"), 45002},
		"safe 2":                   {with(text("lisi", "x"), 2, "safe"), 40058},
		"safe on a card":           {with(cardTo("lisi", notice()), 1, "safe"), 40058},
		"interval over four hours": {with(text("lisi", "x"), 14401, "duplicate_check_interval"), 40058},
		"a switch that is 2":       {with(text("lisi", "x"), 2, "enable_duplicate_check"), 40058},
		"all unknown":              {text("ghost|@party", "x"), 81013},
		"an open_id":               {text("ou_1", "x"), 81013},
		"textcard without url":     {object{"touser": "lisi", "agentid": 1000002, "msgtype": "textcard", "textcard": object{"title": "t", "description": "d"}}, 40058},
		"textcard absent":          {object{"touser": "lisi", "agentid": 1000002, "msgtype": "textcard"}, 40035},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCorp(t, func(cfg *wecom.Config) { cfg.Directory.Add(sandbox.Person{Username: "x", OpenID: "ou_1"}) })
			c.wantCode(c.post("message/send", row.req), row.code)
			c.wantMessages(0)
		})
	}
}

func TestOtherTypesArrive(t *testing.T) {
	c := newCorp(t)
	c.wantCode(c.post("message/send", object{"touser": "lisi", "agentid": 1000002, "msgtype": "markdown", "markdown": object{"content": "# a\nb"}}), 0)
	c.wantCode(c.post("message/send", object{
		"touser": "lisi", "agentid": 1000002, "msgtype": "textcard",
		"textcard": object{"title": "t", "description": "d", "url": "https://t/1"},
	}), 0)
	got := c.wantMessages(2)
	if got[0].Title != "# a" || got[1].Title != "t" || got[1].Links[0] != "https://t/1" || got[1].Buttons[0].Text != "详情" {
		t.Errorf("got %+v", got)
	}
}

func TestTextOf2048BytesIsTaken(t *testing.T) {
	c := newCorp(t)
	c.wantCode(c.post("message/send", text("lisi", strings.Repeat("工", 682)+"ab")), 0)
}

func TestSomeReceiversBadOthersServed(t *testing.T) {
	c := newCorp(t)
	got := c.post("message/send", text("Ghost|LISI|zhangsan|Phantom", "x"))
	c.wantCode(got, 0)
	if got["invaliduser"] != "ghost|phantom" || got["unlicenseduser"] != "" {
		t.Errorf("got %v, want the strangers in lower case", got)
	}
	m := c.wantMessages(2)
	if want := c.str(got, "msgid") + "/lisi"; m[0].ID != want || m[1].To != "ZhangSan" {
		t.Errorf("got %s to %s, want %s first", m[0].ID, m[1].To, want)
	}
}

func TestAllReachesEverybody(t *testing.T) {
	c := newCorp(t)
	c.wantCode(c.post("message/send", text("@all", "x")), 0)
	c.wantMessages(3)
}

func TestFaultsOfReceivers(t *testing.T) {
	for _, row := range []struct {
		fault             string
		invalid, unlicens any
		arrived           int
	}{
		{"partial", "zhangsan", "", 2},
		{"partial_array", []any{"zhangsan"}, []any{}, 2},
		{"unlicensed", "", "zhangsan", 2},
	} {
		t.Run(row.fault, func(t *testing.T) {
			c := newCorp(t)
			c.faults.Set(sandbox.Fault{Channel: "wecom", Name: row.fault, Times: 1})
			got := c.post("message/send", text("zhangsan|lisi|wangwu", "x"))
			c.wantCode(got, 0)
			if !reflect.DeepEqual(got["invaliduser"], row.invalid) || !reflect.DeepEqual(got["unlicenseduser"], row.unlicens) {
				t.Errorf("got %v, want invalid %v unlicensed %v", got, row.invalid, row.unlicens)
			}
			c.wantMessages(row.arrived)
		})
	}
}

func TestPartialFaultOfOneReceiverIsAllInvalid(t *testing.T) {
	c := newCorp(t)
	c.faults.Set(sandbox.Fault{Channel: "wecom", Name: "partial", Times: 1})
	c.wantCode(c.post("message/send", text("lisi", "x")), 81013)
}

func TestThe31stMessageOfAMinuteVanishes(t *testing.T) {
	c := newCorp(t)
	for range 32 {
		c.wantCode(c.post("message/send", text("lisi", "x")), 0)
	}
	c.wantMessages(30)
	if c.Dropped() != 2 {
		t.Errorf("got %d dropped, want 2", c.Dropped())
	}
	c.wantCode(c.post("message/send", text("zhangsan", "x")), 0)
	c.clock.pass(time.Minute)
	c.wantCode(c.post("message/send", text("lisi", "x")), 0)
	c.wantMessages(32)
}

func TestThe1001stMessageOfAnHourVanishes(t *testing.T) {
	c := newCorp(t)
	token := c.token()
	for range 34 {
		for range 30 {
			c.wantCode(c.decode(c.do("POST", "message/send?access_token="+token, encode(t, text("lisi", "x")))), 0)
		}
		c.clock.pass(time.Minute)
	}
	c.wantMessages(1000)
	c.clock.pass(27 * time.Minute) // the first minute's messages are an hour old now
	c.wantCode(c.post("message/send", text("lisi", "x")), 0)
	c.wantMessages(1001)
}

func TestRepeatedRequestIsDeliveredOnce(t *testing.T) {
	c := newCorp(t)
	req := with(with(text("lisi", "x"), 1, "enable_duplicate_check"), 600, "duplicate_check_interval")
	first, again := c.post("message/send", req), c.post("message/send", req)
	c.wantCode(again, 0)
	if first["msgid"] != again["msgid"] {
		t.Errorf("got msgid %v, want that of the first, %v", again["msgid"], first["msgid"])
	}
	c.wantMessages(1)
	c.clock.pass(600 * time.Second)
	c.wantCode(c.post("message/send", req), 0)
	c.wantMessages(2)
}

func TestRepeatWithoutTheCheckArrivesTwice(t *testing.T) {
	c := newCorp(t)
	for range 2 {
		c.wantCode(c.post("message/send", text("lisi", "x")), 0)
	}
	c.wantMessages(2)
}
