package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
	w.see("与接收人有关：先核对这些人的联系方式")
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
	w.listens()
	h.submitted("第二张")
	w.see("第二张")
	w.see("新增 3 条")
}

func TestADeadLetterIsSentAgainByKeyboardAlone(t *testing.T) {
	h := demo(t)
	h.breaks("mail", "unknown_person")
	h.submitted("甲")
	h.submitted("乙")
	h.awaitsDead(2)
	h.mends("mail")

	w := h.window()
	w.visit("/deliveries?status=dead&order=oldest&lang=zh")
	w.press(kb.ArrowDown)
	w.press(kb.ArrowDown)
	w.stands("#2 待处理")
	w.press("\r")
	w.see("#2 待处理 → t1")
	w.press("k")
	w.see("#1 待处理 → t1")
	w.press("j")
	w.see("#2 待处理 → t1")
	w.press("r")
	eventually(t, "the open delivery is accepted", func() error {
		if status := script[string](w, `document.querySelector("[data-open-status]")?.dataset.openStatus ?? ""`); status != "accepted" {
			return errors.New("it is " + status)
		}
		return nil
	})
	w.press(kb.Escape)
	w.stands("#2 待处理") // where it was
	if at := script[string](w, `location.pathname`); at != "/deliveries" {
		t.Errorf("got the address %s, want that of the list", at)
	}
}

// stands waits until the keyboard is at something that reads so.
func (w *window) stands(words string) {
	w.t.Helper()
	eventually(w.t, "the keyboard is at "+words, func() error {
		if at := w.focused(); !strings.Contains(at, words) {
			return fmt.Errorf("it is at %q", at)
		}
		return nil
	})
}

// awaitsDead waits until the API counts so many dead letters.
func (h *house) awaitsDead(n int) {
	h.t.Helper()
	eventually(h.t, fmt.Sprintf("%d deliveries are dead", n), func() error {
		if _, answer := h.ask(http.MethodGet, "/api/v1/deliveries:count", ""); !strings.Contains(answer, fmt.Sprintf(`"dead":%d`, n)) {
			return errors.New("got " + answer)
		}
		return nil
	})
}

func TestColumnsAreChosenAndKept(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/deliveries?lang=zh")
	w.see("订单表加索引")
	w.tick("列")
	w.tick("工单标题")
	w.gone("订单表加索引")
	w.awaits("#columns form") // until it is kept
	w.visit("/deliveries?lang=en")
	w.see("#1 Submitted")
	w.gone("订单表加索引")
	w.tick("Columns")
	w.tick("Ticket title")
	w.see("订单表加索引")
}

func TestTheListIsSortedByItsHeadings(t *testing.T) {
	h := demo(t)
	h.breaks("mail", "unknown_person")
	h.submitted("订单表加索引")
	h.awaits("accepted")
	h.awaits("dead")
	w := h.window()
	w.visit("/deliveries?lang=zh")
	sorted := func(heading string) string {
		return script[string](w, `[...document.querySelectorAll("#records thead th")].find((th) => th.textContent.includes(`+quoted(heading)+`)).getAttribute("aria-sort") ?? ""`)
	}
	if sorted("时间") != "descending" || sorted("耗时") != "" {
		t.Errorf("got %q by time and %q by duration, want the newest first", sorted("时间"), sorted("耗时"))
	}
	w.click("耗时")
	w.see("耗时最长的在前")
	if got := sorted("耗时"); got != "descending" {
		t.Errorf("got %q by duration, want descending", got)
	}
	w.click("耗时")
	w.see("耗时最短的在前")
	first := script[string](w, `document.querySelector("#rows tr").dataset.status`)
	if got := sorted("耗时"); got != "ascending" || first != "dead" {
		t.Errorf("got %q by duration with %s first, want ascending, and what took no time first", got, first)
	}
	w.shoot("deliveries-sorted")
}

