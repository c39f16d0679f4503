package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
	"ticketbell/web"
)

// visitors are one person of each role, and one who was disabled after they came in.
func visitors() []ticket.User {
	person := func(name string, role ticket.UserRole) ticket.User {
		return ticket.User{Person: ticket.Person{Username: name}, Role: role}
	}
	return []ticket.User{person("root", ticket.Admin), person("op", ticket.Operator), person("bo", ticket.Member), person("gone", ticket.Admin)}
}

// comeIn lets somebody in and returns their cookie.
func comeIn(t *testing.T, h *house, username string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := h.gate.Enter(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), username); err != nil {
		t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

// caller hangs up once an answer begins to come in pieces: a stream never ends by itself.
type caller struct {
	*httptest.ResponseRecorder

	hangUp func()
}

// Flush implements [http.Flusher].
func (c caller) Flush() {
	c.ResponseRecorder.Flush()
	c.hangUp()
}

// vacant is a house with nobody in it, and its door.
func vacant(t *testing.T) (*house, http.Handler) {
	t.Helper()
	h, err := newHouse(t.Context(), keeping{DataDir: t.TempDir()}, sharing{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	handler, err := h.handler()
	if err != nil {
		t.Fatal(err)
	}
	return h, handler
}

// openPages are the routes that ask for nothing, in order.
func openPages(routes []web.Route) []string {
	var open []string
	for _, r := range routes {
		if r.Scope == "" {
			open = append(open, r.Method+" "+r.Pattern)
		}
	}
	slices.Sort(open)
	return open
}

// planted are secrets that stand nowhere but in the settings of a channel.
func planted() map[string]map[string]string {
	return map[string]map[string]string{
		"mail":   {"host": "127.0.0.1", "username": "bell@corp.com", "password": "planted-smtp-password"},
		"wecom":  {"corp_id": "ww1", "corp_secret": "planted-corp-secret", "callback_token": "PlantedCallbackToken", "callback_aes_key": "PlantedAESKeyPlantedAESKeyPlantedAESKeyPlan"},
		"feishu": {"app_id": "cli_1", "app_secret": "planted-app-secret", "encrypt_key": "planted-encrypt-key", "verification_token": "planted-verification"},
	}
}

func TestNoPageAndNoAnswerHoldsASecret(t *testing.T) {
	h, handler := vacant(t)
	if err := h.store.CreateUser(t.Context(), visitors()[0]); err != nil {
		t.Fatal(err)
	}
	cookie := comeIn(t, h, "root")
	seen := 0
	ask := func(method, path, media, body string) *httptest.ResponseRecorder {
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		r := httptest.NewRequestWithContext(ctx, method, "http://127.0.0.1"+path, strings.NewReader(body))
		r.AddCookie(cookie)
		r.Header.Set("Content-Type", media)
		w := caller{httptest.NewRecorder(), hangUp}
		handler.ServeHTTP(w, r)
		answer := w.Body.String()
		for _, fields := range planted() {
			for name, secret := range fields {
				if len(secret) > 15 && strings.Contains(answer, secret) {
					t.Errorf("%s %s: got the %s in the answer", method, path, name)
				}
			}
		}
		if strings.Contains(answer, cookie.Value) {
			t.Errorf("%s %s: got the session in the answer", method, path)
		}
		if w.Code == http.StatusOK {
			seen++
		}
		return w.ResponseRecorder
	}
	for channel, fields := range planted() {
		body, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if w := ask("PATCH", "/api/v1/channels/"+channel, "application/json", string(body)); w.Code != http.StatusOK {
			t.Fatalf("plant the secrets of %s: got %d %s", channel, w.Code, w.Body)
		}
		ask("POST", "/channels/"+channel, "application/x-www-form-urlencoded", form(fields)+"&port=nonsense&agent_id=nonsense&api_base_url=nonsense")
	}
	fill := strings.NewReplacer("{$}", "", "{id}", "x", "{username}", "root", "{key}", "default")
	for _, route := range h.pages {
		for _, channel := range []string{"mail", "wecom", "feishu"} {
			if route.Method == http.MethodGet {
				ask("GET", strings.ReplaceAll(fill.Replace(route.Pattern), "{channel}", channel), "", "")
			}
		}
	}
	for _, path := range paths(t, ask("GET", "/openapi.json", "", "")) {
		for _, channel := range []string{"mail", "wecom", "feishu"} {
			ask("GET", strings.ReplaceAll(fill.Replace(path), "{channel}", channel), "", "")
		}
	}
	if seen < 60 {
		t.Errorf("got %d answers to look at, want most of the pages and of the API", seen)
	}
}

// form is fields as a browser sends them.
func form(fields map[string]string) string {
	sent := url.Values{}
	for name, value := range fields {
		sent.Set(name, value)
	}
	return sent.Encode()
}

// paths are what the API can be asked for without changing anything.
func paths(t *testing.T, document *httptest.ResponseRecorder) []string {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(document.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var all []string
	for path, methods := range doc.Paths {
		if _, ok := methods["get"]; ok {
			all = append(all, path)
		}
	}
	return all
}

func TestNoPageServesTheWrongRole(t *testing.T) {
	h, _ := vacant(t)
	if err := h.admitCompany(accounts{OIDCIssuer: "http://127.0.0.1:1", OIDCClientID: "bell", OIDCUsernameClaim: "sub"}); err != nil {
		t.Fatal(err)
	}
	h.mounts = map[string]http.Handler{}
	handler, err := h.handler()
	if err != nil {
		t.Fatal(err)
	}
	cookies := map[string]*http.Cookie{}
	for _, u := range visitors() {
		if err := h.store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		cookies[u.Username] = comeIn(t, h, u.Username)
	}
	gone := visitors()[3]
	gone.Disabled = true
	if err := h.store.UpdateUser(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	may := map[string]access.Role{"root": access.Admin, "op": access.Operator, "bo": access.Member, "gone": "", "": ""}
	fill := strings.NewReplacer("{$}", "", "{id}", "x", "{username}", "nobody", "{key}", "x", "{channel}", "mail")
	if got := openPages(h.pages); !slices.Equal(got, []string{"GET /setup", "GET /signin", "GET /signin/done", "GET /signin/oidc", "GET /signin/oidc/callback", "POST /setup", "POST /setup/open", "POST /signin", "POST /signout"}) {
		t.Errorf("got %v open to everybody, want the door alone", got)
	}
	for _, route := range h.pages {
		if route.Pattern == "/signout" { // would end the sessions the others are tried with
			continue
		}
		for who, role := range may {
			ctx, hangUp := context.WithCancel(t.Context())
			r := httptest.NewRequestWithContext(ctx, route.Method, "http://127.0.0.1"+fill.Replace(route.Pattern), nil)
			if c := cookies[who]; c != nil {
				r.AddCookie(c)
			}
			w := caller{httptest.NewRecorder(), hangUp}
			handler.ServeHTTP(w, r)
			hangUp()
			known := role != ""
			allowed := route.Scope == "" || access.Principal{Username: who, Role: role}.Allows(route.Scope)
			toDoor := w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/signin")
			switch {
			case allowed && (w.Code == http.StatusForbidden || (toDoor && route.Scope != "")):
				t.Errorf("%s %s as %q: got %d, want them let in", route.Method, route.Pattern, who, w.Code)
			case !allowed && known && w.Code != http.StatusForbidden:
				t.Errorf("%s %s as %q: got %d, want 403", route.Method, route.Pattern, who, w.Code)
			case !allowed && !known && !toDoor:
				t.Errorf("%s %s as %q: got %d, want them sent to the door", route.Method, route.Pattern, who, w.Code)
			}
		}
	}
}
