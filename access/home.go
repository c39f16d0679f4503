package access

import (
	"cmp"
	"context"
	"net/http"
	"strings"
)

// Home is where people reach the service, as far as that is known.
type Home struct {
	// Fixed is what the service was started with: it holds whatever is saved.
	Fixed string
	// Saved is what an administrator saved; nil or "" is wherever a request says it came.
	Saved func(context.Context) string
}

// At is the origin at which people reach the service, such as https://bell.example.com.
func (h Home) At(r *http.Request) string {
	return cmp.Or(h.Fixed, h.saved(r), Asked(r))
}

// Secure reports whether the browser that asks may be told to come back by HTTPS alone. A
// saved address counts for those who came to it: were it wrong, nobody could come in by
// another one to mend it.
func (h Home) Secure(r *http.Request) bool {
	if h.Fixed != "" {
		return strings.HasPrefix(h.Fixed, "https://")
	}
	return strings.HasPrefix(Asked(r), "https://") || h.saved(r) == "https://"+r.Host
}

func (h Home) saved(r *http.Request) string {
	if h.Saved == nil {
		return ""
	}
	return h.Saved(r.Context())
}

// Asked is the origin that a request says it was sent to.
func Asked(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
