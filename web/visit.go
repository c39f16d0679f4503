package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/text/language"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// visit is one request for a page: who asks, and in which language.
type visit struct {
	site *Site
	page page
	w    http.ResponseWriter
	r    *http.Request
	who  access.Principal
	lang cards.Language
	// came is before anything was read for them.
	came time.Time
	// likings are what liked found, nil until it was asked.
	likings *notify.Preferences
	// policy is the page's own Content-Security-Policy, "" for that of all pages.
	policy string
}

// meet finds out who is there. In the demo it is always somebody.
func (s *Site) meet(w http.ResponseWriter, r *http.Request, p page) (*visit, error) {
	v := &visit{site: s, page: p, w: w, r: r, who: access.Current(r.Context()), came: time.Now()}
	v.lang = v.language() //nolint:contextcheck // it is that of the request
	if v.who.Known() || s.cfg.Visitor == "" {
		return v, nil
	}
	who, err := s.cfg.Gate.Enter(w, r, s.cfg.Visitor)
	v.who = who
	return v, err
}

// The cookies of the pages; scripts write them too.
const (
	languageCookie = "language"
	themeCookie    = "theme"
)

// languageHeader is how the scripts of a page say which language it is read in, which its
// address may have asked for and what was chosen in the browser does not tell.
const languageHeader = "Page-Language"

// language is what the visitor reads: what the address asks for, else what the page reads
// that asks for a part, else what was chosen in this browser, else in the profile, else
// what the browser prefers.
func (v *visit) language() cards.Language {
	for _, said := range []string{v.r.URL.Query().Get("lang"), v.r.Header.Get(languageHeader), v.cookie(languageCookie), v.who.Language} {
		if lang := cards.Language(said); lang == cards.Chinese || lang == cards.English {
			return lang
		}
	}
	fallback := cards.Chinese
	if v.site.cfg.Language != nil {
		fallback = v.site.cfg.Language(v.r.Context())
	}
	return preferred(v.r.Header.Get("Accept-Language"), fallback)
}

// preferred is which of our languages a browser asks for, else fallback.
func preferred(header string, fallback cards.Language) cards.Language {
	ours := []language.Tag{language.Und, language.Chinese, language.English}
	_, i := language.MatchStrings(language.NewMatcher(ours), header)
	switch ours[i] {
	case language.Chinese:
		return cards.Chinese
	case language.English:
		return cards.English
	default:
		return fallback
	}
}

func (v *visit) cookie(name string) string {
	c, err := v.r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// origin is where people reach us.
func (v *visit) origin() string { return v.site.cfg.Home.At(v.r) }

// theme is "light", "dark" or "auto": what the visitor chose, wherever that was, else what
// was chosen in this browser.
func (v *visit) theme() string {
	chosen := v.cookie(themeCookie)
	if v.who.Allows(access.Me) {
		liked, err := v.liked()
		if err != nil { // a page in the wrong colours is better than none
			v.site.cfg.Log.WarnContext(v.r.Context(), "the theme cannot be read", "error", err)
		}
		chosen = cmp.Or(liked.Theme, chosen)
	}
	if chosen == "light" || chosen == "dark" {
		return chosen
	}
	return "auto"
}

// htmx reports whether a script of ours asks for a part of a page.
func (v *visit) htmx() bool { return v.r.Header.Get("HX-Request") == "true" }

// What keeps a visitor out.
var (
	errNobody = errors.New("nobody is signed in")
	errRole   = errors.New("the visitor's role does not allow it")
)

// admitted checks that the visitor may do what s names.
func (v *visit) admitted(s access.Scope) error {
	switch {
	case s == "" || v.who.Allows(s):
		return nil
	case !v.who.Known():
		return errNobody
	default:
		return errRole
	}
}

// frame is what every template sees; what is the page's own is in Data.
type frame struct {
	Page string
	// Titled and Brand are the title and the head of a whole page; a part has neither.
	Titled   cards.Text
	Brand    brandView
	Language cards.Language
	Theme    string
	Assets   string
	// Drawn is the time from which on the page has to be told of news.
	Drawn   string
	Version string
	Label   string
	Who     access.Principal
	Pages   []navigation
	// Company is how they come in with the accounts of their company, nil when they cannot.
	Company *Company
	// Cast are whom a visitor of the demo may be.
	Cast    []string
	Alone   bool
	Plain   bool
	Styles  []string
	Scripts []string
	// Texts are those that scripts say.
	Texts json.RawMessage
	Data  any
}

// TestStates are the states a sample ticket of a test can be in.
func (frame) TestStates() []ticket.Status {
	return []ticket.Status{
		ticket.WaitingReview, ticket.WaitingExecution, ticket.Running, ticket.Rejected,
		ticket.Succeeded, ticket.Failed, ticket.Completed, ticket.Canceled,
	}
}

func (v *visit) frame(data any) frame {
	return frame{
		Page: v.page.name, Language: v.lang, Theme: v.theme(), Drawn: v.came.UTC().Format(time.RFC3339Nano),
		Assets: v.site.assets.folder, Version: v.site.cfg.Version, Label: v.site.cfg.Label, Company: v.site.cfg.Company,
		Who: v.who, Pages: v.navigation(), Cast: v.site.cfg.Cast, Alone: v.page.alone, Plain: v.page.plain, Styles: v.page.styles, Scripts: v.page.scripts,
		Texts: v.site.spoken(v.page.name), Data: data,
	}
}

// show answers with the whole page.
func (v *visit) show(data any) error { return v.write(http.StatusOK, "frame", data) }

// part answers with one block of the page, for htmx to put in its place.
func (v *visit) part(block string, data any) error { return v.write(http.StatusOK, block, data) }

// refused answers with one block that says what is wrong with a form.
func (v *visit) refused(block string, data any) error {
	return v.write(http.StatusUnprocessableEntity, block, data)
}

// write answers with a block of the page, drawn before anything is sent.
func (v *visit) write(status int, block string, data any) error {
	f := v.frame(data)
	if block == "frame" {
		var err error
		f.Brand = v.brand()
		if f.Titled, err = v.titled(f.Brand.Name); err != nil {
			return err
		}
	}
	html, err := v.site.draw(v.lang, v.page.name, block, f)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", tag(v.lang))
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Accept-Language, Accept-Encoding, HX-Request, Page-Language")
	h.Set("Content-Security-Policy", cmp.Or(v.policy, sitePolicy))
	h.Set("Referrer-Policy", "same-origin") // without it a form sent over plain HTTP would come from nowhere
	body := []byte(html)
	if takesGzip(v.r) && len(body) > 1024 {
		h.Set("Content-Encoding", "gzip")
		body = zip(body)
	}
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) //nolint:gosec // drawn by html/template, which escapes; a reader who left is no fault of ours
	return nil
}

