package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

func TestAFlowIsTriedInThePlayground(t *testing.T) {
	w := demo(t).window()
	w.visit("/flows/strict?lang=zh")
	w.see("按提交时的版本走完")
	w.click("在演练场试运行")
	w.path("/playground")
	w.see("试运行：两级审核")
	w.see("等 李四 处理")
}

func TestAFlowIsForSomeTypesAndATieNamesTheOther(t *testing.T) {
	h := demo(t)
	w := h.window()
	create := func(key, types string) {
		w.visit("/flows/-?lang=zh")
		w.fill("名称", "导出 "+key)
		w.fill("标识", key)
		w.fill("适用类型", types)
		for _, name := range []string{"steps[0].name", "steps[1].name"} {
			script[bool](w, `(document.getElementById("flow-`+name+`").value = "一步", true)`)
		}
		script[bool](w, `(document.getElementById("flow-steps[0].members").value = "lisi", true)`)
		w.click("保存")
	}
	create("export", "数据 导出，export")
	w.path("/flows/export")
	if got := w.value("适用类型"); got != "数据 导出, export" {
		t.Errorf("got %q, want the types with their blanks", got)
	}
	create("late", "export")
	w.see("适用类型：")
	w.see("export")
	if text := w.text(); !strings.Contains(text, "已被 export 占用") {
		t.Errorf("got %s, want the other flow named", text)
	}
	w.visit("/flows?lang=zh")
	w.see("所有项目里这些类型的工单")
	w.see("所有类型")
	w.shoot("flows-types")
	w.visit("/flows/export?lang=zh")
	w.shoot("flow-types")
	w.click("在演练场试运行")
	w.path("/playground")
	w.see("等 李四 处理")
	w.visit("/playground?lang=zh")
	w.click("新工单")
	w.fill("类型", "export")
	w.shoot("playground-type")
	w.click("创建工单")
	w.see("等 李四 处理")
}

func TestAStepIsLeftToTheCreatorOrTheTicketSystem(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/flows/default?lang=zh")
	w.click("创建人")
	eventually(t, "the field of the members is gone for the first step", func() error {
		if script[bool](w, `document.getElementById("flow-steps[0].members").checkVisibility()`) {
			return errors.New("it is shown")
		}
		return nil
	})
	w.fill("描述", "自己先确认一遍")
	w.shoot("flow-creator")
	w.click("检查是否可送达")
	w.see("由创建人自己处理。")
	w.accessible("a step of the creator")
	w.click("保存")
	w.see("已保存。新提交的工单按它通知。")
	if _, body := h.ask("POST", "/api/v1/tickets", `{"title":"自己确认","project":"pay","creator":"creator"}`); !strings.Contains(body, `"assignees":[{"username":"creator"`) {
		t.Errorf("got %s, want the creator to act", body)
	}
	w.visit("/flows?lang=zh")
	w.see("审核 创建人")
}

func TestAStepIsDraggedToItsPlace(t *testing.T) {
	w := demo(t).window()
	w.visit("/flows/strict?lang=zh")
	grip := script[[]float64](w, `(() => {
		const grips = document.querySelectorAll("[data-grip]");
		grips[1].scrollIntoView({ block: "center", behavior: "instant" });
		const r = grips[1].getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`)
	x, y := grip[0], grip[1]
	w.do("take the second step", chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.Button("left"), chromedp.ClickCount(1)))
	w.do("drag it a little", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y-10, chromedp.Button("left")))
	w.do("drag it up", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y-200, chromedp.Button("left")))
	w.awaits(".sorting .dragged, .sorting .land-before")
	w.shoot("flow-dragged")
	w.do("let go", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, y-200, chromedp.Button("left"), chromedp.ClickCount(1)))
	eventually(t, "the second step is the first, and has the focus", func() error {
		if got := script[string](w, `document.activeElement.id + " " + document.getElementById("flow-steps[0].name").value`); got != "step-0 DBA" {
			return errors.New("got " + got)
		}
		return nil
	})
}

