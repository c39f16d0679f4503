package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTheThemeIsTheSameWhereverItsUserSignsIn(t *testing.T) {
	h, w := begin(t)
	w.visit("/me")
	w.click("暗")
	w.wears("dark")
	w.visit("/me")
	w.wears("dark")

	other := h.window()
	other.visit("/signin")
	other.wears("light")
	other.fill("用户名", "root")
	other.fill("密码", password)
	other.click("登录")
	other.see("API 令牌")
	other.wears("dark")
	if sent := script[string](other, `fetch(location).then(r => r.text()).then(t => t.match(/<html[^>]*>/)[0])`); sent != `<html lang="zh-CN" data-theme="dark" data-bs-theme="dark">` {
		t.Errorf("got %s from the server, want it dark before any script ran", sent)
	}
}

// wears waits until the page is light or dark.
func (w *window) wears(theme string) {
	w.t.Helper()
	eventually(w.t, "the page is "+theme, func() error {
		if got := script[string](w, `document.documentElement.dataset.bsTheme`); got != theme {
			return fmt.Errorf("it is %s", got)
		}
		return nil
	})
}

// tells posts an event that tells admin something, about a ticket of that key.
func (h *house) tells(key string) {
	h.t.Helper()
	status, answer := h.ask("POST", "/api/v1/events", `{"id":"`+key+`","kind":"submitted","audience":[{"username":"admin"}],
		"ticket":{"key":"`+key+`","title":"订单表加索引","status":"waiting_review"}}`)
	if status != http.StatusAccepted {
		h.t.Fatalf("got %d %s, want it accepted", status, answer)
	}
}

func TestQuietHoursSetOnOnesOwnPageHoldANoticeUntilTheyEnd(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/settings", `{"channel_policy":"first"}`)
	w := h.window()
	now := time.Now().UTC()
	end := now.Add(30 * time.Second).Truncate(time.Minute).Add(time.Minute) // a whole minute, not too near
	w.visit("/me")
	w.fill("开始", now.Add(-time.Hour).Format("15:04"))
	w.fill("结束", end.Format("15:04"))
	w.fill("时区", "UTC")
	w.click("保存")
	w.see("已保存。")

	h.tells("7")
	w.visit("/deliveries?channel=feishu")
	w.see("免打扰至 " + end.Format("15:04"))
	w.click("#7 待处理")
	w.see("下次尝试")
	w.accessible("a delivery that waits for quiet hours to end")
	if _, got := h.ask("GET", "/sandbox/messages", ""); strings.Contains(got, "订单表加索引") {
		t.Errorf("got %s in the quiet hours, want nothing yet", got)
	}
	within(t, time.Until(end)+patience, "the notice arrives after the quiet hours", func() error { return h.arrived("feishu", "7") })
	if time.Now().Before(end) {
		t.Errorf("it arrived before %s", end)
	}
	w.awaits("#rows tr[data-status=accepted]")
}

// arrived says why the message about the ticket of that key is not on the channel's device.
func (h *house) arrived(channel, key string) error {
	if _, got := h.ask("GET", "/sandbox/messages?channel="+channel, ""); !strings.Contains(got, "#"+key) {
		return errors.New("it is not there")
	}
	return nil
}

// reaches waits until it is.
func (h *house) reaches(channel, key string) {
	h.t.Helper()
	eventually(h.t, "#"+key+" arrives on "+channel, func() error { return h.arrived(channel, key) })
}

func TestTheOrderOfChannelsIsSetByKeyboardAndKept(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/me")
	w.tabTo("邮件 上移")
	w.press("\r")
	w.see("邮件：第 2 位，共 3 位")
	w.press("\r")
	w.see("邮件：第 1 位，共 3 位")
	if got := w.focused(); !strings.Contains(got, "邮件 上移") {
		t.Errorf("got the focus on %q, want it still on the button", got)
	}
	w.accessible("the order of channels")
	w.shoot("me-order")
	w.click("保存")
	w.see("已保存。")
	w.visit("/me")
	const order = `[...document.querySelectorAll(".order li")].map((li) => li.dataset.channel).join(" ") + " " + document.querySelector("[name=channel_policy]:checked").value`
	if got := script[string](w, order); got != "mail feishu wecom first" {
		t.Errorf("got %q on the page, want the order and one channel only", got)
	}

	h.tells("8")
	h.reaches("mail", "8")
	w.visit("/deliveries?q=8")
	w.see("已在另一个渠道送达，按渠道顺序不再发")
	h.ask("PATCH", "/api/v1/users/admin", `{"email":""}`)
	h.tells("9")
	h.reaches("feishu", "9")
	w.visit("/deliveries?q=9&channel=feishu")
	w.click("#9 待处理")
	w.see("← 邮件未送达：此人没有邮箱")
	w.accessible("a delivery on a channel that was not the first")

	w.visit("/me")
	w.click("跟随全局设置")
	w.click("保存")
	w.see("已保存。")
	if got := script[string](w, order); got != "feishu wecom mail " {
		t.Errorf("got %q on the page, want what the settings say", got)
	}
}

