package signin

import (
	"net/http"
	"strings"
)

// cookieName is the session's cookie.
const cookieName = "ticketbell_session"

// tokenOf is what the session's cookie holds, "" without one.
func tokenOf(r *http.Request) string {
	if c, err := r.Cookie(cookieName); err == nil {
		return c.Value
	}
	return ""
}

// cookie is the session's: gone with the browser, for no script, for no other site.
func (d *Door) cookie(r *http.Request, token string) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever the request was: over plain HTTP nobody could sign in
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(d.here(r), "https://"),
	}
}

// here is the origin at which a request reaches us.
func (d *Door) here(r *http.Request) string {
	if d.PublicURL != "" {
		return d.PublicURL
	}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
