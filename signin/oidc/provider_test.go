package oidc_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"ticketbell/access"
	"ticketbell/sandbox"
	company "ticketbell/sandbox/oidc"
	"ticketbell/signin/oidc"
)

const back = "https://bell.example/signin/oidc/callback"

// stage is a provider and a client of it.
type stage struct {
	*oidc.Provider

	t      *testing.T
	faults *sandbox.Faults
	asked  *atomic.Int64 // how often the provider was asked
	now    *atomic.Int64 // seconds
}

func newStage(t *testing.T, change ...func(*company.Config, *oidc.Config)) *stage {
	t.Helper()
	s := &stage{t: t, faults: sandbox.NewFaults(), asked: &atomic.Int64{}, now: &atomic.Int64{}}
	s.now.Store(time.Now().Unix())
	clock := func() time.Time { return time.Unix(s.now.Load(), 0) }
	theirs := company.Config{
		ClientID: "bell", ClientSecret: "s3cret-of-the-client", Backs: []string{back}, Faults: s.faults, Now: clock,
		Accounts: []company.Account{
			{Username: "lisi", Name: "李四", Email: "lisi@corp.example", Verified: true},
			{Username: "wangwu", Name: "王五", Email: "wangwu@corp.example"},
			{Name: "赵六", Email: "zhaoliu@corp.example", Verified: true},
		},
	}
	ours := oidc.Config{ClientID: "bell", ClientSecret: "s3cret-of-the-client", Scopes: []string{"profile", "email"}, UsernameClaim: "preferred_username", Patience: 20 * time.Second, Now: clock}
	for _, c := range change {
		c(&theirs, &ours)
	}
	provider, err := company.New(theirs)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		provider.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	ours.Issuer = srv.URL
	if s.Provider, err = oidc.New(ours); err != nil {
		t.Fatal(err)
	}
	return s
}

func trip() oidc.Trip {
	return oidc.Trip{Back: back, State: "the-state", Nonce: "the-nonce", Verifier: oauth2.GenerateVerifier()}
}

// visit is what a browser does at an address: it returns with what it is sent back with.
func visit(t *testing.T, address string) url.Values {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	to, err := resp.Location()
	if err != nil || !strings.HasPrefix(to.String(), back+"?") {
		t.Fatalf("got %d to %v, want the browser sent back", resp.StatusCode, to)
	}
	return to.Query()
}

// goes there as somebody and comes back.
func (s *stage) goes(name string) (oidc.Account, error) {
	s.t.Helper()
	there := trip()
	address, err := s.Address(s.t.Context(), there)
	if err != nil {
		return oidc.Account{}, err
	}
	with := visit(s.t, address+"&as="+url.QueryEscape(name))
	if with.Get("state") != there.State {
		s.t.Fatalf("got the state %q, want what was sent", with.Get("state"))
	}
	return s.Redeem(s.t.Context(), there, with.Get("code"))
}

