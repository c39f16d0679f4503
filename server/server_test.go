package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
)

func TestNewNamesEverythingThatIsMissing(t *testing.T) {
	_, err := New(Config{})
	if err == nil {
		t.Fatal("got no error for an empty configuration")
	}
	for _, name := range []string{"Desk", "Deliveries", "Channels", "Users", "Identities", "Flows", "Settings", "Tokens", "Platforms", "Tickets", "Now", "Log"} {
		if !strings.Contains(err.Error(), name+" is missing") {
			t.Errorf("got %v, which does not name %s", err, name)
		}
	}
}

func TestWrongTrustedOriginIsRefused(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.TrustedOrigins = []string{"https://tickets.example.com"} })
	if got := crossCall(h, "https://tickets.example.com"); got.status != http.StatusAccepted {
		t.Errorf("got %d from a trusted origin, want 202", got.status)
	}
	if _, err := crossOrigin([]string{"tickets.example.com"}); err == nil {
		t.Error("an origin without a scheme is taken")
	}
}

func crossCall(h *house, origin string) answer {
	return h.asRoot("POST", "/api/v1/events", goodEvent, "Origin: "+origin, "Sec-Fetch-Site: cross-site")
}

func TestOtherSitesCannotUseABrowserAgainstUs(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Mount = map[string]http.Handler{"/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the page was asked") })}
	})
	if p := crossCall(h, "https://evil.example.com").problem(t); p.Status != http.StatusForbidden || p.Code != codeCross {
		t.Errorf("got %d %s, want 403 cross_origin", p.Status, p.Code)
	}
	if n := len(h.desk.accepted()); n != 0 {
		t.Errorf("got %d events, want none", n)
	}
	h.call("POST", "/settings", "", "a=b", "Sec-Fetch-Site: cross-site", "Content-Type: application/x-www-form-urlencoded").problem(t)
}

func TestEveryAnswerCarriesItsSafetyAndItsID(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/healthz", "/nowhere", "/docs", "/api/v1/settings"} {
		got := h.call("GET", path, "", "")
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: got headers %v, want nosniff and DENY", path, got.header)
		}
		if !strings.HasPrefix(got.header.Get("X-Request-Id"), "req_") {
			t.Errorf("%s: got request id %q, want one of ours", path, got.header.Get("X-Request-Id"))
		}
	}
}

func TestSaneRequestIDsAreKept(t *testing.T) {
	h := newHouse(t)
	for sent, kept := range map[string]bool{"abc-1.2_3": true, "a b": false, "": false, "a\"b": false, strings.Repeat("x", 65): false} {
		p := h.call("GET", "/nowhere", "", "", "X-Request-Id: "+sent).problem(t)
		if (p.RequestID == sent) != kept || p.RequestID == "" {
			t.Errorf("got %q for %q, want it kept: %t", p.RequestID, sent, kept)
		}
	}
}

