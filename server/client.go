package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// clientOf is the address a request comes from: its peer's, or, as long as that is a
// proxy we trust, the one it says it passes on (the last of X-Forwarded-For). What a
// proxy does not say in an address we can read is not believed; the zero value is an
// address nobody knows.
func clientOf(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := plain(peer.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && within(at, proxies); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return at
		}
		at = plain(hop)
	}
	return at
}

// plain is an IPv4 address as such, and any without its zone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// onceAMinute lets the first of many equal things in a minute be said. It is safe for
// many goroutines.
type onceAMinute struct {
	mu   sync.Mutex
	said map[string]time.Time
}

func (o *onceAMinute) first(what string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, at := range o.said {
		if now.Sub(at) >= time.Minute {
			delete(o.said, k)
		}
	}
	if _, said := o.said[what]; said {
		return false
	}
	if o.said == nil {
		o.said = map[string]time.Time{}
	}
	o.said[what] = now
	return true
}
