package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestThePolicyAdmitsNothingForeignOrInline(t *testing.T) {
	res := get(t, demo(t), "/")
	policy := res.Header().Get("Content-Security-Policy")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self';", "connect-src 'self'", "base-uri 'none'", "form-action 'self'",
		"frame-ancestors 'none'", "require-trusted-types-for 'script'",
	} {
		if !strings.Contains(policy, want) {
			t.Errorf("got policy %q, want %q in it", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("got policy %q, want neither unsafe words nor other origins", policy)
	}
}

func TestTheNonceIsNewForEachPageAndReachesTheScripts(t *testing.T) {
	h, seen := demo(t), map[string]bool{}
	for range 3 {
		res := get(t, h, "/")
		page := res.Body.String()
		var got setup
		block(t, page, "setup", &got)
		nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(res.Header().Get("Content-Security-Policy"))
		if nonce == nil || nonce[1] != got.Nonce || seen[got.Nonce] {
			t.Fatalf("got nonce %q on the page and %v in the policy, want one new value in both", got.Nonce, nonce)
		}
		seen[got.Nonce] = true
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	h := demo(t)
	script := loadAssets().folder + "main.js"
	for _, path := range []string{"/", "/elsewhere", "/favicon.ico", script} {
		res := get(t, h, path)
		resource := "same-origin"
		if path == script {
			resource = "cross-origin" // a message is drawn in a frame without an origin
		}
		referrer := "no-referrer"
		if path == "/" {
			referrer = "same-origin" // a form sent over plain HTTP would come from nowhere
		}
		for name, want := range map[string]string{
			"Referrer-Policy": referrer, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": resource,
		} {
			if got := res.Header().Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", path, name, got, want)
			}
		}
		if res.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s: got no policy", path)
		}
	}
}

func TestThePageWithTheTokenIsNeverStored(t *testing.T) {
	res := get(t, demo(t), "/")
	if got := res.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q, want no-store", got)
	}
}

func TestOnlyTheMachineItselfIsAnsweredWhenLoopbackOnly(t *testing.T) {
	guarded := LoopbackOnly(demo(t))
	for host, want := range map[string]int{
		"127.0.0.1":              http.StatusOK,
		"127.0.0.1:8080":         http.StatusOK,
		"127.8.9.1:8080":         http.StatusOK,
		"localhost":              http.StatusOK,
		"LOCALHOST.:8080":        http.StatusOK,
		"[::1]":                  http.StatusOK,
		"[::1]:8080":             http.StatusOK,
		"[::ffff:127.0.0.1]:80":  http.StatusOK,
		"evil.example":           http.StatusMisdirectedRequest,
		"evil.example:8080":      http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example": http.StatusMisdirectedRequest,
		"192.168.1.7:8080":       http.StatusMisdirectedRequest,
		"0.0.0.0:8080":           http.StatusMisdirectedRequest,
		"":                       http.StatusMisdirectedRequest,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: got %d, want %d", host, w.Code, want)
		}
		if w.Code != http.StatusOK && strings.Contains(w.Body.String(), "tb_demo") {
			t.Errorf("host %q: got the token in a refusal", host)
		}
	}
}