func TestMountsStandBesideTheAPI(t *testing.T) {
	says := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name+" "+r.URL.Path) })
	}
	h := newHouse(t, func(c *Config) {
		c.Mount = map[string]http.Handler{
			"/": says("pages"), "/sandbox/": says("sandbox"), "/callbacks/wecom": says("wecom"), "/silent": http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		}
	})
	tests := []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/", 200, "pages /"},
		{"GET", "/deliveries/5", 200, "pages /deliveries/5"},
		{"POST", "/sandbox/press", 200, "sandbox /sandbox/press"},
		{"GET", "/sandbox/", 200, "sandbox /sandbox/"},
		{"GET", "/sandbox", 200, "pages /sandbox"},
		{"POST", "/callbacks/wecom", 200, "wecom /callbacks/wecom"},
		{"GET", "/callbacks/wecom/x", 200, "pages /callbacks/wecom/x"},
		{"GET", "/silent", 200, ""},
		{"GET", "/api/v1/nothing", 404, ""},
		{"GET", "/api/", 404, ""},
		{"GET", "/version", 200, `{"version":"1.2.3","commit":"abc"}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			got := h.call(tt.method, tt.path, "", "")
			if got.status != tt.status || (tt.status == 200 && got.body != tt.body) {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, tt.status, tt.body)
			}
		})
	}
	page := newHouse(t, func(c *Config) { c.Mount = map[string]http.Handler{"/{$}": says("page")} })
	if got := page.call("GET", "/", "", ""); got.body != "page /" {
		t.Errorf("got %d %q at the root, want the page", got.status, got.body)
	}
	for _, path := range []string{"/nope", "/hooks/sqle", "//"} {
		if p := page.call("GET", path, "", "").problem(t); p.Code != codeNotFound {
			t.Errorf("got %s at %s beside a page at the root alone, want %s", p.Code, path, codeNotFound)
		}
	}
	if got := newHouse(t).call("GET", "/", "", ""); got.status != http.StatusNotFound {
		t.Errorf("got %d with nothing mounted, want 404", got.status)
	}
}

func TestABrowserGetsAPageAndAProgramAProblemForWhatIsNotThere(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Missing = func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "missing "+r.URL.Path) }
	})
	for path, want := range map[string]string{"/nope": "missing /nope", "/api/v1/nope": string(codeNotFound)} {
		if got := h.call("GET", path, "", "", "Accept: text/html"); !strings.Contains(got.body, want) {
			t.Errorf("a browser at %s: got %q, want %q", path, got.body, want)
		}
	}
	if p := h.call("GET", "/nope", "", "", "Accept: application/json").problem(t); p.Code != codeNotFound {
		t.Errorf("a program: got %s, want %s", p.Code, codeNotFound)
	}
}

func TestMountedHandlersMayStream(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Mount = map[string]http.Handler{"/stream": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first\n")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("flush: %v", err)
			}
			<-r.Context().Done() // the answer never ends; the reader leaves
		})}
	})
	srv := httptest.NewServer(h.http)
	defer srv.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line := make([]byte, len("first\n"))
	if _, err := io.ReadFull(resp.Body, line); err != nil || string(line) != "first\n" {
		t.Errorf("got %q, %v, want the first line before the end", line, err)
	}
}

func TestMethodsAnAddressLacksAreNamed(t *testing.T) {
	got := newHouse(t).call("DELETE", "/api/v1/settings", "", "")
	if p := got.problem(t); p.Code != codeMethod {
		t.Errorf("got %s, want method_not_allowed", p.Code)
	}
	if allow := got.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "PATCH") {
		t.Errorf("got Allow %q, want GET and PATCH", allow)
	}
}

func TestTheLogTellsWhoAskedForWhatAndNoSecret(t *testing.T) {
	h := newHouse(t)
	secret := h.token(access.EventsWrite)
	h.call("POST", "/api/v1/events?token="+secret+"&lang=zh", secret, `{"kind":"secret-in-the-body"}`, "Idempotency-Key: secret-in-a-header", "X-Request-Id: r-1")
	lines := h.log.lines(t)
	if len(lines) != 1 {
		t.Fatalf("got %d lines, want 1", len(lines))
	}
	for name, want := range map[string]any{
		"msg": "request", "level": "INFO", "method": "POST", "path": "/api/v1/events", "status": 400.0, "request_id": "r-1", "token": "sqle",
	} {
		if got := lines[0][name]; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for _, s := range []string{secret, "secret-in"} {
		if strings.Contains(h.log.String(), s) {
			t.Errorf("got log %s, which holds %s", h.log, s)
		}
	}
}

func TestProbesAreQuietAndFailuresLoud(t *testing.T) {
	h := newHouse(t)
	h.call("GET", "/healthz", "", "")
	h.desk.broken = errDisk
	h.asRoot("POST", "/api/v1/events", goodEvent)
	lines := h.log.lines(t)
	if lines[0]["level"] != "DEBUG" {
		t.Errorf("got level %v for a probe, want DEBUG", lines[0]["level"])
	}
	if lines[1]["level"] != "ERROR" || !strings.Contains(fmt.Sprint(lines[1]["error"]), errDisk.Error()) {
		t.Errorf("got %v, want an ERROR with its cause", lines[1])
	}
}

func TestABodyThatNeverArrivesIsGivenUp(t *testing.T) {
	engine := newEngine(nil, nil)
	type input struct{ Body map[string]json.RawMessage }
	huma.Register(newAPI(Config{}, engine).huma, huma.Operation{Method: http.MethodPost, Path: "/slow", BodyReadTimeout: 20 * time.Millisecond},
		func(context.Context, *input) (*struct{}, error) { return nil, errDisk })
	srv := httptest.NewServer(engine)
	defer srv.Close()
	body, rest := io.Pipe()
	defer rest.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/slow", body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d as %s, want 408 as a problem", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

func TestABodyThatBreaksOffIsNoFailureOfOurs(t *testing.T) {
	h := newHouse(t)
	srv := httptest.NewServer(h.http)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{", h.token(access.EventsWrite))
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(got), `"code":"client_closed"`) {
		t.Errorf("got %q, %v, want a problem that says so", got, err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	srv.Close() // waits for the line, which is written behind the answer
	equal(t, "lines", h.log.levels(t), []string{"INFO 499"})
}

func TestWhatIsGivenUpForACallerWhoLeftIsNoFailureOfOurs(t *testing.T) {
	for path, row := range map[string]struct{ body, line string }{
		"/api/v1/events":       {goodEvent, "INFO 499"},
		"/api/v1/events:batch": {`{"events":[` + goodEvent + `]}`, "INFO 200"},
	} {
		h := newHouse(t)
		h.desk.broken = fmt.Errorf("store: %w", context.Canceled)
		ctx, leave := context.WithCancel(t.Context())
		leave()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(row.body))
		r.Header.Set("Authorization", "Bearer "+h.token(access.EventsWrite))
		h.http.ServeHTTP(httptest.NewRecorder(), r)
		equal(t, path, h.log.levels(t), []string{row.line})
	}
}

func TestChecksDecideReadiness(t *testing.T) {
	tests := []struct {
		name, path string
		broken     error
		status     int
		body       string
	}{
		{"all well", "/readyz", nil, 200, `{"status":"ok"}`},
		{"all well, told in full", "/readyz?verbose", nil, 200, `{"status":"ok","checks":[{"name":"database","ok":true},{"name":"worker","ok":true}]}`},
		{"one is down", "/readyz", errDisk, 503, `{"status":"unavailable"}`},
		{"one is down, told in full", "/readyz?verbose", errDisk, 503, `{"status":"unavailable","checks":[{"name":"database","ok":false},{"name":"worker","ok":true}]}`},
		{"alive all the same", "/healthz", errDisk, 200, `{"status":"ok"}`},
		{"alive by another name", "/livez", errDisk, 200, `{"status":"ok"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, func(c *Config) {
				c.Checks = []Check{
					{Name: "database", Run: func(context.Context) error { return tt.broken }},
					{Name: "worker", Run: func(context.Context) error { return nil }},
				}
			})
			got := h.call("GET", tt.path, "", "")
			if got.status != tt.status || strings.TrimSpace(got.body) != tt.body {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, tt.status, tt.body)
			}
			if tt.status == 503 && !strings.Contains(h.log.String(), "check database: disk full") {
				t.Errorf("got log %s, want the cause in it", h.log)
			}
		})
	}
}