func TestWhoComesBackIsWhoTheProviderProves(t *testing.T) {
	thin := func(c *company.Config, _ *oidc.Config) { c.Thin = true }
	post := func(c *company.Config, _ *oidc.Config) { c.PostOnly = true }
	byMail := func(_ *company.Config, c *oidc.Config) { c.UsernameClaim = "email" }
	for name, tt := range map[string]struct {
		change func(*company.Config, *oidc.Config)
		as     string
		want   oidc.Account
	}{
		"everything in the ID token":     {nil, "李四", oidc.Account{Username: "lisi", Email: "lisi@corp.example"}},
		"an address nobody verified":     {nil, "王五", oidc.Account{Username: "wangwu"}},
		"no username":                    {nil, "赵六", oidc.Account{Email: "zhaoliu@corp.example"}},
		"userinfo alone":                 {thin, "李四", oidc.Account{Username: "lisi", Email: "lisi@corp.example"}},
		"userinfo alone, not verified":   {thin, "王五", oidc.Account{Username: "wangwu"}},
		"a secret in the form alone":     {post, "李四", oidc.Account{Username: "lisi", Email: "lisi@corp.example"}},
		"usernames in a claim of choice": {byMail, "王五", oidc.Account{Username: "wangwu@corp.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			changes := []func(*company.Config, *oidc.Config){}
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			if got, err := newStage(t, changes...).goes(tt.as); err != nil || got != tt.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func TestAProviderThatMisbehavesLetsNobodyIn(t *testing.T) {
	whys := map[string]access.Why{
		"discovery_down": access.Away, "other_issuer": access.Away, "plain_token": access.Away, "moved": access.Away,
		"wrong_secret": access.Unset, "used_code": access.Failed, "token_down": access.Away, "keys_down": access.Away,
		"no_id_token": access.Unproven, "wrong_nonce": access.Unproven, "wrong_audience": access.Unproven, "wrong_party": access.Unproven,
		"wrong_issuer": access.Unproven, "expired": access.Unproven, "wrong_key": access.Unproven, "no_signature": access.Unproven,
		"shared_secret": access.Unproven, "no_subject": access.Unproven, "other_access": access.Unproven,
	}
	elsewhere := map[string]bool{
		"discovery_slow": true, "token_slow": true, "other_person": true, "person_down": true, // below
		"denied": true, "gave_up": true, "other_state": true, // in the tests of the door
	}
	s := newStage(t)
	for _, fault := range company.FaultNames() {
		if elsewhere[fault] {
			continue
		}
		t.Run(fault, func(t *testing.T) {
			s.t = t
			s.now.Add(3601) // it is asked again what it is
			s.faults.Set(sandbox.Fault{Channel: company.Channel, Name: fault})
			got, err := s.goes("李四")
			no, ok := errors.AsType[*access.Stranger](err)
			if !ok || no.Why != whys[fault] || got != (oidc.Account{}) {
				t.Fatalf("got %+v, %v, want nobody let in, %q", got, err, whys[fault])
			}
			s.faults.Clear("")
			if _, err := s.goes("李四"); err != nil {
				t.Errorf("got %v once the provider behaves, want them let in", err)
			}
		})
	}
}

func TestAProviderThatIsSlowIsNotWaitedForLong(t *testing.T) {
	for _, fault := range []string{"discovery_slow", "token_slow"} {
		s := newStage(t, func(_ *company.Config, c *oidc.Config) { c.Patience = 300 * time.Millisecond })
		s.faults.Set(sandbox.Fault{Channel: company.Channel, Name: fault})
		_, err := s.goes("李四")
		if no, ok := errors.AsType[*access.Stranger](err); !ok || no.Why != access.Away {
			t.Errorf("%s: got %v, want it given up", fault, err)
		}
	}
}

func TestUserinfoIsBelievedAboutTheSamePersonAlone(t *testing.T) {
	for fault, want := range map[string]access.Why{"other_person": access.Unproven, "person_down": access.Away} {
		s := newStage(t, func(c *company.Config, _ *oidc.Config) { c.Thin = true })
		s.faults.Set(sandbox.Fault{Channel: company.Channel, Name: fault})
		_, err := s.goes("李四")
		no, ok := errors.AsType[*access.Stranger](err)
		if !ok || no.Why != want {
			t.Errorf("%s: got %v, want %q", fault, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "Bearer") {
			t.Errorf("%s: got %v, want no token in it", fault, err)
		}
	}
}

func TestNoErrorHoldsACodeOrASecret(t *testing.T) {
	s := newStage(t)
	there := trip()
	for _, fault := range []string{"used_code", "wrong_secret", "token_down"} {
		s.faults.Clear("")
		s.faults.Set(sandbox.Fault{Channel: company.Channel, Name: fault})
		_, err := s.Redeem(t.Context(), there, "the-code")
		if err == nil {
			t.Fatalf("%s: got somebody let in", fault)
		}
		for _, secret := range []string{"the-code", there.Verifier, "s3cret-of-the-client", there.Nonce} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: got %q, want no %s in it", fault, err, secret)
			}
		}
	}
}

func TestACodeIsWorthNothingInAnotherBrowser(t *testing.T) {
	s := newStage(t)
	there := trip()
	address, err := s.Address(t.Context(), there)
	if err != nil {
		t.Fatal(err)
	}
	code := visit(t, address+"&as="+url.QueryEscape("李四")).Get("code")
	if got, err := s.Redeem(t.Context(), trip(), code); err == nil {
		t.Errorf("got %+v let in with the verifier of another sign-in", got)
	}
}

func TestTheProviderIsAskedWhatItIsOnceAnHour(t *testing.T) {
	s := newStage(t)
	if s.asked.Load() != 0 {
		t.Error("got the provider asked before anybody wanted in")
	}
	for range 3 {
		if _, err := s.Address(t.Context(), trip()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.asked.Load(); got != 1 {
		t.Errorf("got it asked %d times, want once", got)
	}
	s.now.Add(3601)
	if _, err := s.Address(t.Context(), trip()); err != nil || s.asked.Load() != 2 {
		t.Errorf("got it asked %d times, %v, want once more after an hour", s.asked.Load(), err)
	}
}

func TestASettingThatIsWrongIsNamed(t *testing.T) {
	good := oidc.Config{Issuer: "https://login.example.com/realms/corp", ClientID: "bell", UsernameClaim: "upn"}
	if wrong := good.Check(); len(wrong) > 0 {
		t.Errorf("got %v, want nothing wrong", wrong)
	}
	for issuer, fine := range map[string]bool{
		"http://127.0.0.1:9000": true, "http://[::1]:9000": true, "http://localhost/x": true,
		"http://login.example.com": false, "login.example.com": false, "https://u:p@login.example.com": false, "https://login.example.com?x=1": false, "": false,
	} {
		c := good
		c.Issuer = issuer
		if wrong := c.Check(); (len(wrong) == 0) != fine {
			t.Errorf("%q: got %v, want it fine: %v", issuer, wrong, fine)
		}
	}
	err := errors.Join(oidc.Config{Issuer: "https://login.example.com"}.Check()...)
	if err == nil || !strings.Contains(err.Error(), "client-id") || !strings.Contains(err.Error(), "username-claim") {
		t.Errorf("got %v, want both that are missing named", err)
	}
}

func TestACodeThatIsShownIsPlain(t *testing.T) {
	for said, want := range map[string]string{
		"access_denied": "access_denied", "": "", "<b>": "", "call 555": "", "Error": "", strings.Repeat("a", 65): "",
	} {
		if got := oidc.Code(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}
