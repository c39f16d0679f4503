package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/notify"
	"ticketbell/signin/oidc"
	"ticketbell/ticket"
)

// Company is where the company's accounts are.
type Company interface {
	// Address is where to send a browser, and Redeem turns the code it came back with
	// into who they are. What goes wrong is an [*access.Stranger].
	Address(ctx context.Context, t oidc.Trip) (string, error)
	Redeem(ctx context.Context, t oidc.Trip, code string) (oidc.Account, error)
	Issuer() string
}

// The way to the company's accounts and back.
const (
	wayOut   = "/signin/oidc"
	wayBack  = wayOut + "/callback"
	tripTime = 10 * time.Minute
)

// Depart begins a sign-in with the company's account: it returns where to send the
// browser, and gives it a cookie to come back with. next is where they want to go then.
func (d *Door) Depart(w http.ResponseWriter, r *http.Request, next string) (address string, err error) {
	t := oidc.Trip{Back: d.Home.At(r) + wayBack, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	if address, err = d.Company.Address(r.Context(), t); err != nil {
		return "", err
	}
	sealed, err := d.sealTrip(tripFrom(t, next, d.Now().Add(tripTime)))
	if err != nil {
		return "", fmt.Errorf("begin a sign-in: %w", err)
	}
	http.SetCookie(w, d.ticketOf(r, t.State, sealed))
	return address, nil
}

// ticketOf is the cookie of somebody under way: each has one of their own, so that two
// windows do not disturb each other.
func (d *Door) ticketOf(r *http.Request, state, token string) *http.Cookie {
	c := d.cookie(r, token) //nolint:gosec // see cookie
	c.Name, c.Path, c.MaxAge = ticketName(state), wayOut, int(tripTime/time.Second)
	return c
}

// ticketName is the name of that cookie. It tells what nobody can guess the rest from.
func ticketName(state string) string { return "ticketbell_oidc_" + state[:min(6, len(state))] }

// Arrive ends a sign-in with the company's account: it lets in whoever came back, and
// returns where they wanted to go, also when nobody is let in.
func (d *Door) Arrive(w http.ResponseWriter, r *http.Request) (who access.Principal, next string, err error) {
	q := r.URL.Query()
	t, err := d.underWay(w, r, q.Get("state"))
	if err != nil {
		return access.Principal{}, t.Next, err
	}
	if iss := q.Get("iss"); iss != "" && iss != d.Company.Issuer() { // RFC 9207
		return access.Principal{}, t.Next, &access.Stranger{Why: access.Unproven, Err: errors.New("another provider answered")}
	}
	if said := q.Get("error"); said != "" {
		why := access.Failed
		if said == "access_denied" {
			why = access.Denied
		}
		return access.Principal{}, t.Next, &access.Stranger{Why: why, Code: oidc.Code(said)}
	}
	account, err := d.Company.Redeem(r.Context(), oidc.Trip{Back: d.Home.At(r) + wayBack, State: t.State, Nonce: t.Nonce, Verifier: t.Verifier}, q.Get("code"))
	if err != nil {
		return access.Principal{}, t.Next, err
	}
	if err := d.spend(r.Context(), t); err != nil {
		return access.Principal{}, t.Next, err
	}
	who, err = d.admit(w, r, account)
	return who, t.Next, err
}

// underWay is the trip of the browser that came back. Its cookie is taken away.
func (d *Door) underWay(w http.ResponseWriter, r *http.Request, state string) (trip, error) {
	stale := &access.Stranger{Why: access.Stale}
	c, err := r.Cookie(ticketName(state))
	if err != nil {
		return trip{}, stale
	}
	t, ok, err := d.openTrip(c.Value, state)
	if err != nil {
		return trip{}, err
	}
	if !ok {
		return trip{}, stale
	}
	gone := d.ticketOf(r, state, "") //nolint:gosec // see cookie
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	spent, err := d.spent(r.Context(), t)
	if err == nil && spent {
		err = stale
	}
	return t, err
}

// admit lets in whoever an account belongs to.
func (d *Door) admit(w http.ResponseWriter, r *http.Request, a oidc.Account) (access.Principal, error) {
	ctx := r.Context()
	u, err := d.holder(ctx, a)
	if err != nil && !errors.Is(err, notify.ErrNotFound) {
		return access.Principal{}, err
	}
	stranger := &access.Stranger{Username: a.Username, Email: a.Email}
	switch {
	case err != nil:
		stranger.Why = access.Unknown
		u.Username = cmp.Or(a.Username, a.Email)
	case u.Disabled:
		stranger.Why = access.Disabled
	default:
		d.note(ctx, audit.Entry{Actor: u.Username, Via: audit.ViaOIDC, Action: audit.SignIn, Object: u.Username})
		return d.begin(w, r, u.Username, false)
	}
	d.note(ctx, audit.Entry{Actor: u.Username, Via: audit.ViaOIDC, Action: audit.SignIn, Object: u.Username, Failed: true})
	return access.Principal{}, stranger
}

// holder is the person an account belongs to: by username, else by e-mail address.
func (d *Door) holder(ctx context.Context, a oidc.Account) (ticket.User, error) {
	u, err := ticket.User{}, notify.ErrNotFound
	if a.Username != "" {
		u, err = d.Users.UserNamed(ctx, a.Username)
	}
	if errors.Is(err, notify.ErrNotFound) && a.Email != "" {
		return d.Users.UserByEmail(ctx, a.Email)
	}
	return u, err
}
