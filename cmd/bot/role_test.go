package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
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

func TestNoPageServesTheWrongRole(t *testing.T) {
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
