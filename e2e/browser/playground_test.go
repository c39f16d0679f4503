package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// shown is a message on a simulated device.
type shown struct {
	Channel, Person, Title, Text string
	Updates                      int
}

// devices are what all of them show.
func (h *house) devices() []shown {
	h.t.Helper()
	_, answer := h.ask(http.MethodGet, "/sandbox/messages", "")
	var all struct{ Items []shown }
	if err := json.Unmarshal([]byte(answer), &all); err != nil {
		h.t.Fatalf("read the devices: %v", err)
	}
	return all.Items
}

// channelsOf counts on how many channels somebody got a message with those words.
func (h *house) channelsOf(person, words string) int {
	h.t.Helper()
	on := map[string]bool{}
	for _, m := range h.devices() {
		if m.Person == person && strings.Contains(m.Text, words) {
			on[m.Channel] = true
		}
	}
	return len(on)
}

// copiesSay waits until t1's cards on Feishu and WeCom were changed in place and say so.
func (h *house) copiesSay(words string) {
	h.t.Helper()
	eventually(h.t, "both cards of t1 say "+words, func() error {
		changed := map[string]bool{}
		for _, m := range h.devices() {
			if m.Person == "t1" && m.Updates > 0 && strings.Contains(m.Text, words) {
				changed[m.Channel] = true
			}
		}
		if !changed["feishu"] || !changed["wecom"] {
			return fmt.Errorf("got it on %v of %+v", changed, h.devices())
		}
		return nil
	})
}

func TestTheStoryEndsWithEverybodyToldOnEveryChannel(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/playground?lang=zh")
	w.click("自动演示")
	w.see("在飞书卡片上点「通过」")
	for _, caption := range []string{"已通过", "上线中：旧卡片更新", "演示结束"} {
		w.see(caption)
	}
	for person, words := range map[string]string{"t1": "订单表加索引", "admin": "上线成功", "creator": "上线成功"} {
		if got := h.channelsOf(person, words); got != 3 {
			t.Errorf("got %s told of %s on %d channels, want 3", person, words, got)
		}
	}
	h.copiesSay("已由 t1 于") // the cards that asked t1 were changed in place
	if got := script[string](w, `document.querySelector("#curl").textContent`); !strings.Contains(got, "/actions") {
		t.Errorf("got the curl %q, want that of the last step", got)
	}
}

func TestARejectionIsPressedOnTheFeishuCard(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	w := h.window()
	w.visit("/playground?lang=zh&ticket=1")
	onCard(w, "驳回", "")
	w.see("请先填写。")
	onCard(w, "驳回", "缺少回滚方案")
	eventually(t, "Feishu's toast is seen on the device", func() error {
		if toast := script[string](w, `document.querySelector("[data-device=feishu] .device-toast")?.textContent ?? ""`); !strings.Contains(toast, "已驳回") {
			return fmt.Errorf("got %q", toast)
		}
		return nil
	})
	h.copiesSay("缺少回滚方案")
}

// onCard fills the form of the Feishu card, if there is something to say, and presses a button of it.
func onCard(w *window, button, reason string) {
	w.t.Helper()
	eventually(w.t, "press "+button+" on the card", func() error {
		if !script[bool](w, `(() => {
			const form = document.querySelector("[data-device=feishu] .fs-form");
			const button = [...(form?.querySelectorAll("button") ?? [])].find((b) => b.textContent === `+quoted(button)+`);
			if (!button) return false;
			const field = form.querySelector("textarea");
			field.value = `+quoted(reason)+`;
			field.dispatchEvent(new Event("input", { bubbles: true }));
			button.click();
			return true;
		})()`) {
			return errors.New("there is no such card")
		}
		return nil
	})
}

// onWeCom presses the button of that key on WeCom.
func onWeCom(w *window, key string) {
	w.t.Helper()
	eventually(w.t, "press "+key+" on WeCom", func() error {
		if !script[bool](w, `(() => { const button = document.querySelector("[data-device=wecom] button.wx-button[data-act=`+key+`]"); button?.click(); return Boolean(button); })()`) {
			return errors.New("there is no such button")
		}
		return nil
	})
}

