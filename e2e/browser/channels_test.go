package browser

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ticketbell/sandbox"
	"ticketbell/sandbox/wecom"
)

// breaks makes a simulated provider refuse, mends lets it work again.
func (h *house) breaks(channel, fault string) {
	h.t.Helper()
	h.fault("POST", "/sandbox/faults", fmt.Sprintf(`{"channel":%q,"fault":%q}`, channel, fault))
}

func (h *house) mends(channel string) {
	h.t.Helper()
	h.fault("DELETE", "/sandbox/faults?channel="+channel, "")
}

func (h *house) fault(method, path, body string) {
	h.t.Helper()
	if status, answer := h.ask(method, path, body); status/100 != 2 {
		h.t.Fatalf("set a fault: got %d %s", status, answer)
	}
}

// tries sends a test of the channel whose drawer is open.
func (w *window) tries(kind, to string) {
	w.t.Helper()
	w.choose("接收方式", kind)
	w.fill("接收人", to)
	w.click("发送测试")
}

func TestAnUntrustedAddressIsShownCopiedAndMended(t *testing.T) {
	h := demo(t)
	h.breaks("wecom", "ip_not_trusted")
	h.ask("POST", "/api/v1/events", `{"kind":"submitted","ticket":{"key":"1","title":"t","status":"waiting_review"},"audience":[{"username":"lisi"}]}`)
	w := h.window()
	eventually(t, "WeCom is paused", func() error {
		if _, health := h.ask("GET", "/api/v1/channels/wecom/health", ""); !strings.Contains(health, `"state":"paused"`) {
			return fmt.Errorf("got %s", health)
		}
		return nil
	})
	w.visit("/channels")
	w.see("失败，已暂停 wecom.60020")
	w.see("IP 不在可信列表")
	w.click("测试 企业微信")
	w.tries("username", "lisi")
	w.see("怎么办")
	w.see("wecom.60020")
	script[bool](w, `(() => { window.copied = ""; document.execCommand = () => { window.copied = document.activeElement.value; return true; }; Object.defineProperty(navigator, "clipboard", { value: { writeText: async (s) => { window.copied = s; } }, configurable: true }); return true; })()`)
	w.click("复制 IP")
	eventually(t, "the address is copied", func() error {
		if got := script[string](w, "window.copied"); !strings.HasPrefix(got, "203.0.113.") {
			return fmt.Errorf("copied %q", got)
		}
		return nil
	})
	w.accessible("the drawer with its advice")
	w.shoot("channels-test-failed")
	h.mends("wecom")
	w.click("重新测试")
	w.see("企业微信已接受")
	w.shoot("channels-test-passed")
	w.click("关闭")
	w.gone("失败，已暂停")
	w.see("正常")
	eventually(t, "the focus is back on the button that opened the drawer", func() error {
		if got := script[string](w, `document.activeElement.dataset.test ?? document.activeElement.tagName`); got != "wecom" {
			return fmt.Errorf("it is on %s", got)
		}
		return nil
	})
}

func TestAFailedTestShowsEverywhereUntilATestPasses(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	h.breaks("wecom", "ip_not_trusted")
	w.click("测试 企业微信")
	w.tries("username", "lisi")
	w.see("怎么办")
	w.click("关闭")
	w.see("失败 wecom.60020")
	w.see("出口 IP")
	w.see("企业微信出错：最近的发送或测试失败。")
	w.see("1 个渠道出错")
	w.accessible("the banner and the panel of a failing channel")
	w.click("English")
	w.visit("/deliveries")
	w.see("WeCom is failing: the latest messages or the latest test failed.")
	w.click("View and fix")
	w.path("/channels")
	w.see("Failing wecom.60020")
	h.mends("wecom")
	w.click("Test WeCom")
	w.fill("Recipient", "lisi")
	w.click("Send test")
	w.see("WeCom accepted")
	w.click("Close")
	w.gone("Failing wecom.60020")
	w.gone("WeCom is failing")
	w.gone("Channels in error")
}

