package browser

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// drawn is a PNG of one colour, wider than high.
func drawn(t *testing.T, width, height int) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, color.NRGBA{R: 200, G: 60, B: 30, A: 255})
	}
	path := filepath.Join(t.TempDir(), "logo.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, m); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *window) uploads(path string) {
	w.t.Helper()
	w.do("choose a picture", chromedp.SetUploadFiles("#general-logo", []string{path}))
	w.click("上传")
}

// headed waits until the head of the page shows a picture of that width, or none of its own.
func (w *window) headed(width int) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("a logo %d wide heads the page", width), func() error {
		got := script[int](w, `(() => { const i = document.querySelector("#brand img"); return i.src.includes("/brand/") ? i.naturalWidth : 0; })()`)
		if got != width {
			return fmt.Errorf("got %d", got)
		}
		return nil
	})
}

// named waits until that name heads the page.
func (w *window) named(want string) {
	w.t.Helper()
	eventually(w.t, want+" heads the page", func() error {
		if got := script[string](w, `document.querySelector("#brand").innerText.trim()`); got != want {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}

func TestTheInstallationGoesByItsOwnNameAndLogo(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/channels?lang=zh")
	w.click("修改 全局")
	w.fill("品牌名", "变更服务台")
	if got := script[string](w, `document.querySelector("#general form .brand[data-bs-theme=dark]").innerText.trim()`); got != "变更服务台" {
		t.Errorf("the preview says %q, want what is typed", got)
	}
	w.shoot("brand-form")
	w.click("保存")
	w.named("变更服务台")

	svg := filepath.Join(t.TempDir(), "logo.svg")
	if err := os.WriteFile(svg, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	w.uploads(svg)
	w.see("SVG 里可能有脚本，请导出为 PNG")
	w.uploads(drawn(t, 600, 20))
	w.see("是 600 × 20 像素，最多 512 × 512")
	w.headed(0)
	w.uploads(drawn(t, 96, 48))
	w.see("96 × 48 像素")
	w.headed(96)
	for _, theme := range []string{"light", "dark"} {
		w.prefers(theme)
		w.shoot("brand-" + theme)
		w.accessible("the panel in " + theme)
	}
	w.size(320, 700)
	w.fits("the panel")
	w.shoot("brand-narrow")
	w.size(1280, 900)

	w.visit("/flows?lang=en")
	w.headed(96)
	if title := script[string](w, `document.title`); title != "Flow templates · 变更服务台" {
		t.Errorf("got the title %q, want the name in it", title)
	}
	h.saysWho("变更服务台")
	w.visit("/channels?lang=zh")
	w.click("恢复默认 logo")
	w.headed(0)
	if status, body := h.ask(http.MethodPatch, "/api/v1/settings", `{"brand_name":""}`); status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	w.visit("/overview?lang=en")
	w.named("ticketbell")
}

// saysWho submits a ticket and waits until a message on each channel names the installation.
func (h *house) saysWho(name string) {
	h.t.Helper()
	h.submitted("谁在说话")
	for _, channel := range []string{"feishu", "wecom", "mail"} {
		eventually(h.t, channel+" names "+name, func() error {
			_, body := h.ask(http.MethodGet, "/sandbox/messages?channel="+channel, "")
			if !strings.Contains(body, "谁在说话") || !strings.Contains(body, name) {
				return fmt.Errorf("got %d bytes without it", len(body))
			}
			return nil
		})
	}
}

func TestTheDoorIsHeadedWithTheNameAndTheLogo(t *testing.T) {
	_, w := begin(t)
	w.visit("/channels?lang=zh")
	w.click("修改 全局")
	w.fill("品牌名", "变更服务台")
	w.click("保存")
	w.named("变更服务台")
	script[bool](w, `fetch("/signout", { method: "POST" }).then(() => true)`)
	w.visit("/signin?lang=zh")
	w.see("登录变更服务台")
	w.visit("/signin?lang=en")
	w.see("Sign in to 变更服务台")
	w.visit("/setup?lang=zh")
	w.see("变更服务台")
}
