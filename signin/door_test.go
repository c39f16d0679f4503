package signin_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/signin"
	"ticketbell/store"
	"ticketbell/ticket"
)

const password = "three unrelated words"

// clock is a time the tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time // guarded
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// entrance is a door with a store behind it, in which lisi has a password.
type entrance struct {
	*signin.Door

	t     *testing.T
	store *store.Store
	clock *clock
}

func newEntrance(t *testing.T) *entrance {
	t.Helper()
	c := &clock{now: time.Now()} // scs knows no other clock
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "x.db"), Key: bytes.Repeat([]byte("k"), 32), Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	d, err := signin.New(signin.Config{Records: s, Sessions: s, Users: s, Audit: s, Key: bytes.Repeat([]byte("s"), 32), Now: c.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	e := &entrance{d, t, s, c}
	if err := s.CreateUser(t.Context(), ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Operator}); err != nil {
		t.Fatal(err)
	}
	if err := d.SetPassword(t.Context(), "lisi", password); err != nil {
		t.Fatal(err)
	}
	return e
}

// request is a request with a cookie, when there is one.
func (e *entrance) request(c *http.Cookie) *http.Request {
	r := httptest.NewRequestWithContext(e.t.Context(), http.MethodPost, "http://bell.example/signin", nil)
	if c != nil {
		r.AddCookie(c)
	}
	return r
}

// signIn lets somebody in and returns the cookie they got.
func (e *entrance) signIn(before *http.Cookie, username, password string) (*http.Cookie, error) {
	w := httptest.NewRecorder()
	_, err := e.SignIn(w, e.request(before), username, password)
	for _, c := range w.Result().Cookies() {
		return c, err
	}
	return nil, err
}

// mustSignIn is lisi's cookie.
func (e *entrance) mustSignIn(before *http.Cookie) *http.Cookie {
	e.t.Helper()
	c, err := e.signIn(before, "lisi", password)
	if err != nil {
		e.t.Fatal(err)
	}
	return c
}

// who is behind a request with that cookie.
func (e *entrance) who(c *http.Cookie) (p access.Principal) {
	e.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { p = access.Current(r.Context()) })).
		ServeHTTP(httptest.NewRecorder(), e.request(c))
	return p
}

func TestASessionSaysWhoIsBehindARequest(t *testing.T) {
	e := newEntrance(t)
	c := e.mustSignIn(nil)
	if got := e.who(c); got.Username != "lisi" || got.Role != access.Operator || got.Demo {
		t.Errorf("got %+v, want lisi, an operator", got)
	}
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure {
		t.Errorf("got cookie %+v, want HttpOnly and Lax, and not Secure over HTTP", c)
	}
	for _, other := range []*http.Cookie{nil, {Name: c.Name, Value: "made-up"}} {
		if got := e.who(other); got.Known() {
			t.Errorf("got %+v with the cookie %v, want nobody", got, other)
		}
	}
}

func TestTheCookieIsSecureBehindHTTPS(t *testing.T) {
	e := newEntrance(t)
	r := e.request(nil)
	r.Header.Set("X-Forwarded-Proto", "https")
	w := httptest.NewRecorder()
	if _, err := e.SignIn(w, r, "lisi", password); err != nil {
		t.Fatal(err)
	}
	if c := w.Result().Cookies()[0]; !c.Secure {
		t.Errorf("got cookie %+v, want it Secure", c)
	}
}

func TestTheCookieIsSecureWherePeopleReachUsByHTTPS(t *testing.T) {
	e := newEntrance(t)
	for address, want := range map[string]bool{"https://bell.example": true, "http://bell.example": false} {
		e.Home.Fixed = address
		if c := e.mustSignIn(nil); c.Secure != want {
			t.Errorf("%s: got Secure %v, want %v", address, c.Secure, want)
		}
	}
}

func TestASavedHTTPSAddressLocksNobodyOutWhoComesByAnother(t *testing.T) {
	e := newEntrance(t)
	saved := ""
	e.Home.Saved = func(context.Context) string { return saved }
	here := "https://" + e.request(nil).Host
	for address, want := range map[string]bool{"": false, here: true, "https://elsewhere.example": false} {
		saved = address
		if c := e.mustSignIn(nil); c.Secure != want {
			t.Errorf("%q is saved: got Secure %v, want %v", address, c.Secure, want)
		}
	}
}

func TestSigningInRenewsTheSession(t *testing.T) {
	e := newEntrance(t)
	first := e.mustSignIn(nil)
	second := e.mustSignIn(first)
	if first.Value == second.Value {
		t.Error("got the same session after signing in, want a new one")
	}
	if got := e.who(first); got.Known() {
		t.Errorf("got %+v with the session of before, want nobody", got)
	}
}

func TestWhoChangesIsOutOrLessAtOnce(t *testing.T) {
	e := newEntrance(t)
	lisi := ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
	c := e.mustSignIn(nil)
	if err := e.store.UpdateUser(t.Context(), lisi); err != nil {
		t.Fatal(err)
	}
	if got := e.who(c); got.Role != access.Member {
		t.Errorf("got the role %q after lisi was made a member", got.Role)
	}
	if err := e.SetPassword(t.Context(), "lisi", password+" more"); err != nil {
		t.Fatal(err)
	}
	e.clock.advance(time.Second)
	if got := e.who(c); got.Known() {
		t.Errorf("got %+v with the session of the old password, want nobody", got)
	}
	c, err := e.signIn(nil, "lisi", password+" more")
	if err != nil {
		t.Fatal(err)
	}
	lisi.Disabled = true
	if err := e.store.UpdateUser(t.Context(), lisi); err != nil {
		t.Fatal(err)
	}
	if got := e.who(c); got.Known() {
		t.Errorf("got %+v after lisi was disabled, want nobody", got)
	}
	if _, err := e.signIn(nil, "lisi", password+" more"); err == nil {
		t.Error("got lisi let in, disabled")
	}
}

