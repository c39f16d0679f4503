package oidc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"ticketbell/access"
	"ticketbell/signin/oidc"
)

// TestAProviderByOthersIsUnderstood has somebody else's reading of the specifications
// check ours: mockoidc is what oauth2-proxy is tested with.
func TestAProviderByOthersIsUnderstood(t *testing.T) {
	mock, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mock.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	p, err := oidc.New(oidc.Config{
		Issuer: mock.Issuer(), ClientID: mock.ClientID, ClientSecret: mock.ClientSecret,
		Scopes: []string{"profile", "email"}, UsernameClaim: "preferred_username", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	comeBack := func() (oidc.Account, error) {
		there := trip()
		address, err := p.Address(t.Context(), there)
		if err != nil {
			t.Fatal(err)
		}
		return p.Redeem(t.Context(), there, visit(t, address).Get("code"))
	}
	mock.QueueUser(&mockoidc.MockUser{Subject: "1", PreferredUsername: "lisi", Email: "lisi@corp.example", EmailVerified: true})
	if got, err := comeBack(); err != nil || got != (oidc.Account{Username: "lisi", Email: "lisi@corp.example"}) {
		t.Errorf("got %+v, %v, want lisi", got, err)
	}
	mock.QueueUser(&mockoidc.MockUser{Subject: "2", PreferredUsername: "wangwu", Email: "wangwu@corp.example"})
	if got, err := comeBack(); err != nil || got != (oidc.Account{Username: "wangwu"}) {
		t.Errorf("got %+v, %v, want wangwu, without an address nobody verified", got, err)
	}
	mock.FastForward(-time.Hour) // its tokens are over before they come
	_, err = comeBack()
	if no, ok := errors.AsType[*access.Stranger](err); !ok || no.Why != access.Unproven {
		t.Errorf("got %v for a token that is over, want it refused", err)
	}
}
