package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

const (
	tokenPath = "/open-apis/auth/v3/tenant_access_token/internal"
	appSecret = "s3cr3t-of-the-app"
	accepted  = `{"code":0,"msg":"success","data":{"message_id":"om_1"}}`
	patched   = `{"code":0,"data":{},"msg":"ok"}`
)

// said is an answer of the stand: status 0 is 200, and the type is JSON unless given.
type said struct {
	status int
	header map[string]string
	body   string
}

// heard is a request as it came over the wire.
type heard struct {
	method, path, query, auth, contentType string
	body                                   []byte
}

// stand answers like Feishu by a script. Tokens are t-1, t-2, … and good for two hours.
type stand struct {
	url string

	mu       sync.Mutex
	token    func(n int) said
	api      func(n int, h heard) said
	requests []heard // without those for a token
	tokens   int
}

// newStand answers every request that carries a token with what api says, n
// counting from 1.
func newStand(t *testing.T, api func(n int, h heard) said) *stand {
	t.Helper()
	s := &stand{api: api, token: func(n int) said {
		return said{body: fmt.Sprintf(`{"code":0,"msg":"ok","tenant_access_token":"t-%d","expire":7200}`, n)}
	}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func always(a said) func(int, heard) said { return func(int, heard) said { return a } }

func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := s.answer(heard{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "log-1")
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(max(a.status, http.StatusOK))
	_, _ = io.WriteString(w, a.body)
}

func (s *stand) answer(h heard) said {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.path == tokenPath {
		s.tokens++
		return s.token(s.tokens)
	}
	s.requests = append(s.requests, h)
	return s.api(len(s.requests), h)
}

// calls returns how often a token was asked for, and everything else.
func (s *stand) calls() (tokens int, requests []heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens, append([]heard{}, s.requests...)
}

func (s *stand) bot(t *testing.T, opts ...Option) *Bot {
	t.Helper()
	b, err := New(Config{AppID: "cli_stand", AppSecret: appSecret, APIBaseURL: s.url + "/"}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// clock is a time that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// to is a message to one person.
func to(card cards.Card) notify.Message {
	return notify.Message{Card: card, Language: cards.Chinese, Thread: "tkt_1", To: []notify.Recipient{{Key: "dlv_1", Address: "ou_li"}}}
}

func sendOne(ctx context.Context, b *Bot) notify.Outcome { return b.Send(ctx, to(reviewCard()))[0] }

func refusalOf(t *testing.T, err error) *notify.Refusal {
	t.Helper()
	r, ok := errors.AsType[*notify.Refusal](err)
	if !ok {
		t.Fatalf("got error %v, want one with a refusal", err)
	}
	return r
}

func decode(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("decode %.200s: %v", data, err)
	}
	return v
}

func mustContain(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("got %s %.1000q, want it to contain %q", what, text, want)
		}
	}
}

func mustNotContain(t *testing.T, what, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("got %s %.1000q, want it without %q", what, text, secret)
		}
	}
}
