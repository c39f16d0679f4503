package wecom_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/sandbox"
	"ticketbell/sandbox/wecom"
)

func TestFaultsThatAnswerACode(t *testing.T) {
	for fault, code := range map[string]int{
		"rate_limited": 45009, "busy": -1, "ip_not_trusted": 60020, "not_permitted": 48002,
		"agent_mismatch": 301002, "app_disabled": 50003, "unknown_person": 81013,
	} {
		t.Run(fault, func(t *testing.T) {
			c := newCorp(t)
			c.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault, Times: 1})
			c.wantCode(c.post("message/send", text("lisi", "x")), code)
			c.wantMessages(0)
			c.wantCode(c.post("message/send", text("lisi", "x")), 0)
		})
	}
}

func TestFaultsOfOneReceiverRefuseTheWholeCall(t *testing.T) {
	for fault, code := range map[string]int{"malformed": 40003, "forbidden": 60011} {
		c := newCorp(t)
		c.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault})
		c.wantCode(c.post("message/send", text("lisi|nobody", "x")), code)
		c.wantMessages(0)
		c.wantCode(c.post("message/send", text("lisi|zhangsan", "x")), 0)
		c.wantMessages(2)
	}
}

func TestFaultsOfTheToken(t *testing.T) {
	for fault, code := range map[string]int{"wrong_secret": 40001, "wrong_corp": 40013} {
		c := newCorp(t)
		c.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault, Times: 1})
		c.wantCode(c.get("gettoken?corpid=ww-corp&corpsecret=s3cret"), code)
		c.token()
	}
}

func TestWrongSecretEndsTheTokensInUse(t *testing.T) {
	c := newCorp(t)
	path := "message/send?access_token=" + c.token()
	c.faults.Set(sandbox.Fault{Channel: "wecom", Name: "wrong_secret", Times: 1})
	c.wantCode(c.decode(c.do(http.MethodPost, path, encode(t, text("lisi", "x")))), 40014)
	c.wantCode(c.get("gettoken?corpid=ww-corp&corpsecret=s3cret"), 40001)
	c.wantCode(c.post("message/send", text("lisi", "x")), 0)
}

func TestFaultsBelowTheAPI(t *testing.T) {
	for fault, want := range map[string]struct {
		status int
		body   string
	}{
		"unavailable": {502, "<h1>502 Bad Gateway</h1>"},
		"empty":       {200, ""},
		"bad_json":    {200, `"msgid":`},
	} {
		c := newCorp(t)
		path := "message/send?access_token=" + c.token()
		c.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault, Times: 1})
		status, body := c.do(http.MethodPost, path, encode(t, text("lisi", "x")))
		if status != want.status || !strings.Contains(body, want.body) || (want.body == "" && body != "") {
			t.Errorf("%s: got %d %q, want %d %q", fault, status, body, want.status, want.body)
		}
		c.wantMessages(0)
	}
}

func TestDropAfterAcceptDeliversAndCuts(t *testing.T) {
	c := newCorp(t)
	token := c.token()
	c.faults.Set(sandbox.Fault{Channel: "wecom", Name: "drop_after_accept", Times: 1})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"message/send?access_token="+token,
		strings.NewReader(encode(t, text("lisi", "x"))))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Errorf("got status %d, want a cut connection", resp.StatusCode)
	}
	c.wantMessages(1)
}

func TestSlowAnswersTakeTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults := sandbox.NewFaults()
		faults.Set(sandbox.Fault{Channel: "wecom", Name: "slow", Times: 1})
		start, rec := time.Now(), httptest.NewRecorder()
		wecom.New(wecom.Config{Faults: faults}).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/cgi-bin/gettoken", nil))
		if took := time.Since(start); took != 2*time.Second || !strings.Contains(rec.Body.String(), "41002") {
			t.Errorf("got %q after %v, want an answer after 2s", rec.Body, took)
		}
	})
}

func TestTimeoutHoldsTheCallUntilTheCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults := sandbox.NewFaults()
		faults.Set(sandbox.Fault{Channel: "wecom", Name: "timeout", Times: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		defer func() {
			cut, _ := recover().(error)
			if took := time.Since(start); !errors.Is(cut, http.ErrAbortHandler) || took != 5*time.Second {
				t.Errorf("got %v after %v, want the connection cut after 5s", cut, took)
			}
		}()
		wecom.New(wecom.Config{Faults: faults}).ServeHTTP(httptest.NewRecorder(),
			httptest.NewRequestWithContext(ctx, http.MethodGet, "/cgi-bin/gettoken", nil))
	})
}

func TestFaultNamesAreAllKnown(t *testing.T) {
	names := wecom.New(wecom.Config{}).FaultNames()
	for _, want := range []string{"rate_limited", "unavailable", "timeout", "token_revoked", "token_expired", "ip_not_trusted", "wrong_secret", "unknown_person", "partial", "slow"} {
		if !slices.Contains(names, want) {
			t.Errorf("got %v, want %s among them (api.md 6)", names, want)
		}
	}
}

func TestTooLargeRequestIsRefused(t *testing.T) {
	c := newCorp(t)
	if status, _ := c.do(http.MethodPost, "message/send", strings.Repeat("x", 1<<20+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d, want 413", status)
	}
}
