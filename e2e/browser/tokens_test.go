package browser

import (
	"net/http"
	"strings"
	"testing"
)

// secret is the token that is shown.
func (w *window) secret() string {
	w.t.Helper()
	return script[string](w, `document.getElementById("made-secret").textContent`)
}

// opens reports what the service says to that token.
func (h *house) opens(secret string) int {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+"/api/v1/deliveries?limit=1", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = got.Body.Close()
	return got.StatusCode
}

func TestATokenIsBoundRotatedRevokedAndBroughtBack(t *testing.T) {
	h := demo(t)
	w := h.window()
	w.visit("/tokens")
	w.click("新建令牌")
	w.fill("名称", "ci")
	w.click("deliveries:read 查看投递记录")
	w.fill("来源 IP 限制（可不填）", "127.0.0.0/8\n::1\n10.1.2.3/16")
	w.choose("到期", "永不")
	w.see("永不到期：请至少限制来源 IP")
	w.choose("到期", "到指定日期")
	w.fill("到期日（当天结束时，UTC），如 2027-01-31", "31.1.2047")
	w.click("创建")
	w.see("10.1.2.3/16 前缀长度之后还有非零位；网段应为 10.1.0.0/16")
	w.fill("到期日（当天结束时，UTC），如 2027-01-31", "2047-01-31")
	w.fill("来源 IP 限制（可不填）", "127.0.0.0/8\n::1")
	w.click("创建")
	w.see("令牌 ci 已创建")
	first := w.secret()
	if got := h.opens(first); got != http.StatusOK {
		t.Errorf("got %d with the new token, want 200", got)
	}
	w.see("仅限 127.0.0.0/8")

	w.click("更换密钥 ci")
	w.click("更换 ci 的密钥")
	w.see("旧密钥在")
	second := w.secret()
	if a, b := h.opens(first), h.opens(second); a != http.StatusOK || b != http.StatusOK || first == second {
		t.Errorf("got %d and %d, want both secrets to work for a day", a, b)
	}

	w.visit("/tokens?lang=en")
	name := script[string](w, `[...document.querySelectorAll("tbody tr")].find((r) => r.textContent.includes(`+quoted(second[:9])+`)).querySelector("form[action$=revoke] button").textContent`)
	script[bool](w, `(() => { const row = [...document.querySelectorAll("tbody tr")].find((r) => r.textContent.includes(`+quoted(second[:9])+`));
		row.querySelector("details:last-of-type").open = true; row.querySelector("form[action$=revoke] button").click(); return true; })()`)
	if !strings.Contains(name, "ci") {
		t.Errorf("got the button %q, want it to name the token", name)
	}
	w.see("Token ci is revoked")
	if got := h.opens(second); got != http.StatusUnauthorized {
		t.Errorf("got %d with a revoked token, want 401", got)
	}
	w.click("Undo ci")
	w.gone("Token ci is revoked")
	if got := h.opens(second); got != http.StatusOK {
		t.Errorf("got %d after the undo, want 200", got)
	}
	h.passesWithoutTheSecret(w)
	w.visit("/audit?lang=zh")
	w.see("撤销吊销令牌")
	w.see("保留 365 天")
}

// passesWithoutTheSecret revokes a token and makes another at once: when the time for the
// undo is over, its notice goes, and the secret that is shown this once stays.
func (h *house) passesWithoutTheSecret(w *window) {
	h.t.Helper()
	script[bool](w, `(() => { document.querySelector("form[action$=revoke] button").click(); return true; })()`)
	w.see("is revoked")
	w.click("New token")
	w.fill("Name", "next")
	w.click("me the owner's own profile")
	w.click("Create")
	w.see("Token next created")
	shown := w.secret()
	w.gone("is revoked")
	if got := w.secret(); got != shown {
		h.t.Errorf("got %q, want the secret still there when the undo is gone", got)
	}
}

func TestTheAuditLogIsAskedByDays(t *testing.T) {
	w := demo(t).window()
	w.visit("/audit?lang=zh&since=1.10.2026")
	w.see("请按 2026-10-01 的格式填写")
	w.click("最近 7 天")
	w.gone("请按 2026-10-01 的格式填写")
	if day := w.value("从（Asia/Shanghai）"); len(day) != len("2026-10-01") || day[4] != '-' {
		t.Errorf("got the first day %q, want it as it is typed", day)
	}
}
