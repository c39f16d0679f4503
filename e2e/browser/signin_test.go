package browser

import "testing"

// password is good enough for every story.
const password = "three unrelated words"

// begin opens a service and a window on it in which root, its first administrator, has
// signed in by the set-up link.
func begin(t *testing.T) (*house, *window) {
	t.Helper()
	h := serve(t)
	return h, h.enter()
}

// enter opens a window on a service nobody has entered before, as [begin] says.
func (h *house) enter() *window {
	h.t.Helper()
	w := h.window()
	w.visit(h.setUp)
	w.see("你将成为第一位管理员")
	w.fill("用户名", "root")
	w.fill("密码", password)
	w.click("保存并登录")
	w.see("API 令牌")
	return w
}

func TestTheSetUpLinkMakesTheFirstAdministratorOnce(t *testing.T) {
	h := serve(t)
	w := h.window()
	w.visit(h.setUp)
	w.see("你将成为第一位管理员")
	w.fill("用户名", "root")
	w.fill("密码", "too short")
	w.click("保存并登录")
	w.see("密码太短或太长")
	w.fill("密码", password)
	w.fill("本服务的访问地址", "https://bell.example/x")
	w.click("保存并登录")
	w.see("不带路径")
	w.fill("密码", password)
	w.fill("本服务的访问地址", "https://bell.example")
	w.click("保存并登录")
	w.path("/overview")
	w.see("API 令牌")
	w.visit("/channels")
	w.see("https://bell.example")

	other := h.window()
	other.visit(h.setUp)
	other.see("这个链接已经用过")
}

func TestWrongPasswordsSayTheSameForEverybodyAndLock(t *testing.T) {
	h := serve(t)
	h.run(password+"\n", "admin", "create", "--username", "root", "--password-file", "-")
	w := h.window()
	for _, name := range []string{"root", "nobody"} {
		w.visit("/signin")
		for _, left := range []string{"4", "3", "2", "1"} {
			w.fill("用户名", name)
			w.fill("密码", "wrong wrong wrong")
			w.click("登录")
			w.see("用户名或密码错误。还可尝试 " + left + " 次")
		}
		w.fill("密码", "wrong wrong wrong")
		w.click("登录")
		w.see("已锁定。请在 10 分钟后再试")
	}
	w.fill("用户名", "root")
	w.fill("密码", password)
	w.click("登录")
	w.see("已锁定")
}

func TestSigningInLeadsToThePageThatWasAskedFor(t *testing.T) {
	h := serve(t)
	h.run(password+"\n", "admin", "create", "--username", "root", "--password-file", "-")
	w := h.window()
	w.visit("/tokens")
	w.path("/signin")
	w.accessible("sign-in")
	w.press("root\t" + password + "\r")
	w.path("/tokens")
	w.click("root")
	w.click("退出登录")
	w.path("/signin")
}
