package browser

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mailedCode waits for the code that was mailed to the address, other than those before.
func (h *house) mailedCode(to string, before ...string) (code string) {
	h.t.Helper()
	six := regexp.MustCompile(`\b\d{6}\b`)
	eventually(h.t, "a code arrives at "+to, func() error {
		_, got := h.ask("GET", "/sandbox/messages?channel=mail", "")
		for message := range strings.SplitSeq(got, `"channel"`) {
			_, said, found := strings.Cut(message, "验证码")
			if code = six.FindString(said); found && strings.Contains(message, to) && code != "" && !slices.Contains(before, code) {
				return nil
			}
		}
		return errors.New("it is not there")
	})
	return code
}

func TestANewAddressIsConfirmedWithTheCodeThatWasMailedToIt(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/settings", `{"confirm_addresses":true}`)
	w := h.window()
	w.visit("/me")
	old := w.value("邮箱")
	w.fill("邮箱", "moved@corp.example")
	w.click("保存")
	w.see("待确认的新邮箱： moved@corp.example")
	w.see("确认之前，通知仍按原来的联系方式发送。")
	if got := w.value("邮箱"); got != old {
		t.Errorf("got %q in the field, want the old address until the new one is confirmed", got)
	}
	first := h.mailedCode("moved@corp.example")
	w.fill("6 位验证码", "12345x")
	w.press("\r")
	w.see("验证码不对，还可以试 4 次")
	w.accessible("a wrong code")
	w.shoot("me-code-wrong")
	w.size(320, 700)
	w.fits("a new address at 320 px")
	w.shoot("me-code-narrow")
	w.size(1280, 900)
	w.prefers("dark")
	w.accessible("a new address in the dark")
	w.shoot("me-code-dark")
	w.prefers("light")

	w.click("重新发送 moved@corp.example")
	w.see("已重新发送，之前的验证码作废。")
	second := h.mailedCode("moved@corp.example", first)
	w.tabTo("6 位验证码")
	w.press(second + "\r")
	w.see("已确认，新的联系方式已生效。")
	if got := w.value("邮箱"); got != "moved@corp.example" {
		t.Errorf("got %q in the field, want the new address", got)
	}
	w.visit("/audit?lang=en")
	w.see("new address confirmed")
	if text := w.text(); strings.Contains(text, "moved@corp.example") || strings.Contains(text, second) {
		t.Error("got the address or its code in the audit log, want neither")
	}
}

func TestANewPhoneNobodyHasIsRefusedAndOneCanBeCalledOff(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/settings", `{"confirm_addresses":true}`)
	for _, ch := range []string{"feishu", "wecom"} {
		h.ask("PATCH", "/api/v1/channels/"+ch, `{"enabled":false}`)
	}
	w := h.window()
	w.visit("/me")
	w.fill("手机", "13999999999")
	w.click("保存")
	w.see("那里找不到使用这个号码的人。请核对号码，或请管理员直接修改")
	w.accessible("a phone nobody has")
	w.visit("/me")
	w.fill("邮箱", "moved@corp.example")
	w.click("保存")
	w.click("取消 moved@corp.example")
	w.see("已取消，继续使用原来的联系方式。")
	w.gone("待确认的新邮箱")
}

func TestLockedContactDetailsSayWhy(t *testing.T) {
	w := demo(t).window()
	w.visit("/channels")
	w.click("修改 全局")
	w.click("企业微信 UserID")
	w.click("手机")
	w.shoot("channels-general-locked")
	w.click("保存")
	w.see("手机 · 企业微信 UserID")
	w.visit("/me")
	w.see("由企业通讯录同步，已被管理员锁定。")
	w.accessible("locked contact details")
	w.shoot("me-locked")
	w.fits("locked contact details")
	before := w.value("手机")
	w.tabTo("手机")
	w.press("1")
	if got := w.value("手机"); got != before {
		t.Errorf("got %q typed into a locked field, want %q", got, before)
	}
	w.fill("显示名", "改名")
	w.click("保存")
	w.see("已保存。")
}
