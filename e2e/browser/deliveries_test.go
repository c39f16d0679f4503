package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// submitted puts a ticket of the demo on its way.
func (h *house) submitted(title string) {
	h.t.Helper()
	status, answer := h.ask(http.MethodPost, "/api/v1/tickets", `{"title":"`+title+`","project":"pay","creator":"creator"}`)
	if status >= 300 {
		h.t.Fatalf("submit %s: got %d %s", title, status, answer)
	}
}

// awaits waits until the API lists a delivery with the status.
func (h *house) awaits(status string) {
	h.t.Helper()
	eventually(h.t, "a delivery is "+status, func() error {
		if _, answer := h.ask(http.MethodGet, "/api/v1/deliveries?status="+status, ""); !strings.Contains(answer, `"status":"`+status+`"`) {
			return errors.New("got none")
		}
		return nil
	})
}

func TestADeadLetterIsFoundMendedAndSentAgain(t *testing.T) {
	h := demo(t)
	h.breaks("mail", "unknown_person")
	h.submitted("订单表加索引")
	h.awaits("dead")
	h.mends("mail")

	w := h.window()
	w.visit("/deliveries?lang=zh")
	w.fill("搜索", "加索引")
	w.see("#1 待处理")
	w.choose("状态", "死信")
	eventually(t, "the filters stand in the address", func() error {
		if at := script[string](w, `decodeURI(location.search)`); !strings.Contains(at, "q=加索引") || !strings.Contains(at, "status=dead") {
			return fmt.Errorf("got %s", at)
		}
		return nil
	})
	w.click("#1 待处理")
	w.see("尝试")
	w.see("mail.550")
	w.click("立即重试")
	w.see("平台已接受")
	if at := script[string](w, `location.pathname`); !strings.HasPrefix(at, "/deliveries/dlv_") {
		t.Errorf("got the address %s, want that of the delivery", at)
	}
}

func TestNewDeliveriesAppearByThemselvesAndAreSaidOnce(t *testing.T) {
	h := demo(t)
	h.submitted("第一张")
	h.awaits("accepted")
	w := h.window()
	w.visit("/deliveries?lang=zh")
	w.see("第一张")
	eventually(t, "the page listens", func() error {
		if script[string](w, `document.documentElement.dataset.live ?? ""`) != "true" {
			return errors.New("not yet")
		}
		return nil
	})
	h.submitted("第二张")
	w.see("第二张")
	w.see("新增 3 条")
}

func TestDeliveriesAreAccessibleInEveryLook(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	h.window().everyLook("/deliveries")
}