func TestFiveWrongPasswordsLockForTenMinutesWhoeverItIs(t *testing.T) {
	e := newEntrance(t)
	for _, name := range []string{"lisi", "nobody"} {
		for left := 4; left >= 0; left-- {
			_, err := e.signIn(nil, name, "wrong")
			no, ok := errors.AsType[*access.Refused](err)
			if !ok || no.Left != left || no.Until.IsZero() != (left > 0) {
				t.Errorf("%s: got %+v, want %d left", name, err, left)
			}
		}
		if _, err := e.signIn(nil, name, password); err == nil {
			t.Errorf("%s: got them let in while locked", name)
		}
	}
	e.clock.advance(10*time.Minute + time.Second)
	if _, err := e.signIn(nil, "lisi", password); err != nil {
		t.Errorf("got %v after ten minutes, want lisi let in", err)
	}
}

func TestASessionEndsWhenNobodyUsesIt(t *testing.T) {
	e := newEntrance(t)
	c := e.mustSignIn(nil)
	e.clock.advance(7 * time.Hour)
	if got := e.who(c); !got.Known() {
		t.Error("got nobody after seven hours, want lisi")
	}
	e.clock.advance(2 * time.Hour)
	if got := e.who(c); got.Known() {
		t.Errorf("got %+v long after the last request, want nobody", got)
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	e := newEntrance(t)
	c := e.mustSignIn(nil)
	w := httptest.NewRecorder()
	if err := e.SignOut(w, e.request(c)); err != nil {
		t.Fatal(err)
	}
	if got := w.Result().Cookies()[0]; got.MaxAge >= 0 {
		t.Errorf("got cookie %+v, want it taken away", got)
	}
	if got := e.who(c); got.Known() {
		t.Errorf("got %+v with a session that was ended", got)
	}
}

func TestTheFirstLinkMakesOneAdministrator(t *testing.T) {
	e := newEntrance(t)
	secret, err := e.FirstLink(t.Context())
	if err != nil || secret == "" {
		t.Fatalf("got %q, %v, want a link while there is no administrator", secret, err)
	}
	setUp := func(name string) error {
		_, err := e.SetUp(httptest.NewRecorder(), e.request(nil), secret, name, password)
		return err
	}
	if _, err := e.SetUp(httptest.NewRecorder(), e.request(nil), secret, "root", "short"); !errors.Is(err, access.ErrWeak) {
		t.Errorf("got %v for a short password, want it refused and the link kept", err)
	}
	if err := setUp("root"); err != nil {
		t.Fatal(err)
	}
	if err := setUp("mallory"); !errors.Is(err, access.ErrLink) {
		t.Errorf("got %v for the link a second time, want it refused", err)
	}
	if u, err := e.store.User(t.Context(), "root"); err != nil || u.Role != ticket.Admin {
		t.Errorf("got %+v, %v, want root to be an administrator", u, err)
	}
	if again, err := e.FirstLink(t.Context()); again != "" || err != nil {
		t.Errorf("got %q, %v, want no link once there is an administrator", again, err)
	}
}

func TestAnInvitationIsForOnePersonAndHalfAnHour(t *testing.T) {
	e := newEntrance(t)
	secret, err := e.Invite(t.Context(), "lisi")
	if err != nil {
		t.Fatal(err)
	}
	if who, err := e.Invited(t.Context(), secret); who != "lisi" || err != nil {
		t.Errorf("got %q, %v, want lisi", who, err)
	}
	p, err := e.SetUp(httptest.NewRecorder(), e.request(nil), secret, "root", password+" new")
	if err != nil || p.Username != "lisi" || p.Role != access.Operator {
		t.Errorf("got %+v, %v, want lisi as they were, whatever name was typed", p, err)
	}
	secret, err = e.Invite(t.Context(), "lisi")
	if err != nil {
		t.Fatal(err)
	}
	e.clock.advance(31 * time.Minute)
	if _, err := e.Invited(t.Context(), secret); !errors.Is(err, access.ErrLink) {
		t.Errorf("got %v after half an hour, want the link over", err)
	}
	if _, err := e.Invite(t.Context(), "nobody"); err == nil {
		t.Error("got a link for nobody")
	}
}

func TestTheLogTellsOfEntriesWithoutPasswords(t *testing.T) {
	e := newEntrance(t)
	e.mustSignIn(nil)
	_, _ = e.signIn(nil, "lisi", "a wrong one") // refused, as it should be
	entries, _, err := e.store.AuditEntries(t.Context(), audit.Filter{Action: audit.SignIn})
	if err != nil || len(entries) != 2 || !entries[0].Failed || entries[1].Failed {
		t.Errorf("got %+v, %v, want one entry in vain after one that was let in", entries, err)
	}
}