func TestNothingNewMovesTheRowThatHasTheFocus(t *testing.T) {
	h := demo(t)
	h.submitted("第一张")
	h.awaits("accepted")
	w := h.window()
	w.visit("/deliveries?lang=zh")
	w.see("第一张")
	w.listens()
	w.press(kb.ArrowDown)
	w.press(kb.ArrowDown)
	at := func() string {
		return script[string](w, `(() => { const tr = document.activeElement.closest("#rows tr"); return tr ? tr.dataset.id + " " + tr.getBoundingClientRect().top : "" })()`)
	}
	before := at()
	h.submitted("第二张")
	w.see("有 3 条新投递")
	if now := at(); before == "" || now != before {
		t.Errorf("got the focus at %q, want it at %q", now, before)
	}
	w.click("显示")
	w.see("第二张")
}

// dead puts n letters on record that a mail server refused.
func (h *house) dead(n int) {
	h.t.Helper()
	for _, ch := range []string{"feishu", "wecom"} {
		if status, answer := h.ask(http.MethodPatch, "/api/v1/channels/"+ch, `{"enabled":false}`); status >= 300 {
			h.t.Fatalf("switch %s off: got %d %s", ch, status, answer)
		}
	}
	h.breaks("mail", "unknown_person")
	var events []string
	for i := range n {
		events = append(events, fmt.Sprintf(`{"source":"sqle","id":"%d-1","kind":"submitted","ticket":{"key":"%d","title":"t","status":"waiting_review",
			"step":{"name":"审核","kind":"review","assignees":[{"email":"p%d@corp.com"}]}}}`, i, i, i))
	}
	if status, answer := h.ask(http.MethodPost, "/api/v1/events:batch", `{"events":[`+strings.Join(events, ",")+`]}`); status >= 300 {
		h.t.Fatalf("post %d events: got %d %s", n, status, answer)
	}
	h.awaitsDead(n)
}

func TestAJobIsFollowedToItsEnd(t *testing.T) {
	h := demo(t)
	h.dead(400)
	w := h.window()
	w.visit("/deliveries?status=dead&lang=zh")
	w.listens()
	// Not by its place: what is heard meanwhile moves it.
	script[bool](w, `(document.querySelector("#many button[name=all][value=cancel]").click(), true)`)
	w.see("完成：丢弃 400 条")
	if _, answer := h.ask(http.MethodGet, "/api/v1/deliveries:count", ""); !strings.Contains(answer, `"canceled":400`) {
		t.Errorf("got %s, want all of them called off", answer)
	}
}

// A job that waits for a slow provider is held from any page, and goes on from there.
func TestAJobIsPausedAndGoesOn(t *testing.T) {
	h := demo(t)
	h.breaks("feishu", "slow")
	w := h.window()
	w.visit("/me?lang=zh")
	w.listens()
	if status, answer := h.ask(http.MethodPost, "/api/v1/users:test", `{"usernames":["t1","admin","creator"]}`); status != http.StatusAccepted {
		t.Fatalf("test three people: got %d %s", status, answer)
	}
	w.awaits("#jobs [data-verb=pause]")
	script[bool](w, `(document.querySelector("#jobs [data-verb=pause]").click(), true)`)
	w.see("已暂停，")
	w.see("后台任务（进行中 1）")
	h.mends("feishu")
	w.see("继续")
	w.gone("完成：")
	script[bool](w, `(document.querySelector("#jobs [data-verb=resume]").click(), true)`)
	w.see("完成：平台接受 ")
	w.see("后台任务（进行中 0）")
}

// listens waits until the page hears what changes.
func (w *window) listens() {
	w.t.Helper()
	eventually(w.t, "the page listens", func() error {
		if script[string](w, `document.documentElement.dataset.live ?? ""`) != "true" {
			return errors.New("not yet")
		}
		return nil
	})
}

func TestALostLineIsSaidAndTakenUpAgain(t *testing.T) {
	h := demo(t)
	h.submitted("第一张")
	h.awaits("accepted")
	w := h.window()
	w.visit("/deliveries?lang=zh")
	w.see("第一张")
	w.listens()
	h.goes()
	w.see("与服务器断开")
	h.comesBack()
	w.listens()
	w.gone("与服务器断开")
	h.submitted("第二张")
	w.see("第二张")
}

