package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
)

func TestTokensOpenOnlyTheirOwnDoors(t *testing.T) {
	h := newHouse(t)
	old, oldSecret := access.NewToken("tok_old", "old", []access.Scope{access.Everything}, noon())
	old.ExpiresAt = noon()
	if err := h.tokens.CreateToken(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	good := h.token(access.ConfigRead)
	tests := []struct {
		name, header string
		status       int
	}{
		{"the right scope", "Bearer " + good, 200},
		{"the scheme in small letters", "bearer " + good, 200},
		{"every scope", "Bearer " + h.token(access.Everything), 200},
		{"another scope", "Bearer " + h.token(access.ConfigWrite), 403},
		{"an expired token", "Bearer " + oldSecret, 401},
		{"another scheme", "Basic " + good, 401},
		{"no scheme", good, 401},
		{"an empty token", "Bearer ", 401},
		{"half a token", "Bearer " + good[:len(good)-1], 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := h.call("GET", "/api/v1/settings", "", "", "Authorization: "+tt.header); got.status != tt.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, tt.status)
			}
		})
	}
}

func TestUseOfATokenIsNoted(t *testing.T) {
	h := newHouse(t)
	secret := h.token(access.ConfigRead)
	h.call("GET", "/api/v1/settings", secret, "")
	if got := h.tokens.touched["tok_0"]; !got.Equal(noon()) {
		t.Errorf("got last use %v, want %v", got, noon())
	}
}

func TestTokensThatCannotBeLookedUpAreNotRefused(t *testing.T) {
	h := newHouse(t)
	h.tokens.broken = errDisk
	got := h.call("GET", "/api/v1/settings", "tb_any", "")
	if p := got.problem(t); got.status != http.StatusServiceUnavailable || p.Code != codeUnavailable {
		t.Errorf("got %d %s, want 503 unavailable: a caller would throw the token away", got.status, p.Code)
	}
}

func TestTokenIsShownOnceAndGrantsNoMoreThanItsMaker(t *testing.T) {
	h := newHouse(t)
	maker := h.token(access.TokensWrite, access.EventsWrite)
	var made newToken
	h.call("POST", "/api/v1/tokens", maker, `{"name":"ci","scopes":["events:write"],"expires_at":"2026-12-01T00:00:00Z"}`).into(t, 201, &made)
	if !strings.HasPrefix(made.Secret, access.TokenPrefix) || made.ExpiresAt.Month() != time.December {
		t.Errorf("got %+v, want a secret and its end", made)
	}
	if got := h.call("POST", "/api/v1/events", made.Secret, goodEvent); got.status != http.StatusAccepted {
		t.Errorf("got %d with the new token, want 202", got.status)
	}
	list := h.call("GET", "/api/v1/tokens", maker, "")
	if strings.Contains(list.body, made.Secret) || strings.Contains(list.body, access.HashToken(made.Secret)) {
		t.Errorf("got %s, which shows the secret or its hash", list.body)
	}
	if got := h.call("POST", "/api/v1/tokens", maker, `{"name":"root","scopes":["events:write","*"]}`); got.status != http.StatusForbidden {
		t.Errorf("got %d for a scope the maker lacks, want 403", got.status)
	}
	if got := h.call("DELETE", "/api/v1/tokens/"+made.ID, maker, ""); got.status != http.StatusNoContent {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	if got := h.call("POST", "/api/v1/events", made.Secret, goodEvent); got.status != http.StatusUnauthorized {
		t.Errorf("got %d with the revoked token, want 401", got.status)
	}
	if got := h.call("DELETE", "/api/v1/tokens/"+made.ID, maker, ""); got.status != http.StatusNotFound {
		t.Errorf("got %d for a token that is gone, want 404", got.status)
	}
}

func TestWrongTokensAreRefusedByName(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"no name", `{"scopes":["*"]}`, "name required"},
		{"a blank name", `{"name":" ","scopes":["*"]}`, "name required"},
		{"no scope", `{"name":"a","scopes":[]}`, "scopes required"},
		{"an unknown scope", `{"name":"a","scopes":["events:read"]}`, "scopes[0] unknown_value"},
		{"an end in the past", `{"name":"a","scopes":["*"],"expires_at":"2026-09-30T00:00:00Z"}`, "expires_at invalid"},
		{"a bad end", `{"name":"a","scopes":["*"],"expires_at":"soon"}`, "expires_at invalid"},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.asRoot("POST", "/api/v1/tokens", tt.body)
			equal(t, "fields", got.problem(t).fields(), []string{tt.want})
		})
	}
}

func TestANetworkThatIsNoneIsNamed(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("POST", "/api/v1/tokens", `{"name":"ci","scopes":["me"],"cidrs":["10.1.0.0/16","10.1.2.3/16","office"]}`)
	p := got.problem(t)
	if got.status != http.StatusBadRequest || len(p.Errors) != 2 || p.Errors[0].Field != "cidrs[1]" || p.Errors[1].Field != "cidrs[2]" {
		t.Errorf("got %d %+v, want both wrong ones named", got.status, p.Errors)
	}
	var made newToken
	h.asRoot("POST", "/api/v1/tokens", `{"name":"ci","scopes":["me"],"cidrs":["10.1.0.0/16","::1"]}`).into(t, 201, &made)
	if strings.Join(made.CIDRs, " ") != "10.1.0.0/16 ::1/128" {
		t.Errorf("got %v, want both networks", made.CIDRs)
	}
}

func TestATokenGetsANewSecretAndTheOldOneEnds(t *testing.T) {
	h := newHouse(t)
	secret := h.bound(access.EventsWrite, "192.0.2.0/24")
	weak := h.token(access.TokensWrite)
	if got := h.call("POST", "/api/v1/tokens/tok_bound:rotate", weak, `{}`); got.status != http.StatusForbidden {
		t.Errorf("got %d for a secret whose scopes the caller lacks, want 403", got.status)
	}
	var next newToken
	h.asRoot("POST", "/api/v1/tokens/tok_bound:rotate", `{"keep_hours":2}`).into(t, 201, &next)
	old, err := h.tokens.Token(t.Context(), "tok_bound")
	if err != nil || !old.ExpiresAt.Equal(noon().Add(2*time.Hour)) {
		t.Errorf("got an end at %s, %v, want two hours from now", old.ExpiresAt, err)
	}
	for name, s := range map[string]string{"old": secret, "new": next.Secret} {
		if got := h.call("POST", "/api/v1/events", s, goodEvent); got.status >= 300 {
			t.Errorf("%s: got %d %s, want it accepted", name, got.status, got.body)
		}
	}
	h.asRoot("POST", "/api/v1/tokens/"+next.ID+":rotate", `{}`).into(t, 201, &next)
	for body, field := range map[string]string{`{"keep_hours":169}`: "keep_hours", `{"hours":1}`: "hours"} {
		if p := h.asRoot("POST", "/api/v1/tokens/"+next.ID+":rotate", body).problem(t); len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: got %+v, want %s named", body, p.Errors, field)
		}
	}
}