func TestWhatCanBeDoneWithoutIsDegraded(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Checks = []Check{{Name: "redis", Run: func(context.Context) error { return errDisk }, Soft: true}}
	})
	for path, want := range map[string]string{
		"/readyz":         `{"status":"ok"}`,
		"/readyz?verbose": `{"status":"ok","checks":[{"name":"redis","ok":false,"status":"degraded"}]}`,
	} {
		if got := h.call("GET", path, "", ""); got.status != http.StatusOK || strings.TrimSpace(got.body) != want {
			t.Errorf("%s: got %d %s, want 200 %s", path, got.status, got.body, want)
		}
	}
}

func TestACheckThatHangsIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) {
			c.Checks = []Check{{Name: "database", Run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}}
		})
		start := time.Now()
		if got := h.call("GET", "/readyz", "", ""); got.status != http.StatusServiceUnavailable {
			t.Errorf("got %d, want 503", got.status)
		}
		if took := time.Since(start); took != checkTime {
			t.Errorf("got an answer after %v, want %v", took, checkTime)
		}
	})
}

func TestMetricsAreOpenUnlessAskedOtherwise(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1") })
	if got := newHouse(t).call("GET", "/metrics", "", ""); got.status != http.StatusNotFound {
		t.Errorf("got %d without metrics, want 404", got.status)
	}
	h := newHouse(t, func(c *Config) { c.Metrics = metrics })
	if got := h.call("GET", "/metrics", "", ""); got.status != 200 || got.body != "up 1" {
		t.Errorf("got %d %s, want the metrics", got.status, got.body)
	}
	h = newHouse(t, func(c *Config) { c.Metrics, c.MetricsToken = metrics, true })
	if got := h.call("GET", "/metrics", "", ""); got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
		t.Errorf("got %d without a token, want 401", got.status)
	}
	if got := h.call("GET", "/metrics", h.token(access.EventsWrite), ""); got.problem(t).Code != codeScope {
		t.Errorf("got %d without the scope, want 403", got.status)
	}
	if got := h.call("GET", "/metrics", h.token(access.MetricsRead), ""); got.body != "up 1" {
		t.Errorf("got %s with the scope, want the metrics", got.body)
	}
}
