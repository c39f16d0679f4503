package browser

import (
	"strings"
	"testing"
)

func TestTheOverviewShowsTheTimeAskedForAndHidesItsFirstSteps(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	h.ask("PATCH", "/api/v1/settings", `{"url_prefix":""}`) // one of the steps is left
	w := h.window()
	w.visit("/overview?lang=zh")
	w.see("五步完成上手")
	w.choose("时间", "最近 3 天")
	w.see("最近 3 天：成功")
	if at := script[string](w, `location.search`); at != "?hours=72" {
		t.Errorf("got the address %s, want it to keep the time", at)
	}
	w.click("不再显示")
	w.awaits("#overview:not(:has(#steps-off))") // once it is kept
	w.gone("五步完成上手")
	w.visit("/overview?hours=6&lang=en")
	w.see("Last 6 hours: ")
	if text := w.text(); strings.Contains(text, "Get started") {
		t.Errorf("the first steps are back: %s", text)
	}
}
