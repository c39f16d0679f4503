package store

import (
	"bytes"
	"strings"
	"testing"
)

func testKeyring(t *testing.T, b string) keyring {
	t.Helper()
	k, err := newKeyring(bytes.Repeat([]byte(b), keySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASealedValueOpensInItsPlaceOnly(t *testing.T) {
	k := testKeyring(t, "a")
	sealed, err := k.seal("channel", "feishu/app_secret", "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	swap := "A"
	if sealed[20] == 'A' {
		swap = "B"
	}
	damaged := sealed[:20] + swap + sealed[21:]
	for _, tc := range []struct {
		name                   string
		ring                   keyring
		purpose, place, sealed string
		fault                  string
	}{
		{"its place", k, "channel", "feishu/app_secret", sealed, ""},
		{"another field", k, "channel", "feishu/encrypt_key", sealed, "another place"},
		{"another purpose", k, "platform", "feishu/app_secret", sealed, "another place"},
		{"damaged", k, "channel", "feishu/app_secret", damaged, "damaged"},
		{"not base64", k, "channel", "feishu/app_secret", k.current + ":%", "not a sealed value"},
		{"too short", k, "channel", "feishu/app_secret", k.current + ":AAAA", "damaged"},
		{"another key", testKeyring(t, "b"), "channel", "feishu/app_secret", sealed, "sealed with another key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.ring.open(tc.purpose, tc.place, tc.sealed)
			if tc.fault == "" {
				if err != nil || got != "s3cret" {
					t.Errorf("got %q, %v, want the secret", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.fault) || got != "" {
				t.Errorf("got %q, %v, want an error that says %q", got, err, tc.fault)
			}
		})
	}
}

func TestTheSameValueIsSealedDifferentlyEachTime(t *testing.T) {
	k := testKeyring(t, "a")
	first, err1 := k.seal("channel", "x", "s3cret")
	second, err2 := k.seal("channel", "x", "s3cret")
	if err1 != nil || err2 != nil || first == second {
		t.Errorf("got %q and %q, %v, %v, want two that differ", first, second, err1, err2)
	}
}

func TestAnOldKeyOpensWhatItSealed(t *testing.T) {
	old, current := testKeyring(t, "a"), testKeyring(t, "b")
	sealed, err := old.seal("channel", "x", "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	current.masters[old.current] = old.masters[old.current]
	if got, err := current.open("channel", "x", sealed); err != nil || got != "s3cret" {
		t.Errorf("got %q, %v, want the secret", got, err)
	}
}
