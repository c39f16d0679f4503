package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
)

// Gate lets visitors in and out.
type Gate interface {
	// SignIn lets somebody in with their password, or returns an [*access.Refused].
	SignIn(w http.ResponseWriter, r *http.Request, username, password string) (access.Principal, error)
	// Enter lets somebody in without one: the demo's visitors.
	Enter(w http.ResponseWriter, r *http.Request, username string) (access.Principal, error)
	SignOut(w http.ResponseWriter, r *http.Request) error
	// Depart begins a sign-in with the company's account and returns where to send the
	// browser. Arrive lets in who came back, and tells where they wanted to go. Both may
	// return an [*access.Stranger].
	Depart(w http.ResponseWriter, r *http.Request, next string) (address string, err error)
	Arrive(w http.ResponseWriter, r *http.Request) (who access.Principal, next string, err error)
	// Invite makes a link for somebody known, Invited tells whom a link is for ("" is
	// the first administrator), SetUp uses it. A link that is over is [access.ErrLink].
	Invite(ctx context.Context, username string) (secret string, err error)
	Invited(ctx context.Context, secret string) (username string, err error)
	SetUp(w http.ResponseWriter, r *http.Request, secret, username, password string) (access.Principal, error)
}

// signInPage is where visitors come in.
func signInPage(demo bool, company *Company) page {
	p := page{
		name: "signin", path: "/signin", alone: true,
		routes: []route{
			shows("/signin", "", showSignIn),
			takes("/signin", "", signIn),
			takes("/signout", "", signOut),
		},
	}
	if demo {
		p.routes = append(p.routes, takes("/signin/as", "", signInAs))
	}
	if company != nil {
		p.routes = append(p.routes,
			shows("/signin/oidc", "", depart),
			shows("/signin/oidc/callback", "", arrive),
			shows("/signin/done", "", showDone),
		)
	}
	return p
}

type signInView struct {
	Username, Next string
	Refused        *access.Refused
	// Minutes is for how long the name is locked.
	Minutes int
	// Busy: too many sign in at once.
	Busy bool
	// Stranger says why the company's account let nobody in.
	Stranger *access.Stranger
	// Done: somebody came in whose page waits in another window.
	Done bool
}

func showSignIn(v *visit) error {
	next := inside(v.r.URL.Query().Get("next"))
	if v.who.Known() {
		return v.onward(next)
	}
	return v.show(signInView{Next: next})
}

func signIn(v *visit) error {
	view := signInView{Username: strings.TrimSpace(v.r.PostFormValue("username")), Next: inside(v.r.PostFormValue("next"))}
	who, err := v.site.cfg.Gate.SignIn(v.w, v.r, view.Username, v.r.PostFormValue("password"))
	refused, no := errors.AsType[*access.Refused](err)
	switch {
	case no:
		view.Refused = refused
		view.Minutes = max(1, int((time.Until(refused.Until)+time.Minute-1)/time.Minute))
	case errors.Is(err, access.ErrBusy):
		view.Busy = true
	case err != nil:
		return err
	case v.r.PostFormValue("in_place") != "": // the form that waits for it stays
		v.w.Header().Set("HX-Trigger", "signed-in")
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		v.who = who
		return v.onward(view.Next)
	}
	if v.htmx() {
		return v.refused("signin-form", view)
	}
	return v.write(http.StatusUnprocessableEntity, "frame", view)
}

func signOut(v *visit) error {
	if err := v.site.cfg.Gate.SignOut(v.w, v.r); err != nil {
		return err
	}
	return v.to("/signin")
}

// signInAs is how a visitor of the demo becomes somebody else of its cast.
func signInAs(v *visit) error {
	name := v.r.PostFormValue("username")
	if !slices.Contains(v.site.cfg.Cast, name) {
		return errRole
	}
	who, err := v.site.cfg.Gate.Enter(v.w, v.r, name)
	if err != nil {
		return err
	}
	v.who = who
	return v.to(v.home())
}

// onward sends a visitor on to where they wanted to go; "/" is the first page they may open.
func (v *visit) onward(next string) error {
	if next == "/" {
		next = v.home()
	}
	return v.to(next)
}

// inside returns a path on this site, "/" for anything that leads elsewhere.
func inside(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return u.RequestURI()
}
