package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

// Config is what the pages know about the house they are in.
type Config struct {
	// API is asked in the process, on the visitor's behalf: a page can do what a
	// program can, and nothing else.
	API http.Handler
	// Language is what a visitor reads who chose nothing and whose browser asks for
	// neither language; nil is Chinese.
	Language func(context.Context) cards.Language
	// Gate lets visitors in and out.
	Gate Gate
	// Visitor is the username of who everybody is who did not sign in, and Cast are those
	// whom visitors may be instead. Only the demo sets them.
	Visitor string
	Cast    []string
	// Playground, when not nil, is what visitors play with, and the first page.
	Playground *Playground
	// Version is shown in the foot of the pages.
	Version string
	// Brand is what the pages are headed with; nil: our own name.
	Brand Brand
	// Company is how visitors come in with the accounts of their company; nil: they cannot.
	Company *Company
	// Home is where visitors reach us.
	Home access.Home
	// Label tells installations apart ("prod"); "" shows none.
	Label string
	Log   *slog.Logger
}

// Site is the administrator's pages.
type Site struct {
	cfg       Config
	words     catalogue
	assets    *assets
	pages     []page
	templates map[cards.Language]templates
	routes    []route
	mux       *http.ServeMux
}

// New returns the pages, ready to be served.
func New(cfg Config) (*Site, error) {
	if cfg.API == nil || cfg.Gate == nil || cfg.Log == nil {
		return nil, errors.New("the pages need an API, a gate and a log")
	}
	s := &Site{cfg: cfg, words: loadCatalogue(), assets: loadAssets(), mux: http.NewServeMux()}
	s.pages = s.all()
	s.templates = s.prepare()
	s.mux.Handle("GET /assets/", s.assets)
	s.mux.HandleFunc("GET /favicon.ico", s.assets.favicon)
	s.mux.HandleFunc("GET "+notify.LogoFolder, s.logo)
	for _, p := range s.pages {
		for _, r := range p.routes {
			s.routes = append(s.routes, r)
			s.mux.HandleFunc(r.Method+" "+r.Pattern, s.open(p, r))
		}
	}
	return s, nil
}

// ServeHTTP serves the pages and their assets.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard(w)
	s.mux.ServeHTTP(w, r)
}

// Missing answers a browser that asked for a page that is not there.
func (s *Site) Missing(w http.ResponseWriter, r *http.Request) {
	guard(w)
	v, err := s.meet(w, r, page{name: "trouble"})
	if err == nil {
		v.page.alone = !v.who.Known()
		err = v.trouble(http.StatusNotFound, "missing", nil) //nolint:contextcheck // the request carries it
	}
	if err != nil {
		v.fail(err) //nolint:contextcheck // the request carries it
	}
}

// Routes are all routes of the pages, for whoever walks them.
func (s *Site) Routes() []Route {
	var all []Route
	for _, r := range s.routes {
		all = append(all, r.Route)
	}
	return all
}

// Mounts are the paths to mount the pages at: what nobody serves is left to others.
func (s *Site) Mounts() []string {
	paths := []string{"/assets/", "/favicon.ico", notify.LogoFolder}
	for _, r := range s.routes {
		path, _, below := strings.Cut(r.Pattern, "{")
		if below && path == "/" {
			path = "/{$}"
		}
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// Route is one way into the pages and what it takes.
type Route struct {
	Method, Pattern string
	// Scope is what whoever asks must be allowed; "" lets everybody in.
	Scope access.Scope
}

type route struct {
	Route
	handle func(*visit) error
}

// shows is a way to a page, takes one for a form.
func shows(pattern string, s access.Scope, handle func(*visit) error) route {
	return route{Route{http.MethodGet, pattern, s}, handle}
}

func takes(pattern string, s access.Scope, handle func(*visit) error) route {
	return route{Route{http.MethodPost, pattern, s}, handle}
}

// open is the handler of a route: it asks who is there, lets them in or not, and
// answers for what went wrong.
func (s *Site) open(p page, r route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		v, err := s.meet(w, req, p)
		if err == nil {
			err = v.admitted(r.Scope)
		}
		if err == nil {
			err = r.handle(v)
		}
		if err != nil {
			v.fail(err) //nolint:contextcheck // it is that of the request
		}
	}
}

// draw writes a template of a page: all of it, or one block.
func (s *Site) draw(lang cards.Language, page, block string, data any) (string, error) {
	var out strings.Builder
	parsed, ok := s.templates[lang][page]
	if !ok {
		return "", fmt.Errorf("no page %q", page)
	}
	if err := parsed().ExecuteTemplate(&out, block, data); err != nil {
		return "", fmt.Errorf("draw %s of page %s: %w", block, page, err)
	}
	return out.String(), nil
}
