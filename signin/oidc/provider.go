package oidc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	coreos "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"ticketbell/access"
)

// How long a provider is waited for, and what it says of itself is believed.
const (
	usualPatience = 5 * time.Second
	fresh         = time.Hour
)

// Config is the provider and what we are to it. See [Config.Check].
type Config struct {
	Issuer   string
	ClientID string
	// ClientSecret is "" for a public client, whom PKCE alone protects.
	ClientSecret string
	// Scopes are asked for beside openid.
	Scopes []string
	// UsernameClaim is the claim that holds our usernames.
	UsernameClaim string
	// Patience is how long the provider is waited for, each time; 0 is five seconds.
	Patience time.Duration
	Now      func() time.Time
}

// Provider is where the company's accounts are.
type Provider struct {
	cfg    Config
	client *http.Client
	asking singleflight.Group

	mu    sync.Mutex
	known *described // guarded; nil until the provider was asked
}

// described is what the provider says of itself.
type described struct {
	provider *coreos.Provider
	client   *oauth2.Config
	at       time.Time
}

// New returns a provider nobody has asked yet.
func New(c Config) (*Provider, error) {
	if err := errors.Join(c.Check()...); err != nil {
		return nil, fmt.Errorf("configure the provider: %w", err)
	}
	// What it redirects us to would get the client's secret, or make us ask elsewhere.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Patience = cmp.Or(c.Patience, usualPatience)
	return &Provider{cfg: c, client: &http.Client{Timeout: c.Patience, CheckRedirect: stay}}, nil
}

// Trip is one way to the provider and back. State, Nonce and Verifier are random, and
// known to nobody but the browser that is sent there and us.
type Trip struct {
	// Back is the address the provider sends the browser to.
	Back                   string
	State, Nonce, Verifier string
}

// Address is where to send the browser.
func (p *Provider) Address(ctx context.Context, t Trip) (string, error) {
	d, err := p.describe(ctx)
	if err != nil {
		return "", &access.Stranger{Why: access.Away, Err: err}
	}
	return d.client.AuthCodeURL(t.State, t.back(), coreos.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)), nil
}

func (t Trip) back() oauth2.AuthCodeOption { return oauth2.SetAuthURLParam("redirect_uri", t.Back) }

// Issuer is who the provider is.
func (p *Provider) Issuer() string { return p.cfg.Issuer }

// describe asks the provider what it is, once an hour. Those who come at the same time
// wait for the same answer.
func (p *Provider) describe(ctx context.Context) (*described, error) {
	p.mu.Lock()
	d := p.known
	p.mu.Unlock()
	if d != nil && p.cfg.Now().Sub(d.at) < fresh {
		return d, nil
	}
	answer := p.asking.DoChan("", func() (any, error) { return p.discover(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-answer:
		d, _ := a.Val.(*described)
		return d, a.Err
	}
}

func (p *Provider) discover(ctx context.Context) (*described, error) {
	found, err := coreos.NewProvider(coreos.ClientContext(ctx, p.client), p.cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask %s what it is: %s", p.cfg.Issuer, short(err))
	}
	var says struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return nil, fmt.Errorf("ask %s what it is: %w", p.cfg.Issuer, err)
	}
	at := found.Endpoint()
	for _, address := range []string{at.AuthURL, at.TokenURL, says.Keys, cmp.Or(found.UserInfoEndpoint(), at.TokenURL)} {
		if err := p.cfg.checkEndpoint(address); err != nil {
			return nil, fmt.Errorf("%s names an address of its own: %w", p.cfg.Issuer, err)
		}
	}
	at.AuthStyle = p.cfg.style(says.Methods)
	d := &described{found, &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: at,
		Scopes: append([]string{coreos.ScopeOpenID}, p.cfg.Scopes...),
	}, p.cfg.Now()}
	p.mu.Lock()
	p.known = d
	p.mu.Unlock()
	return d, nil
}

// style is how the token endpoint is told who we are. A provider that knows one way is
// asked that way; with others the library finds out.
func (c Config) style(methods []string) oauth2.AuthStyle {
	switch {
	case c.ClientSecret == "" || (len(methods) == 1 && methods[0] == "client_secret_post"):
		return oauth2.AuthStyleInParams
	case len(methods) == 0 || (len(methods) == 1 && methods[0] == "client_secret_basic"):
		return oauth2.AuthStyleInHeader // what the specification presumes
	default:
		return oauth2.AuthStyleAutoDetect
	}
}
