package wecom

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	simulator "ticketbell/sandbox/wecom"
)

// parcel is a callback on its way: its query and its body.
type parcel struct {
	query url.Values
	body  string
}

// seal makes a genuine callback of message.
func (l *live) seal(message string) parcel {
	l.t.Helper()
	return sealWith(l.t, l.keys(), message, l.clock.Now())
}

func (l *live) keys() Keys {
	k, _ := l.cfg.Keys()
	return k
}

func sealWith(tb testing.TB, k Keys, message string, now time.Time) parcel {
	tb.Helper()
	sealed, err := simulator.Seal(k.AESKey, k.CorpID, []byte("0123456789abcdef"), []byte(message))
	if err != nil {
		tb.Fatal(err)
	}
	return signed(k, sealed, now)
}

func signed(k Keys, sealed string, now time.Time) parcel {
	at := strconv.FormatInt(now.Unix(), 10)
	return parcel{
		query: url.Values{"msg_signature": {simulator.Sign(k.Token, at, "n0nce", sealed)}, "timestamp": {at}, "nonce": {"n0nce"}},
		body:  "<xml><ToUserName><![CDATA[" + k.CorpID + "]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>",
	}
}

func (l *live) post(p parcel) *httptest.ResponseRecorder {
	l.t.Helper()
	req := httptest.NewRequestWithContext(l.t.Context(), http.MethodPost, "/callbacks/wecom?"+p.query.Encode(), strings.NewReader(p.body))
	rec := httptest.NewRecorder()
	l.door.ServeHTTP(rec, req)
	return rec
}

func (l *live) get(query string) *httptest.ResponseRecorder {
	l.t.Helper()
	rec := httptest.NewRecorder()
	l.door.ServeHTTP(rec, httptest.NewRequestWithContext(l.t.Context(), http.MethodGet, "/callbacks/wecom?"+query, http.NoBody))
	return rec
}

// wantNothing checks that nothing reached the desk.
func (l *live) wantNothing() {
	l.t.Helper()
	l.door.Wait()
	if presses, said := l.desk.all(); len(presses)+len(said) > 0 {
		l.t.Errorf("got %+v and %+v at the desk, want nothing", presses, said)
	}
}

const genuinePress = `<xml><FromUserName>lisi</FromUserName><MsgType>event</MsgType><Event>template_card_event</Event>` +
	`<EventKey>approve</EventKey><TaskId>evt_1@zh-1</TaskId><ResponseCode>RC1</ResponseCode></xml>`