func TestATestShowsASampleAndSaysWhatIsLeft(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	w.click("测试 飞书")
	w.see("本小时剩余 20/20 次")
	w.click("示例工单卡片")
	w.choose("工单状态", "上线失败")
	w.tries("username", "lisi")
	w.see("飞书已接受")
	w.see("本小时剩余 19/20 次")
	w.see("权限检查")
	w.see("im:message:send_as_bot")
	if _, m := h.ask("GET", "/sandbox/messages?channel=feishu", ""); !strings.Contains(m, "Lock wait timeout exceeded") {
		t.Errorf("got %s, want the card of a ticket that failed", m)
	}
	w.accessible("the drawer after a success")
	w.shoot("channels-test-sample")
	w.click("没收到 → 排查")
	w.see("会话设为免打扰")
	w.click("我收到了")
	w.see("好，这个渠道可以用了。")
	w.click("重放一条投递")
	w.click("发送测试")
	w.see("投递的编号：必填")
	w.click("关闭")
	h.breaks("feishu", "scope_missing")
	w.click("English")
	w.click("Test Feishu")
	w.click("A test message")
	w.fill("Recipient", "lisi")
	w.click("Send test")
	w.see("missing")
	w.see("Grant it")
	w.size(360, 800)
	w.fits("the drawer at 360 px")
	w.shoot("channels-permissions-narrow")
}

func TestTheDiagnosticsHoldNoAddress(t *testing.T) {
	h := demo(t)
	h.breaks("mail", "unknown_person")
	w := h.window()
	w.visit("/channels")
	w.click("测试 邮件")
	w.tries("email", "nobody@corp.com")
	w.see("收件人不存在")
	script[bool](w, `(() => { Object.defineProperty(navigator, "clipboard", { value: { writeText: async (s) => { window.copied = s; } }, configurable: true }); return true; })()`)
	w.click("复制诊断信息")
	eventually(t, "the diagnostics are copied", func() error {
		got := script[string](w, "window.copied ?? ''")
		if !strings.Contains(got, "FAILED receiver") || !strings.Contains(got, "mail.550") || strings.Contains(got, "nobody@corp.com") {
			return fmt.Errorf("copied %q", got)
		}
		return nil
	})
}

func TestMailIsConfiguredAndEnabled(t *testing.T) {
	h := demo(t)
	_, before := h.ask("GET", "/api/v1/channels/mail", "")
	w := h.window()
	w.visit("/channels")
	w.click("修改 邮件")
	w.fill("SMTP地址", "localhost")
	w.see("目的地改变了")
	w.fill("发件人地址", "bell@elsewhere.example")
	w.see("发件人与 SMTP 用户名不在同一个域名")
	w.fill("SMTP密码 / 授权码", "typed")
	w.click("显示 SMTP密码 / 授权码")
	if got := script[string](w, `document.getElementById("mail-password").type`); got != "text" {
		t.Errorf("got a field of type %s, want what was typed to be seen", got)
	}
	w.fill("SMTP密码 / 授权码", "")
	w.click("高级设置")
	w.click("跳过证书校验")
	w.see("证书不再校验")
	w.click("跳过证书校验")
	w.see("有未保存的修改")
	w.click("English")
	w.see("The destination changed")
	if got := w.value("SMTP address"); got != "localhost" {
		t.Errorf("got %q in the form after the language changed, want what was typed", got)
	}
	w.click("Auto") // the theme
	if got := w.value("SMTP address"); got != "localhost" {
		t.Errorf("got %q in the form after the theme changed, want what was typed", got)
	}
	w.click("中文")
	w.click("保存")
	w.see("请填写 SMTP 密码或授权码")
	w.accessible("the form with what is wrong")
	w.shoot("channels-wrong")
	w.click("取消")
	w.see("放弃修改？")
	w.click("继续编辑")
	if got := w.value("SMTP地址"); got != "localhost" {
		t.Errorf("got %q in the form after going on, want what was typed", got)
	}
	w.click("取消")
	w.click("放弃")
	w.see("已启用")
	if _, after := h.ask("GET", "/api/v1/channels/mail", ""); after != before {
		t.Errorf("got %s after cancelling, want nothing changed", after)
	}
	w.click("已启用 邮件")
	w.see("停用邮件？")
	w.click("停用")
	w.see("已停用")
	w.click("已停用 邮件")
	w.see("已保存，检查通过")
	w.see("已启用")
}

