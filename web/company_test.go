package web

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
)

// ofACompany is a site whose visitors have company accounts.
func ofACompany(t *testing.T, label string) *Site {
	t.Helper()
	s, err := New(Config{API: http.HandlerFunc(empty), Gate: gate{}, Company: &Company{Label: label}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheCompanysAccountIsOfferedWhereThereIsOne(t *testing.T) {
	for words, s := range map[string]*Site{"使用企业账号登录": ofACompany(t, ""), "使用 Keycloak 登录": ofACompany(t, "Keycloak")} {
		got := open(t, s, access.Principal{}, "GET", "/signin?next=/users%3Fq%3Dli", "").Body.String()
		if !strings.Contains(got, words) || !strings.Contains(got, `href="/signin/oidc?next=%2fusers%3fq%3dli"`) {
			t.Errorf("got %s, want %s, and back to the search", got, words)
		}
	}
	if got := open(t, site(t, empty), access.Principal{}, "GET", "/signin", "").Body.String(); strings.Contains(got, "oidc") {
		t.Errorf("got %s, want nothing of it where there is none", got)
	}
	if got := open(t, site(t, empty), access.Principal{}, "GET", "/signin/oidc", ""); got.Code != http.StatusNotFound {
		t.Errorf("got %d, want no such way where there is none", got.Code)
	}
}

func TestTheCompanysAccountLeadsThereAndBackInside(t *testing.T) {
	s := ofACompany(t, "")
	if got := open(t, s, access.Principal{}, "GET", "/signin/oidc?next=/users", ""); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "https://login.example/authorize" {
		t.Errorf("got %d to %q, want the provider", got.Code, got.Header().Get("Location"))
	}
	for next, want := range map[string]string{"/users?q=li": "/users?q=li", "https://evil.example": "/overview", "//evil.example": "/overview"} {
		got := open(t, s, access.Principal{}, "GET", "/signin/oidc/callback?next="+next, "")
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != want {
			t.Errorf("%s: got %d to %q, want %s", next, got.Code, got.Header().Get("Location"), want)
		}
	}
}

func TestWhoIsNotLetInReadsWhyAndWhatToDo(t *testing.T) {
	s := ofACompany(t, "")
	for query, want := range map[string]struct {
		status int
		zh, en string
	}{
		"why=away":                               {http.StatusBadGateway, "没有正常回答", "not answering"},
		"why=unset":                              {http.StatusBadGateway, "检查 OIDC 设置", "check the OIDC settings"},
		"why=denied":                             {http.StatusForbidden, "没有放行", "did not let you through"},
		"why=failed":                             {http.StatusBadGateway, "中断了登录。", "broke off. Try again."},
		"why=failed&code=invalid_scope":          {http.StatusBadGateway, "中断了登录：invalid_scope", "broke off: invalid_scope"},
		"why=stale":                              {http.StatusBadRequest, "已经失效", "no longer valid"},
		"why=unproven":                           {http.StatusForbidden, "没有通过验证", "could not be verified"},
		"why=unknown&name=eve&email=e@x.test":    {http.StatusForbidden, "添加用户名为 eve 的用户", "with the username eve"},
		"why=unknown&email=eve@corp.test":        {http.StatusForbidden, "填上邮箱 eve@corp.test", "address eve@corp.test"},
		"why=unknown":                            {http.StatusForbidden, "oidc-username-claim", "oidc-username-claim"},
		"why=disabled&name=gone":                 {http.StatusForbidden, "这个用户已停用", "is disabled"},
		"why=unknown&name=%3Cb%3Ebold%3C%2Fb%3E": {http.StatusForbidden, "&lt;b&gt;bold", "&lt;b&gt;bold"},
	} {
		for lang, words := range map[string]string{"zh": want.zh, "en": want.en} {
			got := open(t, s, access.Principal{}, "GET", "/signin/oidc/callback?lang="+lang+"&"+query, "")
			_, said, _ := strings.Cut(got.Body.String(), `id="stranger"`)
			if got.Code != want.status || !strings.Contains(said, words) || !strings.Contains(said, `id="signin-form"`) {
				t.Errorf("%s in %s: got %d %s, want %d, %q, and the password still asked for", query, lang, got.Code, said, want.status, words)
			}
			if !strings.Contains(said, `name="next" value="/users"`) || !strings.Contains(said, `data-address="/signin?next=%2Fusers"`) {
				t.Errorf("%s: got %s, want the way to the users kept", query, said)
			}
		}
	}
}

func TestWhoSignedInInAnotherWindowIsToldToCloseIt(t *testing.T) {
	s := ofACompany(t, "")
	if got := open(t, s, root(), "GET", "/signin/done", ""); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "可以关闭这个窗口") {
		t.Errorf("got %d %s, want the window to be closed", got.Code, got.Body)
	}
	if got := open(t, s, access.Principal{}, "GET", "/signin/done", ""); got.Header().Get("Location") != "/signin" {
		t.Errorf("got %d to %q, want whoever is nobody at the door", got.Code, got.Header().Get("Location"))
	}
}
