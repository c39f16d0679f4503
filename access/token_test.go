package access_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
)

func TestANetworkIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"10.1.0.0/16": "10.1.0.0/16", "\t203.0.113.7": "203.0.113.7/32", "2001:db8::/32": "2001:db8::/32", "::1": "::1/128",
		"0.0.0.0/0": "0.0.0.0/0", "::ffff:203.0.113.7": "203.0.113.7/32",
	} {
		if got, err := access.Network(text); err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"10.1.2.3/16": "10.1.0.0/16", "": "is no network", "10.1.0.0/33": "is no network", "example.com": "is no network",
		"fe80::1%eth0": "is no network", "::ffff:10.0.0.0/104": "is no network",
	} {
		if _, err := access.Network(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestATokenAdmitsItsNetworksOnly(t *testing.T) {
	bound := access.Token{From: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::/32")}}
	for from, want := range map[string]bool{"10.1.2.3": true, "10.2.0.1": false, "2001:db8::7": true, "::1": false} {
		if got := bound.Admits(netip.MustParseAddr(from)); got != want {
			t.Errorf("%s: got %v, want %v", from, got, want)
		}
	}
	if bound.Admits(netip.Addr{}) {
		t.Error("got in from an address nobody knows")
	}
	if (access.Token{}).Admits(netip.Addr{}) == false {
		t.Error("got no way in with a token without networks")
	}
}

func TestASuccessorMayDoTheSameForAsLong(t *testing.T) {
	began := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	old, secret := access.NewToken("tok_1", "sqle", []access.Scope{access.EventsWrite}, began)
	old.Username, old.ExpiresAt = "lisi", began.AddDate(0, 0, 90)
	old.From = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	now := began.AddDate(0, 0, 80)
	next, other := old.Successor("tok_2", now)
	if next.Name != old.Name || next.Username != old.Username || !slices.Equal(next.Scopes, old.Scopes) || !slices.Equal(next.From, old.From) {
		t.Errorf("got %+v, want all that the old one may", next)
	}
	if want := now.Add(90 * 24 * time.Hour); !next.ExpiresAt.Equal(want) {
		t.Errorf("got an end at %s, want %s", next.ExpiresAt, want)
	}
	if other == secret || next.Hash == old.Hash || next.ID != "tok_2" {
		t.Error("got the old secret again")
	}
	old.ExpiresAt = time.Time{}
	if next, _ := old.Successor("tok_3", now); !next.ExpiresAt.IsZero() {
		t.Errorf("got an end at %s, want none", next.ExpiresAt)
	}
}
