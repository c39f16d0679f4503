package browser

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPhoneIsMendedInTheDrawerAndTheLogSaysWho(t *testing.T) {
	w := demo(t).window()
	w.visit("/users")
	w.click("t1")
	w.see("在各渠道的身份")
	w.fill("手机", "not a number")
	w.click("保存")
	w.see("手机：须为手机号")
	w.fill("手机", "13900000002")
	w.click("保存")
	w.see("已保存。")
	if got := w.value("手机"); got != "139****0002" {
		t.Errorf("got %q, want it masked again", got)
	}
	w.accessible("the drawer of a person")
	w.press("\x1b")
	w.visit("/audit")
	w.see("修改用户")
	w.see("phone")
}

func TestAFoundIdentityIsClearedAndTheNextLookUpFindsItAgain(t *testing.T) {
	w := furnished(t).window()
	w.visit("/users/t1")
	w.see("按邮箱查到")
	w.see("最近一次投递")
	w.click("清除飞书的身份")
	w.see("已清除查到的飞书身份")
	w.gone("ou_")
	w.accessible("a person of whom nothing is known on Feishu")
	w.click("重新解析飞书的身份")
	w.see("已重新解析飞书的身份")
	w.see("ou_")
	w.shoot("identities")
	w.see("通知偏好")
	w.see("免打扰 跟随全局设置")
	w.click("手动指定飞书的 ID")
	eventually(t, "the field of the open_id has the focus", func() error {
		if got := w.focused(); got != "飞书 open_id" {
			return fmt.Errorf("it is on %q", got)
		}
		return nil
	})
	w.fill("飞书 open_id", "ou_by_hand")
	w.click("保存")
	w.see("手填")
	w.gone("清除飞书的身份")
	w.click("平台已接受")
	w.see("为什么通知")
	w.visit("/audit")
	w.see("清除查到的身份")
}

func TestPeopleAreAddedOneByOneAndAsAFile(t *testing.T) {
	w := demo(t).window()
	w.visit("/users")
	w.click("新建用户")
	w.fill("用户名", "bo")
	w.fill("邮箱", "t1@corp.com")
	w.click("添加")
	w.see("已被 t1 占用")
	w.fill("邮箱", "bo@corp.com")
	w.click("添加")
	w.see("b***@corp.com")
	w.click("bo")
	w.click("显示手机和邮箱")
	w.gone("显示手机和邮箱")
	if got := w.value("邮箱"); got != "bo@corp.com" {
		t.Errorf("got %q in the field, want the address in full", got)
	}

	w.visit("/users")
	w.click("导入 CSV / Excel")
	w.fill("或粘贴在这里", "username,name,email\nal,艾,al@corp.com\ncy,,nonsense\n")
	w.click("检查，先不导入")
	w.see("新增 1 · 更新 0 · 不变 0 · 跳过 0 · 错误 1")
	w.click("导入 1 行")
	w.see("下载未导入的行（CSV，1 行）")
	w.visit("/users?q=al")
	w.see("a***@corp.com")
}

func TestTheLanguageIsSwitchedWithNothingLost(t *testing.T) {
	w := demo(t).window()
	w.visit("/users/t1")
	w.fill("显示名", "half a na")
	w.click("English")
	w.see("Identity on each channel")
	if got := w.value("Display name"); got != "half a na" {
		t.Errorf("got %q in the field, want what was typed", got)
	}
	w.click("Auto")
	w.see("Light")
	w.click("Light")
	w.see("Dark")
	if dark := script[string](w, `document.documentElement.dataset.bsTheme`); dark != "dark" {
		t.Errorf("got the theme %q, want dark", dark)
	}
	if got := w.value("Display name"); got != "half a na" {
		t.Errorf("got %q in the field after the theme changed", got)
	}
	w.visit("/users")
	w.see("Users & identities")
}

func TestASessionThatEndsKeepsTheForm(t *testing.T) {
	h, w := begin(t)
	w.visit("/tokens")
	w.click("新建令牌")
	w.fill("名称", "sqle")
	w.click("events:write 提交事件")
	h.run(password+"\n", "admin", "reset-password", "--username", "root", "--password-file", "-")
	w.click("创建")
	w.see("登录已过期")
	w.fill("密码", "wrong wrong wrong")
	w.click("登录")
	w.see("用户名或密码错误")
	w.fill("密码", password)
	w.click("登录")
	w.gone("登录已过期")
	if got := w.value("名称"); got != "sqle" {
		t.Errorf("got %q in the form, want what was typed", got)
	}
	w.click("创建")
	w.see("令牌 sqle 已创建")
	if text := w.text(); strings.Count(text, "tb_") < 2 {
		t.Errorf("got %s, want the secret and a curl line", text)
	}
}

