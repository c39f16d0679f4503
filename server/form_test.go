package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
)

func TestEveryWrongFieldIsNamedAtOnceInFormAndInMeaning(t *testing.T) {
	tests := []struct {
		name, method, path, body string
		fields                   []string
	}{
		{
			"a new user", "POST", "/api/v1/users",
			`{"username":"a/b","email":"x","phone":"1","language":"fr","role":"god","zzz":1,"disabled":"no"}`,
			[]string{"disabled invalid", "email invalid", "language unknown_value", "phone invalid", "role unknown_value", "username invalid", "zzz unknown_field"},
		},
		{"nobody", "POST", "/api/v1/users", `{"zzz":1}`, []string{"username required", "zzz unknown_field"}},
		{"a list", "POST", "/api/v1/users", `[]`, []string{"body invalid", "username required"}},
		{"nothing", "POST", "/api/v1/users", ``, []string{"body required"}},
		{"no JSON", "POST", "/api/v1/users", `{"username":`, []string{"body invalid"}},
		{
			"a user", "PATCH", "/api/v1/users/lisi", `{"username":"bo","email":"x","phone":"1","role":"god","disabled":"no","zzz":1}`,
			[]string{"disabled invalid", "email invalid", "phone invalid", "role unknown_value", "username invalid", "zzz unknown_field"},
		},
		{
			"myself", "PATCH", "/api/v1/me", `{"email":"x","phone":"1","language":5,"role":"admin"}`,
			[]string{"email invalid", "language invalid", "phone invalid", "role unknown_field"},
		},
		{
			"the settings", "PATCH", "/api/v1/settings",
			`{"url_prefix":"ftp://x","timezone":"Nowhere","default_language":"fr","retention_days":0,"tell_creator_on_pass":"x","zzz":1}`,
			[]string{"default_language unknown_value", "retention_days invalid", "tell_creator_on_pass invalid", "timezone invalid", "url_prefix invalid", "zzz unknown_field"},
		},
		{
			"a flow", "PUT", "/api/v1/flows/ddl",
			`{"key":"dml","name":5,"zzz":1,"steps":[{"name":"","kind":"dance","members":[5],"remind_after":"soon"},{"name":"run","kind":"review","members":[""]}]}`,
			[]string{
				"key invalid", "name invalid", "steps[0].kind unknown_value", "steps[0].members[0] invalid", "steps[0].name required",
				"steps[0].remind_after invalid", "steps[1].kind invalid", "steps[1].members[0] required", "zzz unknown_field",
			},
		},
		{
			"a token", "POST", "/api/v1/tokens", `{"name":" ","scopes":["god"],"username":"nobody","expires_at":"2020-01-01T00:00:00Z","zzz":1}`,
			[]string{"expires_at invalid", "name required", "scopes[0] unknown_value", "username unknown_value", "zzz unknown_field"},
		},
		{
			"a webhook", "PUT", "/api/v1/platforms/sqle", `{"source":"x","kind":"webhook","url":"ftp://x","timeout":"1h","zzz":1}`,
			[]string{"secret required", "source invalid", "timeout invalid", "url invalid", "zzz unknown_field"},
		},
		{
			"a platform of no kind", "PUT", "/api/v1/platforms/sqle", `{"kind":"dance","url":"ftp://x","timeout":"1h"}`,
			[]string{"kind unknown_value", "timeout invalid", "url invalid"},
		},
		{
			"a ticket", "POST", "/api/v1/tickets", `{"title":"","project":{"key":5},"zz":1,"url":"x","description":5}`,
			[]string{"description invalid", "project invalid", "title required", "url invalid", "zz unknown_field"},
		},
		{
			"an action", "POST", "/api/v1/tickets/tkt_1/actions", `{"action":"reject","reason":" ","by":5,"zz":1}`,
			[]string{"by invalid", "reason required", "zz unknown_field"},
		},
		{
			"a test of two", "POST", "/api/v1/channels/mail/test", `{"to":{"email":"a@b.co","phone":"13800001234"},"draft":5,"zz":1}`,
			[]string{"draft invalid", "to invalid", "zz unknown_field"},
		},
		{"an import", "POST", "/api/v1/users:import-dms", `{"url":"ftp://x","dry_run":"x"}`, []string{"dry_run invalid", "token required", "url invalid"}},
		{"a test of nobody", "POST", "/api/v1/channels/mail/test", `{"to":{"email":5}}`, []string{"to.email invalid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
			token := h.token(access.Everything)
			if tt.path == "/api/v1/me" {
				token = h.mine("lisi")
			}
			got := h.call(tt.method, tt.path, token, tt.body)
			p := got.problem(t)
			if p.Status != http.StatusBadRequest || p.Code != codeInvalid {
				t.Errorf("got %d %s, want 400 %s", p.Status, p.Code, codeInvalid)
			}
			equal(t, "fields", p.fields(), tt.fields)
			if strings.Contains(got.body, "Nowhere") || strings.Contains(got.body, "ftp") {
				t.Errorf("got %s, which repeats what was sent", got.body)
			}
		})
	}
}
