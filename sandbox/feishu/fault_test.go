package feishu_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/sandbox/feishu"
)

func TestAFaultAnswersOnceAndIsOver(t *testing.T) {
	tests := []struct {
		fault        string
		status, code int
	}{
		{"unavailable", 502, 0},
		{"error_500", 500, 0},
		{"gateway_timeout", 504, 0},
		{"bad_json", 200, 0},
		{"ip_not_trusted", 400, 99991401},
		{"scope_missing", 400, 99991672},
		{"rate_limited", 429, 99991400},
		{"rate_limited_400", 400, 99991400},
		{"unknown_person", 400, 99992351},
		{"other_app", 400, 99992361},
		{"not_in_range", 400, 230013},
		{"left", 400, 230029},
		{"blocked", 400, 230053},
		{"too_frequent", 400, 230020},
		{"content_rejected", 400, 230028},
		{"too_long", 400, 230025},
		{"card_locked", 400, 230099},
	}
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			r := newRig(t)
			r.fail(test.fault)
			r.wantCode(r.card(""), test.status, test.code)
			if got := len(r.shown()); got != 0 {
				t.Errorf("got %d messages, want none", got)
			}
			r.wantCode(r.card(""), 200, 0)
		})
	}
}

func TestAFaultStrikesAChange(t *testing.T) {
	for fault, code := range map[string]int{
		"recalled": 230011, "too_old": 230031, "message_gone": 99992354, "too_frequent": 230020,
		"content_rejected": 230028, "too_long": 230025, "card_locked": 230099,
	} {
		t.Run(fault, func(t *testing.T) {
			r := newRig(t)
			id, handled := r.sent(), string(sample(t, "handled"))
			r.fail(fault)
			r.wantCode(r.patch(id, handled), 400, code)
			r.wantCode(r.patch(id, handled), 200, 0)
		})
	}
}

func TestAFaultStrikesTheTokenRoute(t *testing.T) {
	for fault, want := range map[string]struct{ status, code int }{
		"wrong_secret": {200, 10014}, "wrong_secret_400": {400, 10014}, "invalid_param": {200, 10003},
	} {
		r := newRig(t)
		r.fail(fault)
		r.wantCode(r.do("POST", tokenPath, fields{"app_id": appID, "app_secret": appSecret}), want.status, want.code)
	}
}

func TestFaultsLookAsTheProviderWritesThem(t *testing.T) {
	r := newRig(t)
	r.fail("unavailable")
	if a := r.card(""); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.text, "<html>") {
		t.Errorf("unavailable: got %s %s, want a page", a.header.Get("Content-Type"), a.text)
	}
	r.fail("error_500")
	if a := r.card(""); a.text != "{}" {
		t.Errorf("error_500: got %s, want {}", a.text)
	}
	r.fail("bad_json")
	if a := r.card(""); json.Valid([]byte(a.text)) {
		t.Errorf("bad_json: got %s, want half an answer", a.text)
	}
	r.fail("rate_limited")
	if a := r.card(""); a.header.Get("x-ogw-ratelimit-reset") != "1" {
		t.Errorf("rate_limited: got headers %v, want a reset of 1", a.header)
	}
	r.fail("card_locked")
	if a := r.card(""); !strings.Contains(a.Msg, "ErrCode: 11310;") || !strings.Contains(a.Msg, "card action is lock") {
		t.Errorf("card_locked: got %s, want the sub-code 11310", a.Msg)
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	r := newRig(t)
	for scope, call := range map[string]func() answer{
		"im:message:send_as_bot":   func() answer { return r.card("") },
		"im:message:update":        func() answer { return r.patch("om_1", "{}") },
		"contact:user.id:readonly": func() answer { return r.do("POST", findPath, fields{}) },
	} {
		r.fail("scope_missing")
		a := call()
		r.wantCode(a, 400, 99991672)
		named := slices.ContainsFunc(a.Error.PermissionViolations, func(v struct{ Type, Subject string }) bool { return v.Subject == scope })
		if !named || !strings.Contains(a.Msg, scope) || len(a.Error.Helps) == 0 || a.Error.Helps[0].URL == "" {
			t.Errorf("got %s, want the scope %s and a link", a.text, scope)
		}
	}
}

func TestDroppedAfterAcceptedIsSentAllTheSame(t *testing.T) {
	r := newRig(t)
	r.fail("drop_after_accept")
	if a, err := r.try("POST", sendPath+"?receive_id_type=open_id", r.letter("u-1")); err == nil {
		t.Fatalf("got %s, want a broken connection", a.text)
	}
	if got := len(r.shown()); got != 1 {
		t.Fatalf("got %d messages, want the one that was accepted", got)
	}
	again := r.card("u-1")
	if got := r.shown(); len(got) != 1 || got[0].ID != again.Data.MessageID {
		t.Errorf("got %d messages after sending again, want the same one", len(got))
	}
	r.fail("drop_after_accept")
	if a, err := r.try("PATCH", sendPath+"/"+again.Data.MessageID, fields{"content": string(sample(t, "handled"))}); err == nil {
		t.Fatalf("got %s, want a broken connection", a.text)
	}
	if got := r.shown()[0].Updates; got != 1 {
		t.Errorf("got %d updates, want the one that was accepted", got)
	}
}

func TestSlowAnswersRightly(t *testing.T) {
	r := newRig(t)
	r.fail("slow")
	r.wantCode(r.card(""), 200, 0)
}

// A fault that waits must not outlive the client, or a demo could not stop.
func TestAWaitingFaultEndsWithTheClient(t *testing.T) {
	for _, fault := range []string{"timeout", "slow"} {
		t.Run(fault, func(t *testing.T) {
			ended := make(chan struct{})
			r := newRig(t, func(cfg *feishu.Config) { cfg.Slow = time.Hour })
			r.fail(fault)
			ctx, cancel := context.WithCancel(t.Context())
			server := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				defer close(ended)
				defer func() { _ = recover() }() // the simulator cuts the connection
				r.sim.ServeHTTP(w, req)
			})
			go server.ServeHTTP(discard{}, request(ctx, t))
			cancel()
			<-ended
			if got := len(r.shown()); got != 0 {
				t.Errorf("got %d messages, want none", got)
			}
		})
	}
}

func TestATimeoutIsLongerThanThePatienceOfAClient(t *testing.T) {
	r := newRig(t)
	r.fail("timeout")
	client := http.Client{Timeout: 50 * time.Millisecond}
	req := request(t.Context(), t)
	req.URL.Scheme, req.URL.Host, req.RequestURI = "http", strings.TrimPrefix(r.url, "http://"), ""
	resp, err := client.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a client that gave up", err)
	}
}

func TestEveryFaultHasItsOwnName(t *testing.T) {
	names := feishu.FaultNames()
	slices.Sort(names)
	if got := slices.Compact(slices.Clone(names)); len(got) != len(names) {
		t.Errorf("got %v, want no name twice", names)
	}
	for _, name := range []string{"rate_limited", "unavailable", "timeout", "token_revoked", "token_expired", "ip_not_trusted", "wrong_secret", "unknown_person", "slow"} {
		if !slices.Contains(names, name) {
			t.Errorf("got no fault %s, want every one of the API's page", name)
		}
	}
}

func request(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/open-apis/"+tokenPath, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// discard is a connection nobody reads from.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
