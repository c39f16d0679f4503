package browser

import (
	"fmt"
	"testing"
)

func TestTheThemeIsTheSameWhereverItsUserSignsIn(t *testing.T) {
	h, w := begin(t)
	w.visit("/me")
	w.click("暗")
	w.wears("dark")
	w.visit("/me")
	w.wears("dark")

	other := h.window()
	other.visit("/signin")
	other.wears("light")
	other.fill("用户名", "root")
	other.fill("密码", password)
	other.click("登录")
	other.see("API 令牌")
	other.wears("dark")
	if sent := script[string](other, `fetch(location).then(r => r.text()).then(t => t.match(/<html[^>]*>/)[0])`); sent != `<html lang="zh-CN" data-theme="dark" data-bs-theme="dark">` {
		t.Errorf("got %s from the server, want it dark before any script ran", sent)
	}
}

// wears waits until the page is light or dark.
func (w *window) wears(theme string) {
	w.t.Helper()
	eventually(w.t, "the page is "+theme, func() error {
		if got := script[string](w, `document.documentElement.dataset.bsTheme`); got != theme {
			return fmt.Errorf("it is %s", got)
		}
		return nil
	})
}
