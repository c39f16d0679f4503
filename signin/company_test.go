package signin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/signin"
	"ticketbell/signin/oidc"
	"ticketbell/ticket"
)

// company vouches for one account, to whoever has the code "good" and the trip it was for.
type company struct {
	account oidc.Account
	trips   map[string]oidc.Trip // by state
}

func (c *company) Address(_ context.Context, t oidc.Trip) (string, error) {
	c.trips[t.State] = t
	return "https://login.example/authorize?state=" + t.State, nil
}

func (c *company) Redeem(_ context.Context, t oidc.Trip, code string) (oidc.Account, error) {
	if code != "good" || c.trips[t.State] != t {
		return oidc.Account{}, &access.Stranger{Why: access.Unproven}
	}
	return c.account, nil
}

func (*company) Issuer() string { return "https://login.example" }

// withCompany is an entrance whose company vouches for one account.
func withCompany(t *testing.T, a oidc.Account) *entrance {
	t.Helper()
	e := newEntrance(t)
	e.Company = &company{a, map[string]oidc.Trip{}}
	return e
}

// departs sends a browser off and returns the state and the cookie it has.
func (e *entrance) departs(next string) (state string, ticket *http.Cookie) {
	e.t.Helper()
	w := httptest.NewRecorder()
	address, err := e.Depart(w, e.request(nil), next)
	if err != nil {
		e.t.Fatal(err)
	}
	_, state, _ = strings.Cut(address, "state=")
	return state, w.Result().Cookies()[0]
}

// back is what came of a browser that came back.
type back struct {
	who     access.Principal
	next    string
	why     access.Why
	session *http.Cookie // nil when nobody was let in
}

// arrives brings a browser back with a query and cookies.
func (e *entrance) arrives(query url.Values, cookies ...*http.Cookie) back {
	e.t.Helper()
	r := httptest.NewRequestWithContext(e.t.Context(), http.MethodGet, "http://bell.example/signin/oidc/callback?"+query.Encode(), nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	var b back
	var err error
	b.who, b.next, err = e.Arrive(w, r)
	if no, ok := errors.AsType[*access.Stranger](err); ok {
		b.why = no.Why
	} else if err != nil {
		e.t.Fatal(err)
	}
	for _, c := range w.Result().Cookies() {
		if c.Name == "ticketbell_session" {
			b.session = c
		}
	}
	return b
}

func good(state string) url.Values {
	return url.Values{"code": {"good"}, "state": {state}, "iss": {"https://login.example"}}
}

func TestTheCompanysAccountLetsInWhomeverItBelongsTo(t *testing.T) {
	for name, a := range map[string]oidc.Account{
		"by username":                   {Username: "lisi"},
		"in other letters":              {Username: "LiSi", Email: "somebody@else.example"},
		"by e-mail when no name is had": {Email: "Li.Si@corp.example"},
		"by e-mail when the name isn't": {Username: "e12345", Email: "li.si@corp.example"},
	} {
		t.Run(name, func(t *testing.T) {
			e := withCompany(t, a)
			lisi := ticket.User{Person: ticket.Person{Username: "lisi", Email: "li.si@corp.example"}, Role: ticket.Operator}
			if err := e.store.UpdateUser(t.Context(), lisi); err != nil {
				t.Fatal(err)
			}
			before := e.mustSignIn(nil)
			state, ticket := e.departs("/deliveries?status=dead")
			got := e.arrives(good(state), ticket, before)
			if got.who.Username != "lisi" || got.who.Role != access.Operator || got.next != "/deliveries?status=dead" || got.session == nil {
				t.Fatalf("got %+v, want lisi, an operator, on the way to the deliveries", got)
			}
			if who := e.who(got.session); who.Username != "lisi" {
				t.Errorf("got %+v behind the session, want lisi", who)
			}
			if who := e.who(before); who.Known() {
				t.Errorf("got %+v behind the session of before, want it renewed", who)
			}
			entries, _, err := e.store.AuditEntries(t.Context(), audit.Filter{Action: audit.SignIn})
			if err != nil || len(entries) == 0 || entries[0].Actor != "lisi" || entries[0].Via != audit.ViaOIDC || entries[0].Failed {
				t.Errorf("got %+v, %v, want the sign-in in the audit log", entries, err)
			}
		})
	}
}

func TestNobodyElseIsLetInAndTheLogTells(t *testing.T) {
	for name, tt := range map[string]struct {
		account oidc.Account
		why     access.Why
		actor   string
	}{
		"somebody unknown":          {oidc.Account{Username: "mallory", Email: "mallory@corp.example"}, access.Unknown, "mallory"},
		"an address nobody has":     {oidc.Account{Email: "mallory@corp.example"}, access.Unknown, "mallory@corp.example"},
		"an account without a name": {oidc.Account{}, access.Unknown, ""},
		"letters that look alike":   {oidc.Account{Username: "liſi"}, access.Unknown, "liſi"},
		"somebody disabled":         {oidc.Account{Username: "gone"}, access.Disabled, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			e := withCompany(t, tt.account)
			if err := e.store.CreateUser(t.Context(), ticket.User{Person: ticket.Person{Username: "gone"}, Role: ticket.Admin, Disabled: true}); err != nil {
				t.Fatal(err)
			}
			state, ticket := e.departs("/users")
			if got := e.arrives(good(state), ticket); got.why != tt.why || got.who.Known() || got.session != nil || got.next != "/users" {
				t.Errorf("got %+v, want nobody let in: %s", got, tt.why)
			}
			entries, _, err := e.store.AuditEntries(t.Context(), audit.Filter{Action: audit.SignIn})
			if err != nil || len(entries) != 1 || entries[0].Actor != tt.actor || entries[0].Via != audit.ViaOIDC || !entries[0].Failed {
				t.Errorf("got %+v, %v, want one entry in vain of %q", entries, err, tt.actor)
			}
		})
	}
}