func TestFeishuIsEnabledOnlyWhenItWorksOrSomebodyInsists(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/channels/feishu", `{"enabled":false}`)
	h.breaks("feishu", "wrong_secret")
	w := h.window()
	w.visit("/channels")
	w.click("已停用 飞书")
	w.see("还没有启用：检查没有通过")
	w.see("App ID 或 App Secret 不对")
	w.click("仍要启用")
	w.gone("还没有启用")
	if _, view := h.ask("GET", "/api/v1/channels/feishu", ""); !strings.Contains(view, `"enabled":true`) {
		t.Errorf("got %s, want it enabled: somebody insisted", view)
	}
}

func TestWhatWaitsGoesAnotherWayWhenAChannelIsDisabled(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/channels/mail", `{"enabled":false}`)
	h.breaks("wecom", "ip_not_trusted")
	h.ask("POST", "/api/v1/events", `{"kind":"submitted","ticket":{"key":"7","title":"改走其他渠道","status":"waiting_review"},"audience":[{"username":"lisi"},{"username":"t1"}]}`)
	h.ask("PATCH", "/api/v1/channels/feishu", `{"enabled":false}`)
	h.ask("POST", "/api/v1/events", `{"kind":"submitted","ticket":{"key":"8","title":"只在企业微信","status":"waiting_review"},"audience":[{"username":"lisi"}]}`)
	h.ask("PATCH", "/api/v1/channels/feishu", `{"enabled":true}`)
	w := h.window()
	eventually(t, "WeCom is paused and three messages wait", func() error {
		if _, health := h.ask("GET", "/api/v1/channels/wecom/health", ""); !strings.Contains(health, `"state":"paused"`) || !strings.Contains(health, `"waiting":3`) {
			return fmt.Errorf("got %s", health)
		}
		return nil
	})
	w.visit("/channels")
	w.click("已启用 企业微信")
	w.see("排队中的 3 条怎么办？")
	w.see("改走其他渠道")
	w.accessible("the dialog that disables a channel")
	w.shoot("channels-disable")
	w.click("停用")
	w.see("已停用。 1 条改走其他渠道。 2 条取消")
	w.shoot("channels-disabled")
	eventually(t, "lisi hears of ticket 8 on Feishu", func() error {
		if _, m := h.ask("GET", "/sandbox/messages?channel=feishu", ""); !strings.Contains(m, "只在企业微信") {
			return fmt.Errorf("got %s", m)
		}
		return nil
	})
	w.visit("/channels")
	w.see("已停用，由")
	w.click("English")
	w.see("Disabled by")
}

func TestAStaleSaveShowsBothSides(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	w.click("修改 邮件")
	w.fill("发件人名称", "我的名字")
	h.ask("PATCH", "/api/v1/channels/mail", `{"from_name":"别人的名字"}`)
	w.click("保存")
	w.see("已被他人修改")
	w.see("别人的名字")
	if got := w.value("发件人名称"); got != "我的名字" {
		t.Errorf("got %q in the form, want what was typed", got)
	}
	w.shoot("channels-stale")
	w.click("保存")
	w.see("已保存，检查通过")
	if _, view := h.ask("GET", "/api/v1/channels/mail", ""); !strings.Contains(view, "我的名字") {
		t.Errorf("got %s, want what was saved again", view)
	}
}

func TestSkippingTheCertificateIsConfirmed(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	w.click("修改 邮件")
	w.click("高级设置")
	w.click("跳过证书校验")
	w.see("证书不再校验")
	w.accessible("the warning of certificates that nobody verifies")
	w.click("保存")
	w.see("请先勾选「我明白风险」")
	w.shoot("channels-unsure")
	if _, got := h.ask("GET", "/api/v1/channels/mail", ""); !strings.Contains(got, `"skip_verify":false`) {
		t.Errorf("got %s, want certificates still verified", got)
	}
	w.click("我明白风险，仍要这样保存")
	w.fill("SMTP密码 / 授权码", "typed again") // it goes where nobody is verified
	w.click("保存")
	w.gone("请改正以下内容：")
	if _, got := h.ask("GET", "/api/v1/channels/mail", ""); !strings.Contains(got, `"skip_verify":true`) {
		t.Errorf("got %s, want what was said twice", got)
	}
}