// to sends the visitor on to another page, also when a script asked.
func (v *visit) to(path string) error {
	if v.htmx() {
		v.w.Header().Set("HX-Redirect", path)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther) //nolint:gosec // paths of our own, and those that inside let through
	return nil
}

// fail answers for err. It is the one place that does.
func (v *visit) fail(err error) {
	status, kind := http.StatusInternalServerError, "broken"
	refusal, ok := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errNobody):
		v.signInFirst()
		return
	case errors.Is(err, errRole):
		status, kind = http.StatusForbidden, "forbidden"
	case ok && refusal.Status < http.StatusInternalServerError:
		status, kind = refusal.Status, "refused"
	default:
		v.site.cfg.Log.ErrorContext(v.r.Context(), "a page failed", "page", v.page.name, "error", err)
	}
	if err := v.trouble(status, kind, refusal); err != nil {
		v.site.cfg.Log.ErrorContext(v.r.Context(), "a page failed", "page", v.page.name, "error", err)
		http.Error(v.w, "the page cannot be drawn", http.StatusInternalServerError)
	}
}

// signInFirst sends a visitor who is nobody to the door, and back here afterwards. A
// script is told, so that it asks for the password and keeps the form.
func (v *visit) signInFirst() {
	if v.htmx() || v.r.Header.Get("Accept") == "text/event-stream" {
		v.w.Header().Set("HX-Trigger", "signed-out")
		v.w.WriteHeader(http.StatusUnauthorized)
		return
	}
	to := "/signin"
	if v.r.Method == http.MethodGet && v.r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(v.r.URL.RequestURI())
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
}

// trouble is what a visitor reads when a page cannot be had.
type trouble struct {
	// Kind picks the words: "forbidden", "refused", "missing" or "broken".
	Kind    string
	Refusal *refusal
}

func (v *visit) trouble(status int, kind string, r *refusal) error {
	block := "frame"
	if v.htmx() {
		block = "trouble"
		v.w.Header().Set("HX-Retarget", "#notice")
		v.w.Header().Set("HX-Reswap", "innerHTML")
	}
	own := v.page
	v.page.name, v.page.scripts = "trouble", nil // a script of the page would look for what is not there
	defer func() { v.page = own }()
	return v.write(status, block, trouble{kind, r})
}

// tag is lang as HTML and HTTP write it.
func tag(lang cards.Language) string {
	if lang == cards.English {
		return "en"
	}
	return "zh-CN"
}
