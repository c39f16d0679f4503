package wecom

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errProxy does not repeat what was typed: it may hold a password.
var errProxy = errors.New("not a proxy address")

// parseProxy reads what was typed as the proxy, nil when nothing was. A bare
// host:port is an http proxy, as users of SQLE know it; without a port it is
// refused, for SQLE's "proxy IP" never worked without one (wecom.md 9.2).
func parseProxy(raw string) (*url.URL, error) {
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
	if err != nil || port < 1 || port > 65535 || u.Hostname() == "" || !bare ||
		!slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) {
		return nil, errProxy
	}
	return u, nil
}

// newTransport connects through proxy, or as the environment says when it is nil.
// TLS towards WeCom is verified either way; the SDK's own proxy setting would
// switch that off (wecom.md 2.4, finding 3).
func newTransport(proxy *url.URL) *http.Transport {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return t
}
