package browser

import (
	"errors"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestTheBoxLeadsOnAndNoticesAreKept(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/me?lang=zh")
	w.click("搜索")
	w.press("审计")
	w.see("在投递记录中搜索「审计」")
	w.press("\r")
	w.path("/audit")
	w.click("English")
	w.click("中文")
	w.click("admin")
	w.click("提示记录")
	w.see("已切换到中文")
	w.click("关闭")
	w.click("搜索")
	w.press("加索引" + kb.ArrowDown + kb.ArrowUp + "\r") // the first of two searches
	w.path("/deliveries")
	w.see("#1 待处理")
}

func TestKeysLeadToPagesUnlessTheyAreSwitchedOff(t *testing.T) {
	w := demo(t).window()
	w.visit("/me?lang=zh")
	w.press("gf")
	w.path("/flows")
	w.press("?")
	w.see("键盘快捷键")
	w.click("启用快捷键")
	w.press(kb.Escape)
	w.gone("启用快捷键")
	w.press("gu")
	w.press("?")
	w.path("/flows")
	w.gone("启用快捷键")
}

// live waits until the page listens, or no longer does.
func (w *window) live(want string) {
	w.t.Helper()
	eventually(w.t, "the page's line", func() error {
		if script[string](w, `document.documentElement.dataset.live ?? ""`) != want {
			return errors.New("not yet")
		}
		return nil
	})
}

func TestAPageNobodyLooksAtGivesItsLineBack(t *testing.T) {
	w := demo(t).window()
	look := func(state string) {
		script[bool](w, `(Object.defineProperty(document, "visibilityState", { value: `+quoted(state)+`, configurable: true }), document.dispatchEvent(new Event("visibilitychange")))`)
	}
	w.visit("/overview?lang=zh")
	w.live("true")
	look("hidden")
	w.live("")
	look("visible")
	w.live("true")
}