func TestATicketIsMutedOnAWeComCardAndTheFeishuCardSaysSo(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/playground?lang=zh&ticket=1")
	onWeCom(w, "mute")
	w.see("已静音 #1，等你处理的照常通知。在「我的通知」可以恢复") // a message on WeCom
	w.awaits("[data-device=feishu] .fs-card [data-act=unmute]")
	w.accessible("a card that says muted")
	w.shoot("playground-muted")
	onCard(w, "驳回", "缺少回滚方案") // it still decides
	h.copiesSay("缺少回滚方案")
}

func TestACardOfWeComWithoutButtonsIsMutedInItsMenu(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/playground?lang=zh&ticket=1")
	onWeCom(w, "approve")
	eventually(t, "the menu of the WeCom card is open", func() error {
		if !script[bool](w, `(() => { const menu = document.querySelector("[data-device=wecom] .wx-menu"); menu?.querySelector("summary").click(); return menu?.open === true; })()`) {
			return errors.New("there is no menu, or it is shut")
		}
		return nil
	})
	w.accessible("the menu of a WeCom card")
	w.shoot("playground-menu")
	script[bool](w, `(document.querySelector("[data-device=wecom] .wx-menu [data-act=mute]").click(), true)`)
	w.see("已静音 #1，等你处理的照常通知。在「我的通知」可以恢复") // a message on WeCom
}

func TestTheBotIsWrittenToFromADevice(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/playground?lang=zh&ticket=1")
	w.see("正在看 t1")
	w.fill("企业微信：发给机器人的话", "帮助")
	w.press("\r")
	w.see("这张工单的状态、在等谁")
}

func TestThePeopleOfTheDemoAreWrittenToInTheLanguageOfThePage(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/playground?lang=en")
	w.click("Create ticket")
	eventually(t, "t1 is asked in English on every channel", func() error {
		english := map[string]bool{}
		for _, m := range h.devices() {
			english[m.Channel] = strings.Contains(m.Text, "Your review is needed") && strings.Contains(m.Text, "Payments") && strings.Contains(m.Text, "1/2 Review")
		}
		if !english["wecom"] || !english["mail"] {
			return fmt.Errorf("got %+v", h.devices())
		}
		return nil
	})
	w.click("中文")
	w.see("从现在起，演示里的人收到中文消息")
}

func TestWhatTheMenuOffersOpensForEverybodyOfTheDemo(t *testing.T) {
	w := demo(t).window()
	for _, visitor := range []struct {
		who   string
		pages int
	}{{"admin", 9}, {"wangwu", 5}, {"t1", 2}} {
		who, pages := visitor.who, visitor.pages
		w.visit("/playground?lang=zh")
		w.becomes(who)
		w.visit("/playground?lang=zh")
		w.see("自动演示")
		refused := script[[]string](w, `Promise.all([...document.querySelectorAll("#menu li a")].map((a) => fetch(a.href).then((r) => (r.ok ? "" : a.href)))).then((all) => [...all.filter(Boolean)])`)
		if len(refused) > 0 {
			t.Errorf("%s: got %v refused, want everything in the menu open", who, refused)
		}
		if got := script[int](w, `document.querySelectorAll("#menu li a").length`); got != pages {
			t.Errorf("%s: got %d pages in the menu, want %d", who, got, pages)
		}
	}
	w.byKeyboard(scene{name: "playground-member", path: "/playground"})
}

func TestACardIsMarkedAsReadOnTheFeishuDevice(t *testing.T) {
	h := demo(t)
	h.submitted("订单表加索引")
	h.awaits("accepted")
	w := h.window()
	w.visit("/playground?lang=zh&ticket=1")
	w.see("1 未读")
	eventually(t, "the button is pressed", func() error {
		if !script[bool](w, `(() => { const button = document.querySelector("[data-device=feishu] .receipt button"); button?.focus(); return Boolean(button); })()`) {
			return errors.New("it is not there")
		}
		return nil
	})
	w.press("\r")
	eventually(t, "the card says that it was read, and has the focus", func() error {
		if got := script[string](w, `document.activeElement.closest("[data-device=feishu] .receipt")?.textContent ?? ""`); !strings.HasPrefix(got, "✓ 已读") {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
	w.visit("/deliveries?lang=zh&channel=feishu")
	eventually(t, "the delivery says when", func() error {
		if got := script[string](w, `document.querySelector("#rows .why.read")?.textContent ?? ""`); !strings.HasPrefix(got, "已读 20") {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
	w.shoot("deliveries-read")
}
