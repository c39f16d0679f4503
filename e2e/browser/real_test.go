package browser

import (
	"fmt"
	"strings"
	"testing"
)

func TestASampleTicketIsPlayedOnRealChannelsToOneselfAlone(t *testing.T) {
	h, w := begin(t)
	w.visit("/playground?lang=zh")
	if status := script[int](w, `fetch("/api/v1/me", { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email: "root@corp.com" }) }).then((r) => r.status)`); status != 200 {
		t.Fatalf("give root an address: got %d", status)
	}
	for _, s := range []scene{{name: "playground-real", path: "/playground"}, {name: "playground-played", path: "/playground", opener: "[name=state]", shows: "#played li"}} {
		w.everyLook(s)
		w.byKeyboard(s)
	}
	w.size(1280, 900)
	before := len(h.devices())
	w.visit("/playground?lang=zh")
	w.click("上线失败")
	w.see("平台已接受")
	got := h.devices()[before:]
	for _, m := range got {
		if !strings.Contains(m.Text, "上线失败") || (m.Person != "root" && m.Person != "") {
			t.Errorf("got %+v, want the sample ticket, to root alone", m)
		}
	}
	channels := map[string]bool{}
	for _, m := range got {
		channels[m.Channel] = true
	}
	if len(got) != 3 || len(channels) != 3 {
		t.Errorf("got %d messages on %v, want one on each channel", len(got), channels)
	}
	deliveries := script[int](w, `fetch("/api/v1/deliveries").then((r) => r.json()).then((a) => a.items.length)`)
	if deliveries != 0 {
		t.Errorf("got %d deliveries, want none: it is a test", deliveries)
	}
	w.visit("/audit?lang=zh")
	w.see("测试渠道")
}

func TestTheDemoSaysWhyThereAreNoRealChannels(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/playground?mode=real&lang=zh")
	w.see("演示里的渠道都是模拟的")
	if got := script[int](w, `document.querySelectorAll("#devices .device").length`); got != 3 {
		t.Errorf("got %d devices, want the three simulated ones", got)
	}
	status, answer := h.ask("PATCH", "/api/v1/channels/mail", `{"host":"smtp.corp.example","username":"","auth":"none","from":"bell@corp.example"}`)
	if status != 200 {
		t.Fatalf("point mail at a real server: got %d %s", status, answer)
	}
	eventually(t, "the real channel is offered", func() error {
		w.visit("/playground?lang=zh")
		if script[bool](w, `document.querySelector('.modes a[href="/playground?mode=real"]') === null`) {
			return fmt.Errorf("it is not")
		}
		return nil
	})
	w.click("真实渠道（发给我自己）")
	w.see("示例工单")
	w.see("邮件")
	w.gone("企业微信")
}