func TestTheCreatorIsCopiedAndAMovedStepHasTheFocus(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/flows/strict?lang=zh")
	w.click("下移 审核")
	eventually(t, "the step that was moved has the focus", func() error {
		if got := script[string](w, `document.activeElement.id + " " + document.getElementById("flow-steps[1].name").value`); got != "step-1 审核" {
			return errors.New("got " + got)
		}
		return nil
	})
	script[bool](w, `(document.getElementById("flow-steps[0].escalate_to").value = "nobody-here", document.getElementById("flow-steps[0].escalate_after").value = "24h", true)`)
	w.click("抄送创建人 DBA")
	w.click("检查是否可送达")
	w.see("没有这个用户")
	w.see("创建人（抄送“DBA”）")
	w.choose("状态", "待审核 → 创建人（抄送“DBA”）")
	w.shoot("flow-steps")
	w.accessible("a flow with a person nobody knows")
	w.size(320, 900)
	w.fits("a flow with a person nobody knows")
	w.shoot("flow-steps-narrow")
	w.size(1280, 900)
	w.click("保存")
	w.see("已保存。新提交的工单按它通知。")
	if status, body := h.ask("POST", "/api/v1/tickets", `{"title":"抄送给我","project":"core","creator":"creator"}`); status != http.StatusCreated && status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	eventually(t, "the creator sees their own ticket wait", func() error {
		if n := h.channelsOf("creator", "抄送给我"); n != 3 {
			return fmt.Errorf("got it on %d channels, want 3", n)
		}
		return nil
	})
}

// pictured opens alone what the frame of a preview shows: nobody sees into it but the browser.
func (w *window) pictured() {
	w.t.Helper()
	address := script[string](w, `document.querySelector("[data-preview] iframe").src`)
	w.do("open the picture", chromedp.Navigate(address))
}

func TestAFlowShowsItsMessagesOnEachChannel(t *testing.T) {
	w := demo(t).window()
	for channel, want := range map[string]string{"飞书": "待你审核：订单表加索引", "企业微信": "订单表加索引", "邮件": "+08:00"} {
		w.visit("/flows/strict?lang=zh")
		w.click(channel)
		w.shoot("flow-" + channel)
		w.pictured()
		w.see(want)
	}
	w.visit("/flows/strict?lang=en")
	w.choose("State", "Failed → the creator")
	w.pictured()
	w.see("Lock wait timeout exceeded")
}

func TestAStyleIsLookedAtBeforeItIsSaved(t *testing.T) {
	h := demo(t)
	alone := h.window() // the other one asks before it leaves what is not saved
	for _, row := range []struct{ channel, style, draws string }{
		{"企业微信", "模板卡片", ".wx-card dl"},
		{"企业微信", "文本卡片", ".wx-card .wx-gray"},
		{"企业微信", "Markdown", ".bubble blockquote"},
		{"企业微信", "纯文本", ".bubble > .wx-lines"},
		{"飞书", "卡片", ".fs-card .fs-fields"},
		{"飞书", "富文本", ".fs-post p > a"},
		{"飞书", "文本", ".bubble:not(.fs-post) > a"},
	} {
		w := h.window()
		w.visit("/channels?lang=zh")
		w.click("修改 " + row.channel)
		w.awaits("[data-style] iframe[src]")
		w.tick(row.style)
		w.shoot("style-" + row.channel + row.style)
		address := script[string](w, `document.querySelector("[data-style] iframe").src`)
		alone.do("open the picture", chromedp.Navigate(address))
		alone.awaits(row.draws)
		alone.see("查看工单")
		alone.shoot("style-alone-" + row.channel + row.style)
	}
	for _, channel := range []string{"wecom", "feishu"} {
		if _, answer := h.ask("GET", "/api/v1/channels/"+channel, ""); !strings.Contains(answer, `"style":"card"`) {
			t.Errorf("got %s of %s, want the style as it was", answer, channel)
		}
	}
}
