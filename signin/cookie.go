package signin

import "net/http"

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
		Secure: d.Home.Secure(r),
	}
}
