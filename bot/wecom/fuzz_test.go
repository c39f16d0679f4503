package wecom

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"ticketbell/notify"
	simulator "ticketbell/sandbox/wecom"
)

// FuzzCallback throws three things at the door: a body with a query, which nobody signed;
// a message sealed with the right keys; and a plaintext sealed with them that need not
// even hold a message. Nothing panics, and nothing unsigned reaches the desk.
func FuzzCallback(f *testing.F) {
	for _, v := range vectors(f) {
		p := signed(vectorKeys(), v.Encrypt, v.when(f))
		f.Add(p.query.Encode(), []byte(p.body), []byte(v.Message), []byte(v.Message))
	}
	f.Add("", []byte(genuinePress), []byte(genuinePress), []byte{})
	f.Add("msg_signature=0&timestamp=1732300000&nonce=n0nce", []byte(`<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>`),
		[]byte(`<xml><SelectedItems><SelectedItem/></SelectedItems></xml>`), bytes.Repeat([]byte{0xff}, 64))
	now := time.Unix(1732300000, 0)
	f.Fuzz(func(t *testing.T, query string, body, message, plain []byte) {
		d := newFuzzed(now)
		if status := d.post(t, query, body); status == http.StatusOK && !genuine(query, body) {
			t.Errorf("got %d for what nobody signed: %q", status, body)
		} else if status != http.StatusOK && d.reached() {
			t.Errorf("got %d, and it reached the desk: %q", status, body)
		}

		p := sealWith(t, vectorKeys(), string(message), now)
		if status := d.post(t, p.query.Encode(), []byte(p.body)); status != http.StatusOK && status != http.StatusForbidden {
			t.Errorf("got %d for %q, want it taken or refused", status, message)
		}

		sealed := sealRaw(t, vectorKeys(), plain)
		p = signed(vectorKeys(), sealed, now)
		l := letter{p.query.Get("msg_signature"), p.query.Get("timestamp"), p.query.Get("nonce"), sealed}
		if got, err := vectorKeys().open(l, now); err == nil && !bytes.Contains(plain, got) {
			t.Errorf("got %q out of %q", got, plain)
		}
	})
}

// fuzzed is a door to a desk that takes everything.
type fuzzed struct {
	*Door
	desk *desk
}

func newFuzzed(now time.Time) fuzzed {
	at := &desk{answer: notify.Answer{Tone: notify.ToneDone}}
	return fuzzed{desk: at, Door: &Door{
		Keys:    func(context.Context) (Keys, error) { return vectorKeys(), nil },
		Bot:     func(context.Context) (*Bot, error) { return nil, notify.ErrOff },
		Presses: at, Listener: at, Seen: forgetful{}, Codes: forgetful{},
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}}
}

func (d fuzzed) reached() bool {
	presses, said := d.desk.all()
	return len(presses)+len(said) > 0
}

func (d fuzzed) post(t *testing.T, query string, body []byte) int {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/callbacks/wecom", bytes.NewReader(body))
	req.URL.RawQuery = query
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, req)
	d.Wait()
	return rec.Code
}

// forgetful remembers nothing.
type forgetful struct{}

func (forgetful) HasCallback(context.Context, string) (bool, error)        { return false, nil }
func (forgetful) KeepCallback(context.Context, string, time.Time) error    { return nil }
func (forgetful) AddCode(context.Context, string, string, time.Time) error { return nil }

// genuine reports whether the body's Encrypt carries the query's signature.
func genuine(query string, body []byte) bool {
	q := (&url.URL{RawQuery: query}).Query()
	var outer struct {
		Encrypt string `xml:"Encrypt"`
	}
	if err := xml.Unmarshal(body, &outer); err != nil {
		return false
	}
	return simulator.Sign(vectorKeys().Token, q.Get("timestamp"), q.Get("nonce"), outer.Encrypt) == q.Get("msg_signature")
}

// sealRaw encrypts plain as it is, cut to whole blocks.
func sealRaw(tb testing.TB, k Keys, plain []byte) string {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(k.AESKey + "=")
	if err != nil {
		tb.Fatal(err)
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		tb.Fatal(err)
	}
	data := bytes.Clone(plain[:len(plain)/aes.BlockSize*aes.BlockSize])
	cipher.NewCBCEncrypter(c, key[:aes.BlockSize]).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}
