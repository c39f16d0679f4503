package server

import (
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
)

// mine makes a token that belongs to username.
func (h *house) mine(username string) string {
	h.t.Helper()
	t, secret := access.NewToken("tok_"+username, "phone of "+username, []access.Scope{access.Me}, noon())
	t.Username = username
	if err := h.tokens.CreateToken(h.t.Context(), t); err != nil {
		h.t.Fatal(err)
	}
	return secret
}

func TestPeopleMendHowTheyAreReached(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo", Email: "old@corp.com"}, Role: ticket.Operator}
	got := h.call("PATCH", "/api/v1/me", h.mine("bo"), `{"email":"Bo@corp.com","language":"en"}`)
	want := `{"username":"bo","email":"bo@corp.com","language":"en","role":"operator","events":{"to_do":true,"created":true,"handled":true,"copied":true},` +
		`"identities":[{"channel":"mail","address":"bo@corp.com","origin":"entered","ok":true,"explanation":"sent to the e-mail address"}],"effective":{"channel_policy":"all","channel_order":["feishu","wecom","mail"],"next_channel_minutes":10}}`
	if got.status != 200 || strings.TrimSpace(got.body) != want {
		t.Errorf("got %d %s, want 200 %s", got.status, got.body, want)
	}
	equal(t, "forgotten", h.rooms.edited, []string{"old@corp.com", "Bo@corp.com"})
	if read := h.call("GET", "/api/v1/me", h.mine("bo"), ""); strings.TrimSpace(read.body) != want {
		t.Errorf("got %s, want %s", read.body, want)
	}
}

func TestWhatIsTheAdministratorsStays(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo"}, Role: ticket.Member}
	for _, field := range []string{"role", "disabled", "feishu_open_id", "username"} {
		p := h.call("PATCH", "/api/v1/me", h.mine("bo"), `{"`+field+`":"x"}`).problem(t)
		equal(t, "fields", p.fields(), []string{field + " unknown_field"})
	}
	p := h.call("PATCH", "/api/v1/me", h.mine("bo"), `{"email":"nobody","phone":"12"}`).problem(t)
	equal(t, "fields", p.fields(), []string{"email invalid", "phone invalid"})
}

func TestATokenOfNobodyHasNoProfile(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["gone"] = ticket.User{Person: ticket.Person{Username: "gone"}, Disabled: true}
	for name, token := range map[string]string{
		"a program's": h.token(access.Me), "of somebody deleted": h.mine("deleted"), "of somebody disabled": h.mine("gone"),
	} {
		for _, method := range []string{"GET", "PATCH"} {
			if p := h.call(method, "/api/v1/me", token, `{}`).problem(t); p.Status != 404 || p.Code != codeNobody {
				t.Errorf("%s, %s: got %d %s, want 404 %s", name, method, p.Status, p.Code, codeNobody)
			}
		}
	}
}

func TestATokenIsMadeForSomebodyKnown(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo"}}
	var made newToken
	h.asRoot("POST", "/api/v1/tokens", `{"name":"phone","scopes":["me"],"username":"bo"}`).into(t, 201, &made)
	if got := h.call("GET", "/api/v1/me", made.Secret, ""); made.Username != "bo" || got.status != 200 {
		t.Errorf("got %+v and %d, want bo's profile with it", made, got.status)
	}
	p := h.asRoot("POST", "/api/v1/tokens", `{"name":"phone","scopes":["me"],"username":"eve"}`).problem(t)
	equal(t, "fields", p.fields(), []string{"username unknown_value"})
}
