package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
)

// goFiles are the package's own files, without its tests.
func goFiles(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// gate lets in whoever says the password "right".
type gate struct{}

func (gate) SignIn(_ http.ResponseWriter, _ *http.Request, username, password string) (access.Principal, error) {
	switch password {
	case "right":
		return access.Principal{Username: username, Role: access.Admin}, nil
	case "locked":
		return access.Principal{}, &access.Refused{Until: time.Now().Add(9 * time.Minute)}
	}
	return access.Principal{}, &access.Refused{Left: 4}
}

func (gate) Enter(http.ResponseWriter, *http.Request, string) (access.Principal, error) {
	return access.Principal{}, errors.New("this is no demo")
}

func (gate) Depart(http.ResponseWriter, *http.Request, string) (string, error) {
	return "https://login.example/authorize", nil
}

func (gate) Arrive(_ http.ResponseWriter, r *http.Request) (access.Principal, string, error) {
	q := r.URL.Query()
	if why := q.Get("why"); why != "" {
		return access.Principal{}, "/users", &access.Stranger{Why: access.Why(why), Code: q.Get("code"), Username: q.Get("name"), Email: q.Get("email")}
	}
	return root(), q.Get("next"), nil
}

func (gate) SignOut(http.ResponseWriter, *http.Request) error { return nil }
func (gate) Invite(context.Context, string) (string, error)   { return "SECRET", nil }
func (gate) Invited(_ context.Context, secret string) (string, error) {
	if secret != "SECRET" {
		return "", access.ErrLink
	}
	return "", nil
}

func (gate) SetUp(_ http.ResponseWriter, _ *http.Request, _, _, password string) (access.Principal, error) {
	if password == "right" {
		return root(), nil
	}
	return access.Principal{}, access.ErrWeak
}

// site is the pages over an API that answers each call with answer.
func site(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *Site {
	t.Helper()
	s, err := New(Config{API: http.HandlerFunc(answer), Gate: gate{}, Version: "1.2.3", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// empty is an API with nothing in it.
func empty(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{}, "next_cursor": ""})
}

// root is an administrator.
func root() access.Principal { return access.Principal{Username: "root", Role: access.Admin} }

// open asks for a page as who; headers are "Name: value".
func open(t *testing.T, s *Site, who access.Principal, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(who.In(t.Context()), method, "http://bell.example"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestWhoeverIsNobodyIsSentToTheDoorAndBack(t *testing.T) {
	got := open(t, site(t, empty), access.Principal{}, "GET", "/users?q=li", "")
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/signin?next=%2Fusers%3Fq%3Dli" {
		t.Errorf("got %d to %q, want the door, and back to the search", got.Code, got.Header().Get("Location"))
	}
	got = open(t, site(t, empty), access.Principal{}, "POST", "/users", "username=bo", "HX-Request: true")
	if got.Code != http.StatusUnauthorized || got.Header().Get("HX-Trigger") != "signed-out" {
		t.Errorf("got %d %q, want a script told that the session is over", got.Code, got.Header().Get("HX-Trigger"))
	}
}

func TestALineOfNobodysIsRefusedAndLeadsToNoPage(t *testing.T) {
	got := open(t, site(t, empty), access.Principal{}, "GET", "/live", "", "Accept: text/event-stream")
	if got.Code != http.StatusUnauthorized || got.Header().Get("Location") != "" {
		t.Errorf("got %d to %q, want 401: a page is no stream", got.Code, got.Header().Get("Location"))
	}
}

func TestTheDoorLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"/users?q=li": "/users?q=li", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"users": "/",
	} {
		if got := inside(next); got != want {
			t.Errorf("%q: got %q, want %q", next, got, want)
		}
	}
}

func TestLinksBeginWherePeopleReachUs(t *testing.T) {
	s, err := New(Config{API: http.HandlerFunc(empty), Gate: gate{}, Home: access.Home{Fixed: "https://tickets.example"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]*Site{"https://tickets.example/setup#SECRET": s, "http://bell.example/setup#SECRET": site(t, empty)} {
		if got := open(t, s, root(), "POST", "/users/bo/invite", ""); !strings.Contains(got.Body.String(), want) {
			t.Errorf("got %s, want the link %s in it", got.Body, want)
		}
	}
}

func TestAPreviewLoadsItsFilesWhereverTheVisitorCame(t *testing.T) {
	s, err := New(Config{API: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"channel":"feishu","payload":{}}`)
	}), Gate: gate{}, Home: access.Home{Fixed: "https://tickets.example"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	policy := open(t, s, root(), "GET", "/deliveries/dlv_1/sent", "").Header().Get("Content-Security-Policy")
	if want := "script-src https://tickets.example" + s.assets.folder + " http://bell.example" + s.assets.folder + ";"; !strings.Contains(policy, want) {
		t.Errorf("got policy %q, want %q in it: a frame has no origin of its own", policy, want)
	}
}

func TestAWrongPasswordIsSaidWithoutSayingWhich(t *testing.T) {
	s := site(t, empty)
	got := open(t, s, access.Principal{}, "POST", "/signin", "username=lisi&password=wrong", "HX-Request: true")
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "用户名或密码错误。还可尝试 4 次") {
		t.Errorf("got %d %s, want it refused with what is left", got.Code, got.Body)
	}
	if strings.Contains(got.Body.String(), "wrong\"") {
		t.Error("got the password back")
	}
	got = open(t, s, access.Principal{}, "POST", "/signin", "username=lisi&password=locked")
	if !strings.Contains(got.Body.String(), "请在 9 分钟后再试") {
		t.Errorf("got %s, want how long it is locked", got.Body)
	}
	got = open(t, s, access.Principal{}, "POST", "/signin", "username=lisi&password=right&in_place=1", "HX-Request: true")
	if got.Code != http.StatusNoContent || got.Header().Get("HX-Trigger") != "signed-in" {
		t.Errorf("got %d %q, want the form that waits to be told", got.Code, got.Header().Get("HX-Trigger"))
	}
}

func TestTheLanguageIsAskedForInOrder(t *testing.T) {
	s := site(t, empty)
	reader := root()
	reader.Language = "en"
	tests := []struct {
		name, path string
		who        access.Principal
		headers    []string
		want       cards.Language
	}{
		{"nothing said", "/tokens", root(), nil, cards.Chinese},
		{"the browser", "/tokens", root(), []string{"Accept-Language: en-GB,en;q=0.9"}, cards.English},
		{"a browser of neither", "/tokens", root(), []string{"Accept-Language: fr"}, cards.Chinese},
		{"the profile before the browser", "/tokens", reader, []string{"Accept-Language: zh-CN"}, cards.English},
		{"the choice before the profile", "/tokens", reader, []string{"Cookie: language=zh"}, cards.Chinese},
		{"the page before the choice", "/tokens", root(), []string{"Page-Language: en", "Cookie: language=zh"}, cards.English},
		{"the address before all", "/tokens?lang=en", root(), []string{"Page-Language: zh", "Cookie: language=zh"}, cards.English},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := open(t, s, tt.who, "GET", tt.path, "", tt.headers...)
			if !strings.Contains(got.Body.String(), `<html lang="`+tag(tt.want)+`"`) {
				t.Errorf("got %.80s, want %s", got.Body, tt.want)
			}
		})
	}
}

func TestEveryTextReachesTheBrowserInBothLanguages(t *testing.T) {
	got := open(t, site(t, empty), root(), "GET", "/tokens?lang=en", "").Body.String()
	if !strings.Contains(got, `<span data-zh="新建令牌" data-en="New token">New token</span>`) {
		t.Errorf("got %s, want each text with its other language", got)
	}
}

func TestThePagesAdmitNothingForeignOrInline(t *testing.T) {
	got := open(t, site(t, empty), root(), "GET", "/tokens", "")
	policy := got.Header().Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("got policy %q, want neither unsafe words nor other origins", policy)
	}
	for _, inline := range []string{" style=\"", "<style", "javascript:", " onclick="} {
		if strings.Contains(got.Body.String(), inline) {
			t.Errorf("got %q on the page", inline)
		}
	}
	if got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("got Cache-Control %q, want no-store", got.Header().Get("Cache-Control"))
	}
}

func TestTheFirstPageIsLight(t *testing.T) {
	s := site(t, empty)
	page := open(t, s, root(), "GET", "/tokens", "", "Accept-Encoding: gzip")
	total := page.Body.Len()
	for _, name := range []string{"vendor/tabler.min.css", "frame.css", "vendor/htmx.min.js", "frame.js", "words.js", "theme.js", "icons.svg", "favicon.svg"} {
		got := open(t, s, root(), "GET", s.assets.folder+name, "", "Accept-Encoding: gzip")
		if got.Code != http.StatusOK {
			t.Errorf("%s: got %d, want 200", name, got.Code)
		}
		total += got.Body.Len()
	}
	if total > 200<<10 {
		t.Errorf("got %d KiB for a first page, want at most 200", total>>10)
	}
	t.Logf("a first page is %d KiB", total>>10)
}

func TestWhatTheAPIRefusesIsShownAtItsField(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"status":400,"title":"请求无效","detail":"有字段不正确。","code":"invalid_request","errors":[{"field":"email","code":"invalid","message":"须为邮箱"}]}`))
			return
		}
		empty(w, r)
	})
	got := open(t, s, root(), "POST", "/users", "username=bo&email=nonsense", "HX-Request: true")
	for _, want := range []string{`href="#new-email"`, "须为邮箱", `value="nonsense"`, `aria-invalid="true"`} {
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("got %d %s, want %q", got.Code, got.Body, want)
		}
	}
}

