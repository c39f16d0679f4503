package notify

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// errProxy does not repeat what was typed: it may hold a password.
var errProxy = errors.New("not a proxy address")

// ProxyURL reads what was typed as the forward proxy of a channel, nil when nothing was. A
// bare host:port is an http proxy, as users of SQLE know it; without a port it is refused,
// for SQLE's "proxy IP" never worked without one (wecom.md 9.2).
func ProxyURL(raw string, schemes ...string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, nil
	}
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errProxy
	}
	port, err := strconv.Atoi(u.Port())
	bare := strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
	if err != nil || port < 1 || port > 65535 || u.Hostname() == "" || !bare || !slices.Contains(schemes, u.Scheme) {
		return nil, errProxy
	}
	return u, nil
}