// TestForgeriesAreRefusedAndNoneReachesTheDesk is the table of forgeries.
func TestForgeriesAreRefusedAndNoneReachesTheDesk(t *testing.T) {
	bomb := `<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for _, tc := range []struct {
		name  string
		forge func(l *live, p *parcel)
	}{
		{"plaintext to the encrypted door", func(_ *live, p *parcel) { p.body = genuinePress }},
		{"plaintext beside an empty Encrypt", func(_ *live, p *parcel) {
			p.body = strings.Replace(genuinePress, "<xml>", "<xml><Encrypt></Encrypt>", 1)
		}},
		{"unsigned", func(_ *live, p *parcel) { p.query.Del("msg_signature") }},
		{"without a query", func(_ *live, p *parcel) { p.query = nil }},
		{"wrong signature", func(_ *live, p *parcel) { p.query.Set("msg_signature", strings.Repeat("a", 40)) }},
		{"signature of another nonce", func(_ *live, p *parcel) { p.query.Set("nonce", "other") }},
		{"signature of another time", func(l *live, p *parcel) {
			p.query.Set("timestamp", strconv.FormatInt(l.clock.Now().Unix()+1, 10))
		}},
		{"wrong token", func(l *live, p *parcel) {
			k := l.keys()
			k.Token = "guessed"
			*p = sealWith(l.t, k, genuinePress, l.clock.Now())
		}},
		{"wrong key", func(l *live, p *parcel) {
			k := l.keys()
			k.AESKey = strings.Repeat("a", 43)
			*p = sealWith(l.t, k, genuinePress, l.clock.Now())
		}},
		{"wrong corp", func(l *live, p *parcel) {
			k := l.keys()
			k.CorpID = "ww_other_corp"
			*p = sealWith(l.t, k, genuinePress, l.clock.Now())
		}},
		{"no corp", func(l *live, p *parcel) {
			k := l.keys()
			k.CorpID = ""
			*p = sealWith(l.t, k, genuinePress, l.clock.Now())
		}},
		{"wrong app", func(l *live, p *parcel) {
			*p = l.seal(strings.Replace(genuinePress, "<xml>", "<xml><AgentID>7</AgentID>", 1))
		}},
		{"truncated", func(_ *live, p *parcel) { p.body = p.body[:len(p.body)/2] }},
		{"truncated inside, signed", func(l *live, p *parcel) {
			*p = signed(l.keys(), base64.StdEncoding.EncodeToString(make([]byte, 16)), l.clock.Now())
		}},
		{"a length beyond the message", func(l *live, p *parcel) {
			k := l.keys()
			k.CorpID = "" // the corp's place is the message's end
			*p = sealWith(l.t, k, "", l.clock.Now())
		}},
		{"oversized", func(_ *live, p *parcel) { p.body += strings.Repeat(" ", maxCallback) }},
		{"empty", func(_ *live, p *parcel) { p.body = "" }},
		{"JSON", func(_ *live, p *parcel) { p.body = `{"encrypt":"x"}` }},
		{"entity expansion outside", func(_ *live, p *parcel) { p.body = bomb + p.body }},
		{"entity expansion inside", func(l *live, p *parcel) {
			*p = l.seal(bomb + strings.Replace(genuinePress, "lisi", "&b;", 1))
		}},
		{"an instruction", func(_ *live, p *parcel) { p.body = `<?xml-stylesheet href="http://x"?>` + p.body }},
		{"a second document", func(_ *live, p *parcel) { p.body += genuinePress }},
		{"stale", func(l *live, p *parcel) {
			*p = sealWith(l.t, l.keys(), genuinePress, l.clock.Now().Add(-freshFor-time.Second))
		}},
		{"from the future", func(l *live, p *parcel) {
			*p = sealWith(l.t, l.keys(), genuinePress, l.clock.Now().Add(freshFor+time.Second))
		}},
		{"to a channel that is switched off", func(l *live, _ *parcel) {
			k := l.keys()
			k.Off = true
			l.door.Keys = func(context.Context) (Keys, error) { return k, nil }
		}},
		{"to an app without a callback", func(l *live, _ *parcel) { l.cfg.CallbackToken = "" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLive(t)
			p := l.seal(genuinePress)
			tc.forge(l, &p)
			if rec := l.post(p); rec.Code != http.StatusForbidden || rec.Body.Len() != 0 {
				t.Errorf("got %d %q, want 403 without a reason", rec.Code, rec.Body)
			}
			l.wantNothing()
			for _, secret := range []string{l.keys().AESKey, "QDG6eK"} {
				if strings.Contains(l.log.String(), secret) {
					t.Errorf("got a secret in the log: %s", l.log)
				}
			}
		})
	}
}

func TestAGenuineCallbackGetsThroughOnceAndAReplayDoesNothing(t *testing.T) {
	l := newLive(t)
	p := l.seal(genuinePress)
	for range 3 {
		if rec := l.post(p); rec.Code != http.StatusOK || rec.Body.Len() != 0 {
			t.Errorf("got %d %q, want 200 and nothing", rec.Code, rec.Body)
		}
	}
	l.clock.pass(freshFor + time.Minute)
	if rec := l.post(p); rec.Code != http.StatusForbidden {
		t.Errorf("got %d, want the old one refused", rec.Code)
	}
	l.door.Wait()
	if presses, _ := l.desk.all(); len(presses) != 1 {
		t.Errorf("got %d presses, want 1", len(presses))
	}
}

func TestTheURLIsVerifiedByTheDecryptedEcho(t *testing.T) {
	l := newLive(t)
	if err := l.sim.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTheOfficialVerificationIsAnswered sends WeCom's own example, at its time.
func TestTheOfficialVerificationIsAnswered(t *testing.T) {
	l := newLive(t, func(c *Config) { c.CorpID = vectorKeys().CorpID })
	v := vectorOf(t, "1 ")
	l.clock.pass(v.when(t).Sub(l.clock.Now()))
	query := func(echo string) string {
		return url.Values{"msg_signature": {v.Signature}, "timestamp": {v.Timestamp}, "nonce": {v.Nonce}}.Encode() + "&echostr=" + echo
	}
	if rec := l.get(query(url.QueryEscape(v.Encrypt))); rec.Code != http.StatusOK || rec.Body.String() != v.Message {
		t.Errorf("got %d %q, want %q as it is", rec.Code, rec.Body, v.Message)
	}
	if rec := l.get(query(v.Encrypt)); rec.Code != http.StatusForbidden {
		t.Errorf("got %d, want 403: an unescaped + breaks the signature", rec.Code)
	}
	l.wantNothing()
}

func TestTheVectorsComeInByTheDoor(t *testing.T) {
	for prefix, want := range map[string]func(*testing.T, []notify.Press, []notify.Said){
		"2 ": func(t *testing.T, presses []notify.Press, _ []notify.Said) {
			t.Helper()
			if len(presses) != 1 || presses[0].Address != "zhangsan" || presses[0].Action != "approve" || presses[0].Notice != "ticket-42" {
				t.Errorf("got %+v, want zhangsan's press on ticket-42", presses)
			}
		},
		"5 ": func(t *testing.T, _ []notify.Press, said []notify.Said) {
			t.Helper()
			if len(said) != 1 || said[0].Text != "this is 测试" || said[0].ID != "msg:1234567890123456" {
				t.Errorf("got %+v, want what zhangsan wrote", said)
			}
		},
	} {
		t.Run(prefix, func(t *testing.T) {
			l := newLive(t, func(c *Config) { c.CorpID = vectorKeys().CorpID })
			v := vectorOf(t, prefix)
			l.clock.pass(v.when(t).Sub(l.clock.Now()))
			p := signed(l.keys(), v.Encrypt, v.when(t))
			p.query.Set("msg_signature", v.Signature)
			if rec := l.post(p); rec.Code != http.StatusOK {
				t.Fatalf("got %d, want 200", rec.Code)
			}
			l.door.Wait()
			presses, said := l.desk.all()
			want(t, presses, said)
		})
	}
}

func TestOtherMethodsAreNotAnswered(t *testing.T) {
	l := newLive(t)
	rec := httptest.NewRecorder()
	l.door.ServeHTTP(rec, httptest.NewRequestWithContext(l.t.Context(), http.MethodPut, "/callbacks/wecom", http.NoBody))
	if rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, POST" {
		t.Errorf("got %d allowing %q, want 405", rec.Code, rec.Header().Get("Allow"))
	}
}

func TestADeskThatPanicsLeavesTheProcessAlive(t *testing.T) {
	l := newLive(t)
	l.door.Presses = nil
	if rec := l.post(l.seal(genuinePress)); rec.Code != http.StatusInternalServerError {
		t.Errorf("got %d, want 500", rec.Code)
	}
}
