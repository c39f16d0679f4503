package wecom

import (
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"ticketbell/sandbox"
)

// lifetime is how long a token is valid (wecom.md 3).
const lifetime = 7200 * time.Second

type token struct {
	expires time.Time
	// revoked tokens answer 40014 instead of 42001.
	revoked bool
}

type tokenReply struct {
	reply
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
}

// getToken answers a fresh token on every call: that a repeated call returns the
// same one is not promised to self-built apps (wecom.md 3). Earlier tokens stay
// valid until they expire. Query parameters it does not know are ignored, for
// PowerWeChat sends several.
func (s *Simulator) getToken(r *http.Request, _ []byte) any {
	q := r.URL.Query()
	if bad := s.injected("wrong_secret", "wrong_corp"); bad != nil {
		return bad
	}
	if bad := firstBroken([]rule{
		{q.Get("corpid") == "", codeNoCorp, "corpid missing"},
		{q.Get("corpsecret") == "", codeNoSecret, "corpsecret missing"},
		{q.Get("corpid") != s.cfg.CorpID, codeBadCorp, "invalid corpid"},
		{q.Get("corpsecret") != s.cfg.CorpSecret, codeBadSecret, "invalid credential"},
	}); bad != nil {
		return bad
	}
	return tokenReply{ok(), s.issue(), int(lifetime / time.Second)}
}

func (s *Simulator) issue() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := "tok-" + rand.Text()
	s.tokens[name] = &token{expires: s.cfg.Now().Add(lifetime)}
	return name
}

// authorised lets a call through that carries a valid token and that no fault hits.
func (s *Simulator) authorised(next answer) answer {
	return func(r *http.Request, body []byte) any {
		s.spoilTokens()
		if bad := s.checkToken(r.URL.Query().Get("access_token")); bad != nil {
			return bad
		}
		if bad := s.injected("rate_limited", "busy", "ip_not_trusted", "not_permitted", "app_disabled"); bad != nil {
			return bad
		}
		return next(r, body)
	}
}

// spoilTokens ends every token issued so far when a fault asks for it, or when the
// secret is about to be called wrong: with a new secret the old tokens are gone.
func (s *Simulator) spoilTokens() {
	name, hit := s.cfg.Faults.Take(Channel, "token_revoked", "token_expired")
	if !hit && !s.secretReset() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.expires = s.cfg.Now()
		t.revoked = name != "token_expired"
	}
}

// secretReset reports whether the next gettoken will be refused; it uses up no fault.
func (s *Simulator) secretReset() bool {
	return slices.ContainsFunc(s.cfg.Faults.Active(), func(f sandbox.Fault) bool {
		return f.Channel == Channel && (f.Name == "wrong_secret" || f.Name == "wrong_corp")
	})
}

func (s *Simulator) checkToken(name string) *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[name]
	switch {
	case name == "":
		return refuse(codeNoToken, "access_token missing")
	case t == nil || t.revoked:
		return refuse(codeBadToken, "invalid access_token")
	case !s.cfg.Now().Before(t.expires):
		return refuse(codeExpiredToken, "access_token expired")
	}
	return nil
}
