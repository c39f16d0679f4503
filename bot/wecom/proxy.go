package wecom

import (
	"net/http"
	"net/url"
	"time"

	"ticketbell/notify"
)

// parseProxy reads what was typed as the proxy, nil when nothing was.
func parseProxy(raw string) (*url.URL, error) { return notify.ProxyURL(raw, "http", "https", "socks5") }

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
