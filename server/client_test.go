package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/audit"
)

func TestAnAddressIsBelievedOnlyFromProxiesWeTrust(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct{ name, peer, says, want string }{
		{"no proxy", "203.0.113.7:5000", "", "203.0.113.7"},
		{"a stranger claims to be one", "203.0.113.7:5000", "10.9.9.9", "203.0.113.7"},
		{"a proxy", "10.0.0.1:5000", "203.0.113.7", "203.0.113.7"},
		{"two proxies", "10.0.0.1:5000", "203.0.113.7, 10.0.0.2", "203.0.113.7"},
		{"what the client wrote itself", "10.0.0.1:5000", "1.1.1.1, 203.0.113.7", "203.0.113.7"},
		{"a proxy that says nothing", "10.0.0.1:5000", "", "10.0.0.1"},
		{"a proxy that says what is no address", "10.0.0.1:5000", "203.0.113.7, unknown", "10.0.0.1"},
		{"nothing but proxies", "10.0.0.1:5000", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"IPv6", "[fd00::1]:5000", "2001:db8::7", "2001:db8::7"},
		{"IPv4 within IPv6", "[::ffff:203.0.113.7]:5000", "", "203.0.113.7"},
		{"a socket without an address", "@", "203.0.113.7", "invalid IP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = tt.peer
			for hop := range strings.SplitSeq(tt.says, ", ") {
				if hop != "" {
					r.Header.Add("X-Forwarded-For", hop) // a header each is as good as a list
				}
			}
			if got := clientOf(r, proxies).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// bound makes a token that may be used from these networks.
func (h *house) bound(scope access.Scope, networks ...string) string {
	h.t.Helper()
	t, secret := access.NewToken("tok_bound", "ci", []access.Scope{scope}, noon())
	for _, n := range networks {
		t.From = append(t.From, netip.MustParsePrefix(n))
	}
	if err := h.tokens.CreateToken(h.t.Context(), t); err != nil {
		h.t.Fatal(err)
	}
	return secret
}

func TestATokenIsRefusedFromElsewhere(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	secret := h.bound(access.ConfigRead, "10.1.0.0/16")
	if got := h.call("GET", "/api/v1/settings", secret, "", "X-Forwarded-For: 10.1.2.3"); got.status != http.StatusOK {
		t.Errorf("got %d %s from its network, want 200", got.status, got.body)
	}
	for range 3 {
		got := h.call("GET", "/api/v1/settings", secret, "", "X-Forwarded-For: 10.2.0.1")
		if p := got.problem(t); got.status != http.StatusForbidden || p.Code != codeAddress || !strings.Contains(p.Detail, "10.2.0.1") {
			t.Errorf("got %d %+v, want 403 that names the address", got.status, p)
		}
	}
	noted, _, err := h.rooms.AuditEntries(t.Context(), audit.Filter{Action: audit.UseToken})
	if err != nil || len(noted) != 1 || noted[0].Actor != "ci" || noted[0].Object != "10.2.0.1" || !noted[0].Failed {
		t.Errorf("got %+v, %v, want it noted once in a minute", noted, err)
	}
}
