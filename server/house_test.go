package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/notify"
)

// noon is the time in every test.
func noon() time.Time { return time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC) }

// house is a server with everything behind it in memory.
type house struct {
	t      *testing.T
	http   http.Handler
	desk   *desk
	tokens *tokens
	rooms  *rooms
	live   *wire
	log    *lockedBuffer
}

// newHouse opens the door of a house; change may turn its configuration.
func newHouse(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t, desk: newDesk(), tokens: newTokens(), rooms: newRooms(), live: newWire(), log: &lockedBuffer{}}
	c := Config{
		Desk: h.desk, Tokens: h.tokens, Deliveries: h.rooms, Channels: h.rooms, Users: h.rooms, Preferences: h.rooms, Mutes: h.rooms, Addresses: h.rooms, Identities: h.rooms,
		Flows: h.rooms, Settings: h.rooms, Logos: h.rooms, Platforms: h.rooms, Tickets: h.rooms, Reminders: h.rooms, Audit: h.rooms,
		Advice: h.rooms, Live: h.live,
		Jobs:  jobs.New(time.Now, func() string { return notify.NewID("job_") }),
		Build: Build{Version: "1.2.3", Commit: "abc"}, Now: noon,
		Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&c)
	}
	t.Cleanup(c.Jobs.Close)
	handler, err := New(c)
	if err != nil {
		t.Fatalf("open the door: %v", err)
	}
	h.http = handler
	return h
}

// token makes a token with these scopes and returns its secret.
func (h *house) token(scopes ...access.Scope) string {
	h.t.Helper()
	t, secret := access.NewToken(fmt.Sprintf("tok_%d", h.tokens.count()), "sqle", scopes, noon())
	if err := h.tokens.CreateToken(h.t.Context(), t); err != nil {
		h.t.Fatalf("create token: %v", err)
	}
	return secret
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request as the bearer of token; headers are "Name: value".
func (h *house) call(method, path, token, body string, headers ...string) answer {
	h.t.Helper()
	ctx, hangUp := context.WithCancel(h.t.Context())
	defer hangUp()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := caller{httptest.NewRecorder(), hangUp}
	h.http.ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
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

// asRoot calls as somebody who may do everything.
func (h *house) asRoot(method, path, body string, headers ...string) answer {
	h.t.Helper()
	return h.call(method, path, h.token(access.Everything), body, headers...)
}

// into decodes an answer that must have that status.
func (a answer) into(t *testing.T, status int, v any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	dec := json.NewDecoder(strings.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("read %s: %v", a.body, err)
	}
}

// problem decodes an answer that must be a problem.
func (a answer) problem(t *testing.T) problem {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("got content type %q of %d %s, want application/problem+json", got, a.status, a.body)
	}
	var p problem
	a.into(t, a.status, &p)
	if p.Status != a.status {
		t.Errorf("got status %d in the body, want %d as in the answer", p.Status, a.status)
	}
	return p
}

// fields lists the wrong fields as "field code".
func (p problem) fields() []string {
	return mapped(p.Errors, func(w wrong) string { return w.Field + " " + w.Code })
}

// lockedBuffer is a log that a test can read while the server writes it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// lines returns the access lines so far.
func (b *lockedBuffer) lines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	dec := json.NewDecoder(strings.NewReader(b.String()))
	for {
		var line map[string]any
		err := dec.Decode(&line)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("read the log: %v", err)
		}
		lines = append(lines, line)
	}
}

// levels returns the level and status of each access line so far.
func (b *lockedBuffer) levels(t *testing.T) []string {
	t.Helper()
	return mapped(b.lines(t), func(line map[string]any) string { return fmt.Sprint(line["level"], " ", line["status"]) })
}

// equal fails the test unless got is want, compared as JSON.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}
