package signin

import (
	"cmp"
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
		Secure: d.secure(r),
	}
}

// secure reports whether the browser that asks may be told to come back by HTTPS alone. A
// saved address counts for those who came to it: were it wrong, nobody could come in by
// another one to mend it.
func (d *Door) secure(r *http.Request) bool {
	if d.PublicURL != "" {
		return strings.HasPrefix(d.PublicURL, "https://")
	}
	return strings.HasPrefix(asked(r), "https://") || d.home(r) == "https://"+r.Host
}

func (d *Door) home(r *http.Request) string {
	if d.Home == nil {
		return ""
	}
	return d.Home(r.Context())
}

// here is the origin at which people reach us.
func (d *Door) here(r *http.Request) string {
	return cmp.Or(d.PublicURL, d.home(r), asked(r))
}

// asked is the origin that a request says it was sent to.
func asked(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
