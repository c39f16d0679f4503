package feishu

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// tokenLife is how long a token is good; with less than tokenRenew left a new
	// one is given out and both are good (feishu.md 3).
	tokenLife  = 2 * time.Hour
	tokenRenew = 30 * time.Minute
	// shortLife is how long a token is good under the fault "short_expire".
	shortLife = time.Minute
)

// tokens are the tenant access tokens that were given out.
type tokens struct {
	now func() time.Time

	mu      sync.Mutex // guards the fields below
	current string
	expires map[string]time.Time
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, expires: map[string]time.Time{}}
}

// issue returns the current token, or a new one when little of it is left, with
// the seconds that remain.
func (t *tokens) issue(life time.Duration) (string, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if life < tokenRenew || t.expires[t.current].Sub(now) < tokenRenew {
		t.current = "t-" + randomHex(20)
		t.expires[t.current] = now.Add(life)
	}
	return t.current, int(t.expires[t.current].Sub(now).Seconds())
}

func (t *tokens) valid(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.expires[token].After(t.now())
}

// expire ends one token, revoke ends all of them.
func (t *tokens) expire(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.expires, token)
}

func (t *tokens) revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.expires)
}

type tokenAnswer struct {
	Code   int    `json:"code"`
	Msg    string `json:"msg"`
	Token  string `json:"tenant_access_token"`
	Expire int    `json:"expire"`
}

func (s *Simulator) issueToken(c *call) (any, error) {
	life := tokenLife
	if f, ok := s.strike(atToken); ok {
		if f.no != nil {
			return nil, f.no
		}
		life = shortLife
	}
	if err := s.checkApp(c.body); err != nil {
		return nil, err
	}
	token, expire := s.tokens.issue(life)
	return tokenAnswer{Msg: "ok", Token: token, Expire: expire}, nil
}

// checkApp answers with HTTP 200 also when it says no, as probes saw it (feishu.md 3).
func (s *Simulator) checkApp(body []byte) error {
	var app struct {
		ID     string `json:"app_id"`
		Secret string `json:"app_secret"`
	}
	switch err := json.Unmarshal(body, &app); {
	case err != nil, app.ID == "":
		return badApp(http.StatusOK, 10003, "invalid param")
	case app.ID != s.cfg.AppID && strings.HasPrefix(app.ID, "cli_"):
		return badApp(http.StatusOK, 10014, "app id not exists")
	case app.ID != s.cfg.AppID:
		return badApp(http.StatusOK, 10003, "invalid param")
	case app.Secret != s.cfg.AppSecret:
		return badApp(http.StatusOK, 10014, "app secret invalid")
	}
	return nil
}

func badApp(status, code int, msg string) *refusal {
	return &refusal{status: status, code: code, msg: msg, bare: true}
}

// authorized lets a call through that carries a good token and keeps to the
// limits of its API, and lets the faults of the gateway strike.
func (s *Simulator) authorized(serve func(*call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		token, err := bearer(c.Header)
		if err != nil {
			return nil, err
		}
		if f, ok := s.strike(atGateway); ok {
			return nil, s.gatewayFault(f, c, token)
		}
		if !s.tokens.valid(token) {
			return nil, badToken(http.StatusBadRequest)
		}
		if wait, ok := s.limits.api(c.api); !ok {
			return nil, limited(http.StatusTooManyRequests, seconds(wait))
		}
		return serve(c)
	}
}

func bearer(h http.Header) (string, error) {
	value := h.Get("Authorization")
	if value == "" {
		return "", missingToken()
	}
	token, ok := strings.CutPrefix(value, "Bearer ")
	if !ok || !strings.HasPrefix(token, "t-") {
		return "", malformedToken()
	}
	return token, nil
}
