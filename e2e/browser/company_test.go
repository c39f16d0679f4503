package browser

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ticketbell/sandbox"
	"ticketbell/sandbox/oidc"
)

// ofACompany is a service whose people have company accounts: root may do everything, lisi
// is an operator, gone is disabled, and nobody has heard of eve.
func ofACompany(t *testing.T) (*house, *sandbox.Faults) {
	t.Helper()
	faults := sandbox.NewFaults()
	provider, err := oidc.New(oidc.Config{
		ClientID: "ticketbell", ClientSecret: "s3cret", Faults: faults, Now: time.Now,
		Accounts: []oidc.Account{
			{Username: "root", Name: "张三"},
			{Username: "LiSi", Name: "李四"},
			{Username: "gone", Name: "王五"},
			{Username: "eve", Name: "赵六"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(provider)
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	written := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	h := serve(t, "--oidc-issuer", srv.URL, "--oidc-client-id", "ticketbell", "--oidc-client-secret-file", written("secret", "s3cret\n"))
	h.company = srv.URL
	provider.Allow(h.url + "/signin/oidc/callback")
	h.run(password+"\n", "admin", "create", "--username", "root", "--password-file", "-")
	h.run("", "user", "import", written("people.csv", "username,role,disabled\nlisi,operator,\ngone,admin,true\n"))
	return h, faults
}

func TestACompanyAccountLeadsToThePageThatWasAskedFor(t *testing.T) {
	h, _ := ofACompany(t)
	for language, words := range map[string]struct{ in, wide, out string }{
		"zh": {"使用企业账号登录", "投递记录", "退出登录"},
		"en": {"Sign in with your company account", "Deliveries", "Sign out"},
	} {
		w := h.window()
		w.visit("/deliveries?status=dead&lang=" + language)
		w.path("/signin")
		if language == "en" { // the door reads what the browser does
			w.click("English")
		}
		w.click(words.in)
		w.click("李四")
		w.path("/deliveries")
		w.see(words.wide)
		if got := script[string](w, `location.search`); got != "?status=dead&lang="+language {
			t.Errorf("got the search %q, want what was asked for", got)
		}
		w.click("lisi")
		w.click(words.out)
		w.path("/signin")
	}
}

func TestWhomTheCompanysAccountDoesNotLetInReadsWhy(t *testing.T) {
	h, faults := ofACompany(t)
	for name, tt := range map[string]struct{ fault, as, zh, en string }{
		"unknown":  {"", "赵六", "添加用户名为 eve 的用户", "with the username eve"},
		"disabled": {"", "王五", "这个用户已停用", "is disabled"},
		"denied":   {"denied", "", "企业账号服务没有放行", "did not let you through"},
		"unproven": {"wrong_nonce", "李四", "身份没有通过验证", "could not be verified"},
	} {
		w := h.window()
		w.visit("/signin?next=/flows&lang=zh")
		if tt.fault != "" {
			faults.Set(sandbox.Fault{Channel: oidc.Channel, Name: tt.fault})
		}
		w.click("使用企业账号登录")
		if tt.as != "" {
			w.click(tt.as)
		}
		w.path("/signin") // nothing of what came back stays in the address
		w.see(tt.zh)
		if got := script[string](w, `location.search`); got != "?next=%2Fflows" {
			t.Errorf("%s: got the search %q, want the way to the flows alone", name, got)
		}
		if got := script[string](w, `document.activeElement.id`); got != "stranger" {
			t.Errorf("%s: got the focus on %q, want it where it says why", name, got)
		}
		w.looks("stranger-" + name + "-zh")
		w.click("English")
		w.see(tt.en)
		w.looks("stranger-" + name + "-en")
		faults.Clear("")
	}
}

// looks looks at a page that cannot be opened by its address, as everyLook does.
func (w *window) looks(name string) {
	w.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		w.prefers(scheme)
		w.accessible(name + "-" + scheme)
		w.shoot(name + "-" + scheme)
	}
	w.size(320, 700)
	w.fits(name + " at 320 px")
	w.shoot(name + "-narrow")
	w.size(1280, 900)
}

func TestAProviderThatIsDownLeavesThePassword(t *testing.T) {
	h, faults := ofACompany(t)
	faults.Set(sandbox.Fault{Channel: oidc.Channel, Name: "discovery_down"})
	w := h.window()
	w.visit("/signin?next=/flows&lang=zh")
	w.click("使用企业账号登录")
	w.see("企业账号服务没有正常回答")
	w.fill("用户名", "root")
	w.fill("密码", "wrong wrong wrong")
	w.click("登录")
	w.see("还可尝试 4 次")
	w.fill("密码", password)
	w.press("\r")
	w.path("/flows")
}

func TestTheDoorOfACompanyIsAccessibleInEveryLookAndByKeyboard(t *testing.T) {
	h, _ := ofACompany(t)
	w := h.window()
	for _, s := range []scene{
		{name: "signin-company", path: "/signin"},
		{name: "signin-stale", path: "/signin/oidc/callback?state=none"},
	} {
		w.everyLook(s)
		w.byKeyboard(s)
	}
	w.visit("/signin?lang=zh")
	w.tabTo("使用企业账号登录")
	w.press("\r")
	w.click("张三")
	w.path("/overview")
	done := scene{name: "signin-done", path: "/signin/done"}
	w.everyLook(done)
	w.byKeyboard(done)
}

// windows is how many windows stand open on the house.
func (w *window) windows() int {
	w.t.Helper()
	all, err := chromedp.Targets(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, target := range all {
		if target.Type == "page" && strings.HasPrefix(target.URL, w.home+"/") {
			n++
		}
	}
	return n
}

// ends ends the session behind the window's back.
func (w *window) ends() {
	w.t.Helper()
	if got := script[int](w, `fetch("/signout", { method: "POST" }).then((r) => r.status)`); got != 200 {
		w.t.Fatalf("sign out: got %d", got)
	}
}

// writes fills in the form of a new person and sends it.
func (w *window) writes(username string) {
	w.t.Helper()
	w.visit("/users?lang=zh")
	w.click("新建用户")
	w.fill("用户名", username)
	w.ends()
	w.press("\r")
	w.see("登录已过期")
}

// goesOn sends the form once more, in which what was typed still stands.
func (w *window) goesOn(username string) {
	w.t.Helper()
	w.see("已重新登录，请再提交一次")
	if got := w.value("用户名"); got != username {
		w.t.Errorf("got %q in the form, want %q still there", got, username)
	}
	script[bool](w, `(document.activeElement.blur(), document.querySelector("dialog[open] [name=username]").focus(), true)`)
	w.press("\r")
	eventually(w.t, "the person is there", func() error {
		if script[string](w, `fetch("/users/`+username+`").then((r) => r.ok ? r.url : "")`) == "" {
			return errors.New("not yet")
		}
		return nil
	})
}

func TestASessionThatIsOverGoesOnOverTheFormByPassword(t *testing.T) {
	h := serve(t)
	w := h.enter()
	w.writes("bo")
	w.looks("again")
	w.fill("密码", "wrong wrong wrong")
	w.press("\r")
	w.see("还可尝试 4 次，之后锁定 10 分钟")
	w.fill("密码", password)
	w.press("\r")
	w.goesOn("bo")
}

func TestASessionThatIsOverGoesOnOverTheFormByCompanyAccount(t *testing.T) {
	h, _ := ofACompany(t)
	w := h.window()
	w.visit("/signin?lang=zh")
	w.click("使用企业账号登录")
	w.click("张三")
	w.path("/overview")
	w.writes("bo")
	w.looks("again-company")
	w.click("在新窗口中使用企业账号登录") // the provider still knows who they are
	w.goesOn("bo")
	eventually(t, "the other window closes itself", func() error {
		if n := w.windows(); n != 1 {
			return fmt.Errorf("got %d windows", n)
		}
		return nil
	})
}

func TestAPageThatStoodOpenSaysThatItsSessionIsOver(t *testing.T) {
	h := serve(t)
	w := h.enter()
	w.visit("/channels?lang=zh")
	w.live("true")
	w.ends()
	script[bool](w, `(document.querySelector("[data-test=mail]").click(), true)`)
	w.fill("接收人", "root")
	w.press("\r") // the test is refused
	w.see("登录已过期")
	w.click("关闭")
	w.gone("登录已过期")
	w.looksAway()
	w.see("登录已过期") // so is the line to the server
	w.fill("密码", password)
	w.press("\r")
	w.gone("登录已过期")
	w.live("true")
}

// looksAway has the window hidden for a moment, in which the page gives its line back.
func (w *window) looksAway() {
	w.t.Helper()
	for _, state := range []string{"hidden", "visible"} {
		script[bool](w, `(Object.defineProperty(document, "visibilityState", { value: `+quoted(state)+`, configurable: true }), document.dispatchEvent(new Event("visibilitychange")))`)
	}
}

func TestSomebodyElseDoesNotGoOnOverTheForm(t *testing.T) {
	h, _ := ofACompany(t)
	w := h.window()
	w.visit("/signin?lang=zh")
	w.fill("用户名", "root")
	w.fill("密码", password)
	w.press("\r")
	w.path("/overview")
	w.writes("bo")
	script[bool](w, `(new BroadcastChannel("signed-in").postMessage("lisi"), true)`)
	w.see("现在登录的是 lisi")
	w.looks("again-other")
}