func TestNastyNamesStayText(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{map[string]any{"id": "tok_1", "name": nasty, "prefix": nasty, "scopes": []string{nasty}}}})
	})
	if got := open(t, s, root(), "GET", "/tokens", "").Body.String(); strings.Contains(got, "<script>alert") {
		t.Error("got markup from a name, want it escaped")
	}
}

func TestASpreadsheetRunsNoCellOfTheAuditLog(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{map[string]any{"at": "2026-10-01T10:00:00Z", "actor": "=cmd()", "action": "sign-in", "via": "session", "fields": []string{"a", "b"}}}})
	})
	got := open(t, s, root(), "GET", "/audit.csv", "")
	if body := got.Body.String(); !strings.Contains(body, "2026-10-01T10:00:00Z,'=cmd(),session,sign-in,,a b,") {
		t.Errorf("got %q, want the formula as text", body)
	}
}

func TestAnInstallationSaysItsName(t *testing.T) {
	s, err := New(Config{API: http.HandlerFunc(empty), Gate: gate{}, Label: "<prod>", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if got := open(t, s, root(), "GET", "/tokens", "").Body.String(); !strings.Contains(got, `<span class="badge label">&lt;prod&gt;</span>`) {
		t.Error("got a page without the name of the installation")
	}
}

func TestEveryPageCanBeDrawnInBothLanguages(t *testing.T) {
	s := site(t, func(http.ResponseWriter, *http.Request) {})
	for lang, pages := range s.templates {
		if len(pages) < len(s.pages) {
			t.Errorf("%s: got %d templates for %d pages, want one for each", lang, len(pages), len(s.pages))
		}
		for name, parsed := range pages {
			if parsed().Lookup("main") == nil { // panics on a template that is none
				t.Errorf("%s: got no main part in %s", lang, name)
			}
		}
	}
}

func TestAChosenThemeWinsOverThatOfTheBrowser(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/me/preferences" {
			_ = json.NewEncoder(w).Encode(map[string]any{"theme": "dark"})
			return
		}
		empty(w, r)
	})
	for _, row := range []struct {
		who  access.Principal
		path string
		want string
	}{
		{root(), "/me", `data-theme="dark" data-bs-theme="dark"`},
		{access.Principal{}, "/signin", `data-theme="light"`},
	} {
		got := open(t, s, row.who, "GET", row.path, "", "Cookie: theme=light")
		if !strings.Contains(got.Body.String(), row.want) {
			t.Errorf("%s: got %.120s, want %s", row.path, got.Body, row.want)
		}
	}
}