func TestWhoComesBackMustHaveLeftHereWithinTenMinutesOnce(t *testing.T) {
	e := withCompany(t, oidc.Account{Username: "lisi"})
	state, ticket := e.departs("/")
	other, otherTicket := e.departs("/")
	swapped := *otherTicket
	swapped.Name = ticket.Name
	for name, got := range map[string]back{
		"no cookie":                 e.arrives(good(state)),
		"the cookie of another":     e.arrives(good(state), otherTicket),
		"another's cookie, renamed": e.arrives(good(state), &swapped),
		"a session's cookie":        e.arrives(good(state), &http.Cookie{Name: ticket.Name, Value: e.mustSignIn(nil).Value}),
		"no state":                  e.arrives(url.Values{"code": {"good"}}, ticket),
		"a state cut short":         e.arrives(good(state[:8]), ticket),
	} {
		if got.why != access.Stale || got.session != nil {
			t.Errorf("%s: got %+v, want nobody let in", name, got)
		}
	}
	if got := e.arrives(good(state), ticket, otherTicket); got.who.Username != "lisi" {
		t.Errorf("got %+v with the right cookie, want lisi", got)
	}
	if got := e.arrives(good(state), ticket); got.why != access.Stale {
		t.Errorf("got %+v a second time, want nobody let in", got)
	}
	e.clock.advance(11 * 60 * 1e9)
	if got := e.arrives(good(other), otherTicket); got.why != access.Stale {
		t.Errorf("got %+v after eleven minutes, want nobody let in", got)
	}
}

func TestWhoeverLeavesIsCarriedByTheirBrowserAlone(t *testing.T) {
	e := withCompany(t, oidc.Account{Username: "lisi"})
	kept := &counted{Sessions: e.Sessions}
	e.Sessions = kept
	for range 3 {
		_, c := e.departs(strings.Repeat("/far", 2000))
		if len(c.Value) > 3000 || strings.Contains(c.Value, "far") {
			t.Errorf("got a cookie of %d bytes, want one that fits and tells nothing", len(c.Value))
		}
	}
	state, ticket := e.departs("/")
	e.arrives(url.Values{"state": {state}, "code": {"bad"}}, ticket)
	if kept.written != 0 {
		t.Errorf("got %d rows written for nobody, want none", kept.written)
	}
}

// counted counts what is kept.
type counted struct {
	signin.Sessions
	written int
}

func (c *counted) PutSession(ctx context.Context, token string, data []byte, end time.Time) error {
	c.written++
	return c.Sessions.PutSession(ctx, token, data, end)
}

func TestWhatTheProviderSaysInsteadOfACodeIsTold(t *testing.T) {
	e := withCompany(t, oidc.Account{Username: "lisi"})
	for name, tt := range map[string]struct {
		with url.Values
		why  access.Why
	}{
		"somebody said no":     {url.Values{"error": {"access_denied"}}, access.Denied},
		"it broke off":         {url.Values{"error": {"temporarily_unavailable"}}, access.Failed},
		"another provider":     {url.Values{"code": {"good"}, "iss": {"https://evil.example"}}, access.Unproven},
		"a code of no account": {url.Values{"code": {"bad"}}, access.Unproven},
	} {
		state, ticket := e.departs("/flows")
		tt.with.Set("state", state)
		if got := e.arrives(tt.with, ticket); got.why != tt.why || got.next != "/flows" || got.session != nil {
			t.Errorf("%s: got %+v, want %s, and back to the flows", name, got, tt.why)
		}
	}
}

func TestAnAdministratorWithACompanyAccountIsOne(t *testing.T) {
	e := withCompany(t, oidc.Account{Username: "root"})
	if err := e.store.CreateUser(t.Context(), ticket.User{Person: ticket.Person{Username: "root"}, Role: ticket.Admin}); err != nil {
		t.Fatal(err)
	}
	if secret, err := e.FirstLink(t.Context()); secret != "" || err != nil {
		t.Errorf("got a link, %v, want none: root comes in without a password", err)
	}
	e.Company = nil
	if secret, err := e.FirstLink(t.Context()); secret == "" || err != nil {
		t.Errorf("got %q, %v, want a link where nobody can come in", secret, err)
	}
}

func TestTheCookieOfSomebodyUnderWayIsForTheWayBackAlone(t *testing.T) {
	e := withCompany(t, oidc.Account{Username: "lisi"})
	e.Home.Fixed = "https://bell.example"
	state, c := e.departs("/")
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/signin/oidc" || c.MaxAge != 600 {
		t.Errorf("got cookie %+v, want it for ten minutes, for no script, and for the way back alone", c)
	}
	if trip := e.Company.(*company).trips[state]; trip.Back != "https://bell.example/signin/oidc/callback" || len(trip.Verifier) < 43 {
		t.Errorf("got %+v, want the way back where people reach us, and a verifier", trip)
	}
}
