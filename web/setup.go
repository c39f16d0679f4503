package web

import (
	"errors"
	"net/http"
	"strings"

	"ticketbell/access"
	"ticketbell/ticket"
)

// setUpPage is where a one-time link leads: somebody sets their password there. The
// link's secret is behind the #, which no server is told and no log holds.
func setUpPage() page {
	return page{
		name: "setup", path: "/setup", alone: true, scripts: []string{"setup.js"},
		routes: []route{
			shows("/setup", "", func(v *visit) error { return v.show(setUpView{}) }),
			takes("/setup/open", "", openLink),
			takes("/setup", "", setUp),
		},
	}
}

type setUpView struct {
	Secret   string
	Username string
	// First: the link is for the first administrator, who chooses a name.
	First bool
	// Home is where people are to reach us, which the first administrator is asked, and
	// Fixed what the service was started with, "" for nothing: it holds.
	Home, Fixed string
	// Problem is "link", "weak", "name", "home", "busy" or "" for none; Refusal is what the API said.
	Problem string
	Least   int
}

// openLink shows the form of a link that is good.
func openLink(v *visit) error {
	view := setUpView{Secret: strings.TrimSpace(v.r.PostFormValue("secret")), Least: access.MinPassword}
	name, err := v.site.cfg.Gate.Invited(v.r.Context(), view.Secret)
	if errors.Is(err, access.ErrLink) {
		return v.refused("setup-link", setUpView{Problem: "link"})
	}
	if err != nil {
		return err
	}
	view.Username, view.First = name, name == ""
	if view.First {
		view.Username, view.Home, view.Fixed = "admin", v.likelyHome(), v.site.cfg.Home.Fixed
	}
	return v.part("setup-form", view)
}

// likelyHome is where the visitor reaches us, "" when nobody else could do so there.
func (v *visit) likelyHome() string {
	if loopback(v.r.Host) {
		return ""
	}
	return v.origin()
}

func setUp(v *visit) error {
	view := v.typedSetUp()
	if view.Problem != "" {
		return v.refused("setup-form", view)
	}
	who, err := v.site.cfg.Gate.SetUp(v.w, v.r, view.Secret, view.Username, v.r.PostFormValue("password"))
	switch {
	case errors.Is(err, access.ErrLink):
		return v.refused("setup-link", setUpView{Problem: "link"})
	case errors.Is(err, access.ErrWeak):
		view.Problem = "weak"
	case errors.Is(err, access.ErrBusy):
		view.Problem = "busy"
	case err != nil:
		return err
	default:
		v.who = who
		return v.settle(view)
	}
	return v.refused("setup-form", view)
}

// typedSetUp reads a sent form, with what is wrong in it that can be seen before the link
// is used up.
func (v *visit) typedSetUp() setUpView {
	view := setUpView{
		Secret: v.r.PostFormValue("secret"), Username: strings.TrimSpace(v.r.PostFormValue("username")),
		First: v.r.PostFormValue("first") != "", Fixed: v.site.cfg.Home.Fixed, Least: access.MinPassword,
	}
	if !view.First {
		return view
	}
	if view.Fixed == "" {
		view.Home = strings.TrimSpace(v.r.PostFormValue("home"))
	}
	switch {
	case view.Username == "":
		view.Problem = "name"
	case view.Home != "" && !ticket.ValidOrigin(view.Home):
		view.Problem = "home"
	}
	return view
}

// settle keeps the address the first administrator named, and the language somebody set
// themselves up in, and lets them go on.
func (v *visit) settle(view setUpView) error {
	if view.Home != "" && v.who.Allows(access.ConfigWrite) {
		if err := v.ask(http.MethodPatch, "/api/v1/settings", map[string]any{"public_url": view.Home}, nil); err != nil {
			return err
		}
	}
	if err := v.ask(http.MethodPatch, "/api/v1/me", map[string]any{"language": v.lang}, nil); err != nil {
		return err
	}
	return v.to(v.home())
}
