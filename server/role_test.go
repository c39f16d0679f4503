package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
)

// as says in every request's context that p signed in.
func as(p *access.Principal) func(*Config) {
	return func(c *Config) {
		c.Sessions = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(p.In(r.Context())))
			})
		}
	}
}

func TestASessionMayDoWhatItsRoleIncludesAndNothingElse(t *testing.T) {
	for _, role := range []access.Role{access.Admin, access.Operator, access.Member, "", "janitor"} {
		p := &access.Principal{Username: "lisi", Role: role}
		h := newHouse(t, as(p))
		for _, op := range operations(t, h) {
			path := strings.NewReplacer("{id}", "x", "{channel}", "mail", "{username}", "x", "{key}", "x", "{source}", "x", "{ticket_id}", "x").Replace(op.path)
			got := h.brief(op.method, path, "not even JSON")
			refused := got.status == http.StatusForbidden && strings.Contains(got.body, string(codeScope))
			if may := slices.ContainsFunc(op.scopes, p.Allows); may == refused {
				t.Errorf("%q: %s %s: got %d, want it refused: %v", role, op.method, op.path, got.status, !may)
			}
		}
	}
}

// brief is call for whoever hangs up at once: a stream would not end by itself.
func (h *house) brief(method, path, body string) answer {
	ctx, cancel := context.WithCancel(h.t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func TestNobodyIsRefusedEverywhere(t *testing.T) {
	h := newHouse(t, as(&access.Principal{}))
	for _, op := range operations(t, h) {
		if got := h.call(op.method, op.path, "", "{}"); got.status != http.StatusUnauthorized {
			t.Errorf("%s %s: got %d, want 401", op.method, op.path, got.status)
		}
	}
}

func TestATokenCountsBeforeASession(t *testing.T) {
	h := newHouse(t, as(&access.Principal{Username: "root", Role: access.Admin}))
	if got := h.call("GET", "/api/v1/users", h.token(access.Me), ""); got.status != http.StatusForbidden {
		t.Errorf("got %d with a token for me alone, want 403 also in an administrator's browser", got.status)
	}
}

func TestOperatorsSeeAddressesMasked(t *testing.T) {
	p := &access.Principal{Username: "wangwu", Role: access.Operator}
	h := newHouse(t, as(p))
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi", Email: "lisi@corp.com", Phone: "+8613912348888"}}
	for _, path := range []string{"/api/v1/users", "/api/v1/users/lisi"} {
		got := h.call("GET", path, "", "")
		if strings.Contains(got.body, "13912348888") || strings.Contains(got.body, "lisi@corp.com") {
			t.Errorf("%s: got %s, want neither phone nor e-mail in clear", path, got.body)
		}
		if !strings.Contains(got.body, "139****8888") || !strings.Contains(got.body, "l***@corp.com") {
			t.Errorf("%s: got %s, want 139****8888 and l***@corp.com", path, got.body)
		}
	}
	if got := h.call("POST", "/api/v1/users/lisi:reveal", "", ""); got.status != http.StatusForbidden {
		t.Errorf("got %d, want an operator refused", got.status)
	}
}

func TestAdministratorsSeeAddressesWhenTheyAskAndItIsWrittenDown(t *testing.T) {
	h := newHouse(t, as(&access.Principal{Username: "root", Role: access.Admin}))
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi", Email: "lisi@corp.com", Phone: "+8613912348888"}}
	for _, path := range []string{"/api/v1/users", "/api/v1/users/lisi"} {
		if got := h.call("GET", path, "", ""); strings.Contains(got.body, "13912348888") || !strings.Contains(got.body, "l***@corp.com") {
			t.Errorf("%s: got %s, want addresses masked", path, got.body)
		}
	}
	if len(h.rooms.noted) != 0 {
		t.Errorf("got %+v written down, want nothing for a list", h.rooms.noted)
	}
	var got revealed
	h.call("POST", "/api/v1/users/lisi:reveal", "", "").into(t, http.StatusOK, &got)
	if got.Email != "lisi@corp.com" || got.Phone != "+8613912348888" {
		t.Errorf("got %+v, want both in full", got)
	}
	h.call("GET", "/api/v1/users:export", "", "")
	want := []string{"reveal-user lisi [email phone]", "export-users  []"}
	for i, e := range h.rooms.noted {
		if said := fmt.Sprintf("%s %s %v", e.Action, e.Object, e.Fields); i >= len(want) || said != want[i] || e.Actor != "root" {
			t.Errorf("got %q by %s, want %q by root", said, e.Actor, want)
		}
	}
	if len(h.rooms.noted) != len(want) {
		t.Errorf("got %d entries, want %q", len(h.rooms.noted), want)
	}
	if got := h.asRoot("GET", "/api/v1/users/lisi", ""); !strings.Contains(got.body, "lisi@corp.com") {
		t.Errorf("got %s, want programs that may write people to see addresses", got.body)
	}
}

func TestNobodyGivesARoleThatMayDoMoreThanThey(t *testing.T) {
	h := newHouse(t)
	clerk := h.token(access.UsersWrite)
	h.rooms.users["root"] = ticket.User{Person: ticket.Person{Username: "root"}, Role: ticket.Admin}
	tests := []struct{ name, method, path, body string }{
		{"a new administrator", "POST", "/api/v1/users", `{"username":"eve","role":"admin"}`},
		{"a new operator", "POST", "/api/v1/users", `{"username":"eve","role":"operator"}`},
		{"an administrator demoted", "PATCH", "/api/v1/users/root", `{"role":"member"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := h.call(tt.method, tt.path, clerk, tt.body); got.status != http.StatusForbidden {
				t.Errorf("got %d %s, want 403", got.status, got.body)
			}
			if got := h.asRoot(tt.method, tt.path, tt.body); got.status >= 300 {
				t.Errorf("got %d %s for a caller who may do everything", got.status, got.body)
			}
			delete(h.rooms.users, "eve")
			h.rooms.users["root"] = ticket.User{Person: ticket.Person{Username: "root"}, Role: ticket.Admin}
		})
	}
	if got := h.call("POST", "/api/v1/users", clerk, `{"username":"bo","role":"member"}`); got.status != http.StatusCreated {
		t.Errorf("got %d %s for a member, want 201", got.status, got.body)
	}
	got := h.call("POST", "/api/v1/users:import", clerk, "username,role\nmallory,admin\n", "Content-Type: text/csv")
	if got.status != http.StatusOK || !strings.Contains(got.body, "is more than you may give") {
		t.Errorf("got %d %s, want the row with the role named", got.status, got.body)
	}
}

func TestWhatIsChangedIsInTheAuditLogByNameAlone(t *testing.T) {
	h := newHouse(t)
	h.asRoot("POST", "/api/v1/users", `{"username":"bo","email":"bo@secret.example"}`)
	h.asRoot("PATCH", "/api/v1/users/bo", `{"phone":"13800000009"}`)
	h.asRoot("PATCH", "/api/v1/users/nobody", `{"phone":"13800000009"}`)
	h.asRoot("GET", "/api/v1/users", "")
	got := h.asRoot("GET", "/api/v1/audit", "")
	for _, want := range []string{`"action":"create-user","object":"bo","fields":["email","username"]`, `"action":"patch-user","object":"bo","fields":["phone"]`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("got %s, want %s in it", got.body, want)
		}
	}
	for _, unwanted := range []string{"secret.example", "13800000009", "nobody", "list-users"} {
		if strings.Contains(got.body, unwanted) {
			t.Errorf("got %s, want no %q in it", got.body, unwanted)
		}
	}
}