func TestMistakesAreSaidInTheLanguageOfThePage(t *testing.T) {
	w := demo(t).window() // a browser that reads Chinese
	w.visit("/channels?lang=en")
	w.click("Edit General")
	w.fill("URL prefix", "sqle.example.com")
	w.click("Save")
	w.see("must be an absolute http or https link")
}

func TestTheURLPrefixIsChecked(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	w.click("修改 全局")
	w.fill("访问地址前缀", "sqle.example.com")
	w.click("保存")
	w.see("请改正以下内容：")
	w.fill("访问地址前缀", h.url)
	w.click("检查可达")
	w.see("可达：服务器的 /healthz 回答 200")
	w.click("填入 SQLE 的")
	w.see(h.url + "/sqle/project/pay/exec-workflow/1024")
	w.accessible("the form of what holds for all")
	w.fill("链接模板", "/t/{workflow}")
	w.click("保存")
	w.see("须为以 / 开头的路径，其中有 {ticket}")
	w.shoot("channels-general")
	w.fill("链接模板", "/t/{ticket}")
	h.ask("PATCH", "/api/v1/settings", `{"retention_days":77}`)
	w.click("保存")
	w.see("已被他人修改")
	w.see("77")
	w.click("保存")
	w.see(h.url + "/t/1024")
	w.click("English")
	w.click("Check")
	w.see("Reachable: its /healthz answered 200")
	h.ask("POST", "/api/v1/events", `{"kind":"submitted","ticket":{"key":"31","title":"t","status":"waiting_review"},"audience":[{"username":"lisi"}]}`)
	eventually(t, "the card links to where the template leads", func() error {
		if _, m := h.ask("GET", "/sandbox/messages?channel=mail", ""); !strings.Contains(m, h.url+"/t/31") {
			return fmt.Errorf("got %s", m)
		}
		return nil
	})
}

func TestTheOverviewTellsWhatToDo(t *testing.T) {
	h := demo(t)
	h.ask("PATCH", "/api/v1/settings", `{"url_prefix":""}`)
	h.breaks("wecom", "ip_not_trusted")
	h.ask("POST", "/api/v1/events", `{"kind":"submitted","ticket":{"key":"1024","title":"订单表加索引","status":"waiting_review"},"audience":[{"username":"lisi"}]}`)
	w := h.window()
	eventually(t, "the overview knows of the pause", func() error {
		if _, o := h.ask("GET", "/api/v1/overview", ""); !strings.Contains(o, `"state":"paused"`) || !strings.Contains(o, "code") {
			return fmt.Errorf("got %s", o)
		}
		return nil
	})
	w.visit("/overview")
	w.see("需要处理")
	w.see("IP 不在可信列表 wecom.60020 203.0.113.7")
	w.see("未设置访问地址前缀")
	w.shoot("overview-trouble")
	h.mends("wecom")
	w.click("测试 企业微信")
	w.tries("username", "lisi")
	w.see("企业微信已接受")
	w.click("关闭")
	w.gone("IP 不在可信列表 wecom.60020 203.0.113.7") // what failed during the day is told below it
	w.click("去设置")
	w.path("/channels")
	w.visit("/overview")
	w.click("以表格显示")
	w.see("重试后成功")
}

