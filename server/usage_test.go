package server

import (
	"log/slog"
	"testing"

	"ticketbell/access"
)

// sum adds up what was written down of a token.
func (s *tokens) sum(token string) (requests, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uses {
		if u.Token == token {
			requests, refused = requests+u.Requests, refused+u.Refused
		}
	}
	return requests, refused
}

func TestUsesOfATokenAreCountedAndSurviveADiskThatIsFull(t *testing.T) {
	usage := &Usage{Log: slog.New(slog.DiscardHandler)}
	h := newHouse(t, func(c *Config) { c.Usage = usage })
	usage.Keeper = h.tokens
	secret := h.token(access.ConfigRead)
	h.call("GET", "/api/v1/settings", secret, "")
	h.call("GET", "/api/v1/users", secret, "") // 403
	h.call("GET", "/api/v1/settings", "tb_unknown", "")
	h.tokens.broken = errDisk
	usage.Flush(t.Context())
	h.tokens.broken = nil
	h.call("GET", "/api/v1/settings", secret, "")
	usage.Flush(t.Context())
	usage.Flush(t.Context())
	if requests, refused := h.tokens.sum("tok_0"); requests != 3 || refused != 1 || len(h.tokens.uses) != 1 {
		t.Errorf("got %d requests, %d of them refused, want 3 and 1", requests, refused)
	}
	var list struct{ Items []token }
	h.asRoot("GET", "/api/v1/tokens", "").into(t, 200, &list)
	for _, token := range list.Items {
		if token.ID == "tok_0" && (token.Requests != 3 || token.Refused != 1) {
			t.Errorf("got %+v, want what was counted", token)
		}
	}
}
