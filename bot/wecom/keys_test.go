package wecom

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	simulator "ticketbell/sandbox/wecom"
)

// vector is one of the published examples of wecom.md 8.2.
type vector struct {
	Name      string `json:"name"`
	Timestamp string `json:"timestamp"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"`
	Encrypt   string `json:"encrypt"`
	Message   string `json:"message"`
}

// vectorKeys are those of all vectors.
func vectorKeys() Keys {
	return Keys{CorpID: "wx5823bf96d3bd56c7", AgentID: 1000002, Token: "QDG6eK", AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}
}

func vectors(tb testing.TB) []vector {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) != 15 {
		tb.Fatalf("got %d vectors, want 15", len(all))
	}
	return all
}

// vectorOf returns the vector whose name begins so.
func vectorOf(tb testing.TB, name string) vector {
	tb.Helper()
	for _, v := range vectors(tb) {
		if strings.HasPrefix(v.Name, name) {
			return v
		}
	}
	tb.Fatalf("no vector %s", name)
	return vector{}
}

func (v vector) letter() letter { return letter{v.Signature, v.Timestamp, v.Nonce, v.Encrypt} }

// when is the moment the vector was signed.
func (v vector) when(tb testing.TB) time.Time {
	tb.Helper()
	seconds, err := strconv.ParseInt(v.Timestamp, 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return time.Unix(seconds, 0)
}

func TestEveryPublishedVectorIsReadAndTheForeignOneRefused(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := vectorKeys().open(v.letter(), v.when(t))
			if strings.HasPrefix(v.Name, "4 ") {
				if !errors.Is(err, errReceiver) {
					t.Errorf("got %q, %v, want it refused: it is for another corp", got, err)
				}
				return
			}
			if err != nil || string(got) != v.Message {
				t.Errorf("got %q, %v, want %q", got, err, v.Message)
			}
		})
	}
}

// TestTheSimulatorSealsAsThePublishedVectorDoes checks the one that checks us.
func TestTheSimulatorSealsAsThePublishedVectorDoes(t *testing.T) {
	k, v := vectorKeys(), vectorOf(t, "2 ")
	sealed, err := simulator.Seal(k.AESKey, k.CorpID, []byte("0123456789abcdef"), []byte(v.Message))
	if err != nil || sealed != v.Encrypt {
		t.Errorf("got %s, %v, want %s", sealed, err, v.Encrypt)
	}
	if got := simulator.Sign(k.Token, v.Timestamp, v.Nonce, sealed); got != v.Signature {
		t.Errorf("got signature %s, want %s", got, v.Signature)
	}
}

func TestACallbackIsRefused(t *testing.T) {
	v := vectorOf(t, "2 ")
	for _, tc := range []struct {
		name   string
		change func(*letter, *Keys, *time.Time)
		want   error
	}{
		{"unsigned", func(l *letter, _ *Keys, _ *time.Time) { l.signature = "" }, errSignature},
		{"with another signature", func(l *letter, _ *Keys, _ *time.Time) { l.signature = strings.Repeat("0", 40) }, errSignature},
		{"with another nonce", func(l *letter, _ *Keys, _ *time.Time) { l.nonce = "other" }, errSignature},
		{"by another token", func(_ *letter, k *Keys, _ *time.Time) { k.Token = "other" }, errSignature},
		{"from long ago", func(_ *letter, _ *Keys, now *time.Time) { *now = now.Add(freshFor + time.Second) }, errStale},
		{"from the future", func(_ *letter, _ *Keys, now *time.Time) { *now = now.Add(-freshFor - time.Second) }, errStale},
		{"truncated", func(l *letter, k *Keys, _ *time.Time) { l.sealed = l.sealed[:40]; l.signature = k.sign(*l) }, errSealed},
		{"empty", func(l *letter, k *Keys, _ *time.Time) { l.sealed = ""; l.signature = k.sign(*l) }, errSealed},
		{"no base64", func(l *letter, k *Keys, _ *time.Time) { l.sealed = "%%%"; l.signature = k.sign(*l) }, errSealed},
		{"without a time", func(l *letter, k *Keys, _ *time.Time) { l.timestamp = "soon"; l.signature = k.sign(*l) }, errStale},
		{"for another corp", func(_ *letter, k *Keys, _ *time.Time) { k.CorpID = "ww-other" }, errReceiver},
		{"under a key that is none", func(_ *letter, k *Keys, _ *time.Time) { k.AESKey = "short" }, errSealed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, k, now := v.letter(), vectorKeys(), v.when(t)
			tc.change(&l, &k, &now)
			if got, err := k.open(l, now); !errors.Is(err, tc.want) {
				t.Errorf("got %q, %v, want %v", got, err, tc.want)
			}
		})
	}
}

// TestAMistypedKeyIsRefusedAndNeverPanics: the SDK's AES did (wecom.md 2.6).
func TestAMistypedKeyIsRefusedAndNeverPanics(t *testing.T) {
	v := vectorOf(t, "1 ")
	for n := range 200 {
		k := vectorKeys()
		k.AESKey = fmt.Sprintf("%03d", n) + k.AESKey[3:]
		if got, err := k.open(v.letter(), v.when(t)); err == nil {
			t.Errorf("key %d: got %q, want it refused", n, got)
		}
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	for _, shown := range []string{fmt.Sprintf("%v", vectorKeys()), fmt.Sprintf("%+v", vectorKeys()), fmt.Sprintf("%#v", vectorKeys())} {
		if strings.Contains(shown, vectorKeys().Token) || strings.Contains(shown, vectorKeys().AESKey) {
			t.Errorf("got %s, want no secret in it", shown)
		}
	}
}
