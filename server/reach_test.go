package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// tries has the house try an address.
func (h *house) tries(t *testing.T, prefix string) reached {
	t.Helper()
	a := h.asRoot("POST", "/api/v1/settings:reach", `{"url_prefix":"`+prefix+`"}`)
	var r reached
	if err := json.Unmarshal([]byte(a.body), &r); a.status != 200 || err != nil {
		t.Fatalf("got %d %s, want an answer whatever was found", a.status, a.body)
	}
	return r
}

func TestThePlatformIsAskedAndItsPageIsNotPassedOn(t *testing.T) {
	h := newHouse(t)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/healthz" {
			http.Redirect(w, r, "/base/secret", http.StatusFound)
			return
		}
		http.Error(w, "S3CR3T", http.StatusNotFound)
	}))
	defer platform.Close()
	if r := h.tries(t, platform.URL+"/base/"); !r.Reachable || r.Status != 404 || r.URL != platform.URL+"/base/healthz" {
		t.Errorf("got %+v, want it reachable: something answered", r)
	}
	if r := h.tries(t, platform.URL); r.Status != http.StatusFound {
		t.Errorf("got %+v, want the redirect told and not followed", r)
	}
	if text := h.asRoot("POST", "/api/v1/settings:reach", `{"url_prefix":"`+platform.URL+`/base"}`).body; strings.Contains(text, "S3CR3T") {
		t.Errorf("got %s, want nothing of the page", text)
	}
}

func TestWhyNothingAnsweredIsToldInAWord(t *testing.T) {
	h := newHouse(t)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	gone, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string]string{
		"http://" + gone.Addr().String(): "refused",
		secure.URL:                       "tls",
		"http://169.254.169.254/latest":  "forbidden",
		"http://[fe80::1]":               "forbidden",
		"http://0.0.0.0:1":               "forbidden",
		"http://nowhere.invalid":         "dns",
	} {
		if r := h.tries(t, prefix); r.Reachable || r.Reason != want {
			t.Errorf("got %+v for %s, want %s", r, prefix, want)
		}
	}
}

func TestOnlyAnAddressIsTried(t *testing.T) {
	h := newHouse(t)
	for _, body := range []string{`{"url_prefix":"file:///etc/passwd"}`, `{"url_prefix":"https://user:pw@x.example"}`, `{"url_prefix":""}`} {
		equal(t, "fields", h.asRoot("POST", "/api/v1/settings:reach", body).problem(t).fields(), []string{"url_prefix invalid"})
	}
}

func TestSettingsThatSomebodyElseChangedAreNotOverwritten(t *testing.T) {
	h := newHouse(t)
	first := h.asRoot("GET", "/api/v1/settings", "")
	mark := first.header.Get("ETag")
	if got := h.asRoot("PATCH", "/api/v1/settings", `{"retention_days":7}`, "If-Match: "+mark); got.status != 200 || got.header.Get("ETag") == mark {
		t.Fatalf("got %d with mark %s, want it taken and another mark", got.status, got.header.Get("ETag"))
	}
	if got := h.asRoot("PATCH", "/api/v1/settings", `{"retention_days":9}`, "If-Match: "+mark); got.status != http.StatusPreconditionFailed {
		t.Errorf("got %d, want 412: somebody else was faster", got.status)
	}
}

func TestALinkTemplateNamesTheTicket(t *testing.T) {
	h := newHouse(t)
	equal(t, "fields", h.asRoot("PATCH", "/api/v1/settings", `{"link_template":"https://x.example/{ticket}"}`).problem(t).fields(), []string{"link_template invalid"})
	if got := h.asRoot("PATCH", "/api/v1/settings", `{"link_template":"/t/{project}/{ticket}"}`); !strings.Contains(got.body, `"link_template":"/t/{project}/{ticket}"`) {
		t.Errorf("got %s, want it saved", got.body)
	}
}