// What happens after a page is drawn and before it listens is shown all the same.
func TestNothingIsMissedUntilAPageListens(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.block("*://*:*/*stream.js", true)
	w.visit("/deliveries?lang=zh")
	h.submitted("页面画好之后")
	h.awaits("accepted")
	w.gone("页面画好之后")
	w.block("*://*:*/*stream.js", false)
	script[bool](w, `(document.head.append(Object.assign(document.createElement("script"), {
		type: "module", src: document.querySelector("script[src$='stream.js']").src + "?late" })), true)`)
	w.see("页面画好之后")
}

// block keeps the window from asking for such addresses, or no longer does.
func (w *window) block(pattern string, on bool) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{
		URLPatterns: []*network.BlockPattern{{URLPattern: pattern, Block: on}},
	})
	if err != nil {
		w.t.Fatalf("block %s: %v", pattern, err)
	}
}

func TestADeadLetterGoesAnotherWay(t *testing.T) {
	h := demo(t)
	h.ask(http.MethodPatch, "/api/v1/channels/wecom", `{"enabled":false}`)
	h.breaks("mail", "unknown_person")
	h.submitted("订单表加索引")
	h.awaits("dead")
	h.ask(http.MethodPatch, "/api/v1/channels/wecom", `{"enabled":true}`)

	w := h.window()
	w.visit("/deliveries?status=dead&lang=zh")
	w.click("#1 待处理")
	w.click("改走其他渠道重发…")
	w.see("这一条作废")
	w.click("改走飞书") // where t1 has it already
	w.see("此人在该渠道已有同一事件的投递")
	w.accessible("a delivery that cannot go that way")
	w.click("改走其他渠道重发…")
	w.click("改走企业微信")
	h.awaits("canceled")
	id := h.accepted("wecom")
	eventually(t, "the drawer shows the new one", func() error {
		if at := script[string](w, `location.pathname`); at != "/deliveries/"+id {
			return errors.New("it is at " + at)
		}
		return nil
	})
}

func TestTheMessageIsDrawnAsItsDeviceShowsIt(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	w := h.window()
	for _, channel := range []string{"feishu", "wecom", "mail"} {
		id := h.accepted(channel)
		// Nobody sees into its frame but the browser. Alone it is drawn the same.
		w.do("open the message on "+channel, chromedp.Navigate(h.url+"/deliveries/"+id+"/sent?format=card&lang=zh&theme=dark"))
		w.see("待你审核：订单表加索引")
		if at := script[string](w, `self.origin`); at != "null" {
			t.Errorf("%s: got the message drawn at %s, want it without an origin", channel, at)
		}
	}
}

// A key that is pressed in a frame never reaches the page around it: the keyboard stays
// out of it, and who clicked into it is let out by the frame itself.
func TestAPreviewKeepsNoKey(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	w := h.window()
	for _, channel := range []string{"feishu", "wecom", "mail"} {
		w.visit("/deliveries/" + h.accepted(channel) + "?lang=zh")
		eventually(t, "the frame is as high as what is drawn on "+channel, func() error {
			if high := script[string](w, `document.querySelector("#sent-panel iframe").style.height`); high == "" || high == "40px" {
				return fmt.Errorf("got %q", high)
			}
			return nil
		})
		w.shoot("preview-" + channel)
		w.do("click into the frame", chromedp.Click("#sent-panel iframe"))
		w.press(kb.Escape)
		eventually(t, "the drawer is closed", func() error {
			if script[bool](w, `document.querySelector("dialog[open]") !== null`) {
				return errors.New("it is open")
			}
			return nil
		})
	}
}

// accepted waits until a delivery on the channel was accepted, and returns its id.
func (h *house) accepted(channel string) string {
	h.t.Helper()
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	eventually(h.t, "a delivery on "+channel+" is accepted", func() error {
		_, answer := h.ask(http.MethodGet, "/api/v1/deliveries?status=accepted&channel="+channel, "")
		if err := json.Unmarshal([]byte(answer), &list); err != nil || len(list.Items) == 0 {
			return errors.New("got " + answer)
		}
		return nil
	})
	return list.Items[0].ID
}