func TestHowPeopleAreToldIsSetForEverybody(t *testing.T) {
	w := demo(t).window()
	w.visit("/channels")
	w.click("修改 全局")
	w.click("每人按顺序只发一个")
	w.click("企业微信 上移")
	w.fill("几分钟未送达就走下一个渠道", "soon")
	w.fill("开始", "22:00")
	w.fill("结束", "8:00")
	w.click("保存")
	w.see("请改正以下内容：")
	w.see("须为时刻，如 22:00")
	w.fill("几分钟未送达就走下一个渠道", "3")
	w.fill("结束", "08:00")
	w.click("保存")
	w.see("每人按顺序只发一个 · 企业微信 › 飞书 › 邮件 （3 分钟未送达就走下一个）")
	w.see("22:00–08:00")
	w.see("失败后 1 秒起")
	w.shoot("channels-general-told")
	w.visit("/me")
	w.see("未设置，按全局默认：22:00–08:00。")
}

func TestEventsAreSwitchedOffByKeyboardOnOnesOwnPage(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/me")
	w.tabTo("抄送")
	w.press(" ")
	w.accessible("the events of one's own page")
	w.shoot("me-events")
	w.click("保存")
	w.see("已保存。")
	w.visit("/me?lang=en")
	const off = `[...document.querySelectorAll("[name=events]:not(:checked):not([type=hidden])")].map((box) => box.value).join(" ")`
	if got := script[string](w, off); got != "copied" {
		t.Errorf("got %q off on the page, want copies alone", got)
	}
	if got := script[bool](w, `document.getElementById("me-events.to_do").disabled`); !got {
		t.Error("got a switch for what waits for somebody that can be moved")
	}

	status, answer := h.ask("POST", "/api/v1/events", `{"id":"9","kind":"submitted","audience":[{"username":"admin"}],
		"ticket":{"key":"9","title":"订单表加索引","status":"waiting_review","step":{"kind":"review","assignees":[{"username":"t1"}]}}}`)
	if status != http.StatusAccepted {
		t.Fatalf("got %d %s, want it accepted", status, answer)
	}
	w.visit("/deliveries?q=9&status=skipped&lang=zh")
	w.see("本人关闭了这类通知")
	w.visit("/users/admin")
	w.see("不再接收 抄送")
}

func TestATicketIsMutedByKeyboardOnOnesOwnPageAndHeardOfAgain(t *testing.T) {
	h := demo(t)
	h.tells("7")
	h.reaches("mail", "7")
	w := h.window()
	w.visit("/me")
	w.fill("显示名", "还没保存")
	w.tabTo("静音此工单 #7")
	w.press("\r")
	w.see("已静音 #7。")
	w.accessible("a muted ticket")
	w.shoot("me-muted")
	if got := w.value("显示名"); got != "还没保存" {
		t.Errorf("got %q in the form, want what was typed still there", got)
	}
	h.tellsAgain("7")
	w.visit("/deliveries?q=7&channel=mail&status=skipped")
	w.see("已静音：本人不想再收到这个工单的进展")

	w.visit("/me?lang=en")
	w.see("Muted tickets")
	w.click("Unmute #7")
	w.see("You hear of #7 again.")
	w.see("No tickets are muted.")
}

// tellsAgain posts a reminder of a ticket that [house.tells] told admin of.
func (h *house) tellsAgain(key string) {
	h.t.Helper()
	status, answer := h.ask("POST", "/api/v1/events", `{"id":"`+key+`-again","kind":"reminded","audience":[{"username":"admin"}],
		"ticket":{"key":"`+key+`","title":"订单表加索引","status":"waiting_review"}}`)
	if status != http.StatusAccepted {
		h.t.Fatalf("got %d %s, want it accepted", status, answer)
	}
}
