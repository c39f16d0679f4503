package wecom_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/sandbox"
)

func TestGetTokenRefusals(t *testing.T) {
	c := newCorp(t)
	for query, want := range map[string]int{
		"corpsecret=s3cret":                   41002,
		"corpid=ww-corp":                      41004,
		"corpid=other&corpsecret=s3cret":      40013,
		"corpid=ww-corp&corpsecret=elsewhere": 40001,
	} {
		c.wantCode(c.get("gettoken?"+query), want)
	}
}

func TestTokenLastsTwoHours(t *testing.T) {
	c := newCorp(t)
	path := "message/send?access_token=" + c.token()
	send := func() object { return c.decode(c.do(http.MethodPost, path, encode(t, text("lisi", "x")))) }
	c.clock.pass(7199 * time.Second)
	c.wantCode(send(), 0)
	c.clock.pass(time.Second)
	c.wantCode(send(), 42001)
}

func TestEveryTokenCallIsCountedAndFresh(t *testing.T) {
	c := newCorp(t)
	if a, b := c.token(), c.token(); a == b {
		t.Errorf("got %q twice, want two tokens", a)
	}
	if got := c.Calls()["gettoken"]; got != 2 {
		t.Errorf("got %d calls, want 2", got)
	}
}

func TestTokenThatIsMissingOrMadeUp(t *testing.T) {
	c := newCorp(t)
	c.wantCode(c.decode(c.do(http.MethodPost, "message/send", "{}")), 41001)
	c.wantCode(c.decode(c.do(http.MethodPost, "message/send?access_token=made-up", "{}")), 40014)
}

func TestSpoiledTokensStaySpoiledUntilAFreshOne(t *testing.T) {
	for fault, code := range map[string]int{"token_revoked": 40014, "token_expired": 42001} {
		c := newCorp(t)
		path := "message/send?access_token=" + c.token()
		c.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault, Times: 1})
		for range 2 {
			c.wantCode(c.decode(c.do(http.MethodPost, path, encode(t, text("lisi", "x")))), code)
		}
		c.wantCode(c.post("message/send", text("lisi", "x")), 0)
	}
}

func TestRefusalsCarryTheCallersAddress(t *testing.T) {
	c := newCorp(t)
	c.faults.Set(sandbox.Fault{Channel: "wecom", Name: "ip_not_trusted"})
	got := c.post("message/send", text("lisi", "x"))
	c.wantCode(got, 60020)
	if msg := c.str(got, "errmsg"); !strings.Contains(msg, "not allow to access from your ip, hint: [") || !strings.Contains(msg, "from ip: 203.0.113.7, more info") {
		t.Errorf("got %q, want the words of the capture", msg)
	}
}