// simulatedWeCom is a WeCom with one app, and the address of its API.
func simulatedWeCom(t *testing.T, secret string) string {
	t.Helper()
	srv := httptest.NewServer(wecom.New(wecom.Config{
		CorpID: "ww1234567890abcdef", AgentID: 1000002, CorpSecret: secret, Now: time.Now,
		Box: sandbox.NewBox(time.Now), Faults: sandbox.NewFaults(),
		Directory: sandbox.NewDirectory(true, sandbox.Person{Name: "李四", UserID: "lisi"}),
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestWeComIsConfiguredFromNothing(t *testing.T) {
	const secret = "what-the-console-shows-for-the-app-1"
	h := start(t, "serve")
	w := h.enter()
	w.visit("/channels")
	w.see("需要 CorpID、应用 ID 与 Secret")
	w.click("怎么配置")
	w.see("常用邮箱")
	w.shoot("channels-unconfigured")
	w.click("配置 企业微信")
	w.fill("CorpID（企业ID）", "ww1234567890abcdef")
	w.fill("企业微信应用ID", "1000002")
	w.fill("企业微信应用Secret", secret)
	w.click("高级")
	w.fill("API 地址", simulatedWeCom(t, secret))
	w.fill("每天人次上限", "many")
	w.click("保存并启用")
	w.see("须为 0 或正整数；0 表示不限")
	w.fill("每天人次上限", "10000")
	w.fill("企业微信应用Secret", secret)
	w.click("保存并启用")
	w.see("已保存，检查通过")
	w.see("已启用")
	w.see("每天人次上限")
	w.click("测试 企业微信")
	w.tries("wecom_userid", "lisi")
	w.see("企业微信已接受")
	w.click("关闭")
	w.visit("/channels")
	if page := script[string](w, `document.documentElement.outerHTML`); strings.Contains(page, secret) || !strings.Contains(page, "指纹") {
		t.Errorf("got %s, want the secret's fingerprint and not the secret", page)
	}
	if strings.Contains(h.said.String(), secret) {
		t.Error("got the secret in the log")
	}
}

func TestAChannelIsChangedAndTestedByKeyboardAlone(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels")
	w.tabTo("修改 邮件")
	w.press("\r")
	w.see("测试草稿")
	w.fillByKeyboard("mail-from_name", kb.End+"（测试）")
	w.tabTo("保存")
	w.press("\r")
	w.see("已保存，检查通过")
	if _, view := h.ask("GET", "/api/v1/channels/mail", ""); !strings.Contains(view, "（测试）") {
		t.Errorf("got %s, want what was typed", view)
	}
	w.tabTo("测试 邮件")
	w.press("\r")
	eventually(t, "the drawer takes the focus", func() error {
		if got := script[string](w, `document.activeElement.id`); got != "test-to" {
			return fmt.Errorf("it is on %q", got)
		}
		return nil
	})
	w.press("\r") // Enter in the field sends the test
	w.see("邮件已接受")
	w.press(kb.Escape)
	eventually(t, "the drawer is closed and the focus back", func() error {
		if got := w.focused(); !strings.Contains(got, "测试 邮件") {
			return fmt.Errorf("the focus is on %q", got)
		}
		return nil
	})
}

// Messages of Feishu in another style, and cards that stay as they were sent: from the form
// to the device, and to the delivery.
func TestAStyleOfFeishuIsSavedAndReachesTheDevice(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels?lang=zh")
	w.click("修改 飞书")
	w.tick("富文本")
	w.tick("卡片更新：状态变化时原地更新")
	w.click("保存")
	eventually(t, "the style is among the values", func() error {
		if got := script[string](w, `document.querySelector("#feishu dl.values")?.innerText ?? ""`); !strings.Contains(got, "富文本") {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
	if _, answer := h.ask("GET", "/api/v1/channels/feishu", ""); !strings.Contains(answer, `"style":"post"`) || !strings.Contains(answer, `"update_cards":false`) {
		t.Fatalf("got %s, want what was saved", answer)
	}
	h.submitted("订单表加索引")
	eventually(t, "t1 has a post", func() error {
		for _, m := range h.devices() {
			if m.Channel == "feishu" && m.Person == "t1" && strings.HasPrefix(m.Title, "[待审核] 待你审核") {
				return nil
			}
		}
		return fmt.Errorf("got %+v", h.devices())
	})
	w.visit("/playground")
	w.awaits(`[data-device="feishu"] .fs-post p > a`)
	w.shoot("playground-post")
	w.visit("/deliveries/" + h.accepted("feishu") + "?lang=zh")
	w.awaits("#sent-panel iframe[src]")
	w.shoot("delivery-post")
	address := script[string](w, `document.querySelector("#sent-panel iframe").src`)
	w.do("open what was sent", chromedp.Navigate(address))
	w.awaits(".fs-post b")
	w.see("订单表加索引")
}
