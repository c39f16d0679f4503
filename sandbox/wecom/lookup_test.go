package wecom_test

import (
	"fmt"
	"testing"
	"time"

	"ticketbell/sandbox"
)

func TestLookUpFindsMembers(t *testing.T) {
	c := newCorp(t)
	for name, row := range map[string]struct {
		path string
		req  object
		want string
	}{
		"mainland mobile":  {"user/getuserid", object{"mobile": "13800001234"}, "ZhangSan"},
		"foreign mobile":   {"user/getuserid", object{"mobile": "+12125550123"}, "lisi"},
		"corp address":     {"user/get_userid_by_email", object{"email": "ZhangSan@corp.com"}, "ZhangSan"},
		"personal address": {"user/get_userid_by_email", object{"email": "lisi@qq.com", "email_type": 2}, "lisi"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.in(t).post(row.path, row.req)
			c.in(t).wantCode(got, 0)
			if got["userid"] != row.want {
				t.Errorf("got %v, want %s", got["userid"], row.want)
			}
		})
	}
}

func TestLookUpRefusals(t *testing.T) {
	c := newCorp(t)
	for name, row := range map[string]struct {
		path string
		req  object
		code int
	}{
		"unknown mobile":           {"user/getuserid", object{"mobile": "13900000000"}, 46004},
		"short mobile":             {"user/getuserid", object{"mobile": "1380"}, 40058},
		"unknown field":            {"user/getuserid", object{"mobile": "13800001234", "x": 1}, 40035},
		"unknown address":          {"user/get_userid_by_email", object{"email": "ghost@corp.com"}, 46004},
		"personal asked as corp":   {"user/get_userid_by_email", object{"email": "lisi@qq.com", "email_type": 1}, 46004},
		"corp asked as personal":   {"user/get_userid_by_email", object{"email": "zhangsan@corp.com", "email_type": 2}, 46004},
		"email_type 3":             {"user/get_userid_by_email", object{"email": "zhangsan@corp.com", "email_type": 3}, 40058},
		"address without a domain": {"user/get_userid_by_email", object{"email": "zhangsan"}, 40058},
	} {
		t.Run(name, func(t *testing.T) { c.in(t).wantCode(c.in(t).post(row.path, row.req), row.code) })
	}
}

func TestTooManyMissesCloseTheLookUpForADay(t *testing.T) {
	c := newCorp(t)
	find := func(mobile string) object { return c.post("user/getuserid", object{"mobile": mobile}) }
	for i := range 21 {
		c.wantCode(find(fmt.Sprintf("139%08d", i)), 46004)
	}
	c.wantCode(find("13800001234"), 45009)
	c.wantCode(c.post("user/get_userid_by_email", object{"email": "zhangsan@corp.com"}), 0)
	c.clock.pass(24 * time.Hour)
	c.wantCode(find("13800001234"), 0)
}

func TestMemberIsShownWithoutPrivateFields(t *testing.T) {
	c := newCorp(t)
	got := c.get("user/get?userid=zhangsan&access_token=" + c.token())
	c.wantCode(got, 0)
	if got["name"] != "张三" || got["mobile"] != nil || got["email"] != nil {
		t.Errorf("got %v, want a name and neither mobile nor email", got)
	}
	c.wantCode(c.get("user/get?userid=ghost&access_token="+c.token()), 60111)
	c.wantCode(c.get("user/get?access_token="+c.token()), 40003)
}

func TestUnknownPersonFaultHidesMembers(t *testing.T) {
	c := newCorp(t)
	c.faults.Set(sandbox.Fault{Channel: "wecom", Name: "unknown_person"})
	c.wantCode(c.post("user/getuserid", object{"mobile": "13800001234"}), 46004)
	c.wantCode(c.post("message/send", text("lisi", "x")), 81013)
	c.wantCode(c.get("user/get?userid=lisi&access_token="+c.token()), 60111)
}