func TestAnInvitedOperatorSeesMaskedAddressesAndNoSettings(t *testing.T) {
	h, w := begin(t)
	h.run("", "token", "create", "--name", "x", "--scopes", "me") // the data is also open to commands
	w.visit("/users")
	w.click("新建用户")
	w.fill("用户名", "op")
	w.fill("手机", "13812345678")
	w.fill("邮箱", "op@corp.com")
	w.choose("角色", "运维")
	w.click("添加")
	w.see("o***@corp.com")
	w.click("op")
	w.click("生成登录链接")
	w.see("/setup#")
	link := script[string](w, `document.getElementById("invite-link").textContent`)

	op := h.window()
	op.visit(link)
	op.see("op，请设置你的登录密码")
	op.fill("密码", password)
	op.click("保存并登录")
	op.gone("设置登录密码")
	op.visit("/users")
	op.see("138****5678")
	op.see("o***@corp.com")
	if text := op.text(); strings.Contains(text, "新建用户") || strings.Contains(text, "审计日志") {
		t.Errorf("got %s, want nothing an operator may not do", text)
	}
	op.visit("/tokens")
	op.see("你的角色不能使用这个页面")
	op.visit("/overview")
	op.see("需要处理")
	if ends := script[string](op, `[...document.querySelectorAll("main a[href]")].map((a) => a.getAttribute("href")).filter((to) => /^\/(channels|tokens|flows|audit)/.test(to)).join(" ")`); ends != "" {
		t.Errorf("got links to %s, want none an operator may not follow", ends)
	}
}

func TestAFlowIsEditedByKeyboardAlone(t *testing.T) {
	w := demo(t).window()
	w.visit("/flows")
	w.press("gf") // one is there already: nothing is lost
	w.see("默认流程")
	w.tabTo("默认流程")
	w.press("\r")
	w.path("/flows/default")
	w.tabTo("添加审批步骤")
	w.press("\r")
	w.see("第 3 步 · 上线")
	w.see("没有写处理人")
	w.fillByKeyboard("flow-steps[1].name", "DBA 审核")
	w.fillByKeyboard("flow-steps[1].members", "lisi, nobody-here")
	w.tabTo("检查是否可送达")
	w.press("\r")
	w.see("没有这个用户")
	w.see("1 / 2 可送达")
	w.tabTo("保存")
	w.press("\r")
	w.see("已保存。新提交的工单按它通知。")
}

func TestEverybodyCanSendThemselvesOne(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/tokens")
	w.click("admin")
	w.choose("换个身份看看", "t1")
	w.click("切换")
	w.path("/playground")
	w.visit("/me")
	w.click("发一条给我 飞书")
	w.see("已发出，请到手机或邮箱里看看。")
	if _, messages := h.ask("GET", "/sandbox/messages?channel=feishu", ""); !strings.Contains(messages, `"person":"t1"`) {
		t.Errorf("got %s, want a test message at t1", messages)
	}
}

func TestManyPeopleAreChangedAtOnceAndItIsShownBefore(t *testing.T) {
	w := demo(t).window()
	w.visit("/users")
	w.click("选择 t1")
	w.see("已选 1 人")
	w.click("选择 creator")
	w.see("已选 2 人")
	w.accessible("people with ticks")

	w.click("发送测试")
	w.see("将真实发出")
	w.accessible("what would be sent")
	w.click("发送")
	w.see("完成 6 / 6")
	w.see("飞书 平台已接受 2")
	w.click("关闭")

	w.click("停用")
	w.see("停用 2 人？")
	w.click("停用 2 人")
	w.see("已停用 2 人")
	w.click("撤销停用")
	w.see("已恢复 2 人")
	w.press("\x1b")

	w.visit("/users?lang=en")
	w.click("Select all on this page")
	w.click("Re-resolve")
	w.see("50 at a time.")
	w.see("we stop at")
	w.accessible("an estimate")
}

func TestPeopleArePickedByTheChannelThatReachesThem(t *testing.T) {
	h := demo(t)
	w := h.window()
	for _, body := range []string{`{"username":"mailonly","email":"mailonly@corp.com","wecom_userid":"WX-4711"}`, `{"username":"notheard","phone":"13800000099"}`} {
		if status, answer := h.ask("POST", "/api/v1/users", body); status != 201 {
			t.Fatalf("got %d %s", status, answer)
		}
	}
	w.visit("/users")
	w.choose("渠道", "邮件")
	w.see("mailonly")
	w.gone("notheard")
	w.choose("状态", "不可送达")
	w.see("notheard")
	w.see("共 1 人")
	w.choose("渠道", "全部")
	w.choose("状态", "全部")
	w.fill("搜索", "wx-4711")
	w.see("共 1 人")
	w.see("mailonly")
	w.gone("notheard")
	w.accessible("people picked by an id")
}

func TestWhoeverNobodyCanReachStandsOnTheMenuTheOverviewAndTheList(t *testing.T) {
	h := demo(t)
	w := h.window()
	if status, body := h.ask("POST", "/api/v1/users", `{"username":"lost"}`); status != 201 {
		t.Fatalf("got %d %s", status, body)
	}
	w.visit("/users")
	w.tabTo("重新解析")
	w.press("\r")
	w.see("只查有渠道找不到的人")
	w.see("共 1 人，约 1 秒。")
	w.accessible("the dialog of a look-up of many")
	w.click("开始")
	w.see("下载未送达名单")
	w.press("\x1b")
	w.see("1 位用户没有任何可用渠道")
	w.visit("/overview")
	w.see("1 位用户没有任何可用渠道")
	w.click("查看名单")
	w.path("/users")
	w.see("lost")
	w.see("共 1 人")
	w.see("此人没有邮箱")
}
