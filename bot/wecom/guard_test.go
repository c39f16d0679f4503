package wecom

import (
	"io"
	"net/http"
	"testing"
	"time"

	"ticketbell/notify"
)

// What is no answer of WeCom says by its status whether to wait, and whether WeCom may
// have the message all the same.
func TestWhatAGatewaysAnswerMeans(t *testing.T) {
	const again, after = notify.VerdictAgain, notify.VerdictAfter
	for name, tc := range map[string]struct {
		status      int
		retry, body string
		verdict     notify.Verdict
		wait        time.Duration
		unknown     bool
		code        string
	}{
		"429 that says how long": {429, "7", "x", after, 7 * time.Second, false, "wecom.http_429"},
		"503 that says how long": {503, "7", "x", after, 7 * time.Second, false, "wecom.http_503"},
		"503 for a day":          {503, "86400", "x", after, time.Hour, false, "wecom.http_503"},
		"429 that does not":      {429, "soon", "x", again, 0, false, "wecom.http_429"},
		"503 that does not":      {503, "", "x", again, 0, false, "wecom.http_503"},
		"504":                    {504, "7", "x", again, 0, true, "wecom.http_504"},
		"502":                    {502, "", `{"errcode":40001}`, again, 0, true, "wecom.http_502"},
		"500":                    {500, "", "x", again, 0, true, "wecom.http_500"},
		"501":                    {501, "", "x", again, 0, false, "wecom.http_501"},
		"another yes":            {202, "", "{}", again, 0, true, "wecom.http_202"},
		"404":                    {404, "", "x", again, 0, false, "wecom.http_404"},
		"a yes without a msgid":  {200, "", `{"errcode":0,"errmsg":"ok"}`, again, 0, true, "wecom.no_msgid"},
	} {
		t.Run(name, func(t *testing.T) {
			say := func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tc.retry)
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			}
			sending := newBot(t, []func(*Config){func(c *Config) { c.APIBaseURL = answering(t, say) }})
			got := sending.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0].Err
			wantVerdict(t, got, tc.verdict, tc.code)
			if _, wait := notify.VerdictOf(got); wait != tc.wait || notify.Unknown(got) != tc.unknown {
				t.Errorf("got a wait of %v, unknown %t, want %v and %t", wait, notify.Unknown(got), tc.wait, tc.unknown)
			}
			signing := newBot(t, []func(*Config){func(c *Config) { c.APIBaseURL = serving(t, say) }})
			got = signing.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0].Err
			if v, _ := notify.VerdictOf(got); got == nil || v != tc.verdict || notify.Unknown(got) {
				t.Errorf("got %v of %v for the token, want %v of a message that surely was not sent", v, got, tc.verdict)
			}
		})
	}
}

func TestACodeCountsWhateverIsBesideIt(t *testing.T) {
	for name, tc := range map[string]struct {
		body    string
		verdict notify.Verdict
		code    string
	}{
		"people as an object": {`{"errcode":81013,"errmsg":"x","invaliduser":{}}`, notify.VerdictStaleAddress, "wecom.81013"},
		"people as a number":  {`{"errcode":45009,"errmsg":"x","msgid":{},"invaliduser":7}`, notify.VerdictAfter, "wecom.45009"},
		"words as an object":  {`{"errcode":60020,"errmsg":{"zh":"x"}}`, notify.VerdictMisconfigured, "wecom.60020"},
		"a code of no number": {`{"errcode":"busy"}`, notify.VerdictAgain, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBot(t, []func(*Config){styleText, func(c *Config) {
				c.APIBaseURL = answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tc.body) })
			}})
			wantVerdict(t, b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0].Err, tc.verdict, tc.code)
		})
	}
}
