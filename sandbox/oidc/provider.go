package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ticketbell/sandbox"
)

// Account is somebody of the company.
type Account struct {
	Username, Name, Email string
	// Verified is set when Email is theirs for sure.
	Verified bool
}

// Config says what kind of provider to be.
type Config struct {
	// ClientID and ClientSecret are of the one client it knows.
	ClientID, ClientSecret string
	// Backs are the addresses a browser may be sent back to.
	Backs    []string
	Accounts []Account
	// Faults decides what goes wrong, on channel [Channel].
	Faults *sandbox.Faults
	// PostOnly takes the client's secret in the form alone, not in a header.
	PostOnly bool
	// Thin leaves what is known of a person out of the ID token; userinfo has it.
	Thin bool
	Now  func() time.Time
}

// Provider is the simulated provider: a handler that calls itself what it is called.
type Provider struct {
	cfg Config
	mux *http.ServeMux
	key *rsa.PrivateKey

	mu     sync.Mutex
	grants map[string]*grant // guarded; by code, and by access token
}

// grant is a code that was given out, and the access token it became.
type grant struct {
	account                Account
	nonce, challenge, back string
	used                   bool
}

// keyBits is the length of a key that signs.
const keyBits = 2048

// New returns a provider.
func New(c Config) (*Provider, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	p := &Provider{cfg: c, mux: http.NewServeMux(), key: key, grants: map[string]*grant{}}
	p.mux.HandleFunc("GET /.well-known/openid-configuration", p.describe)
	p.mux.HandleFunc("GET /keys", p.keys)
	p.mux.HandleFunc("GET /authorize", p.authorize)
	p.mux.HandleFunc("POST /token", p.token)
	p.mux.HandleFunc("GET /userinfo", p.userInfo)
	return p, nil
}

// ServeHTTP answers as the provider.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// Allow lets a browser be sent back to another address.
func (p *Provider) Allow(back string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cfg.Backs = append(p.cfg.Backs, back)
}

// allowed reports whether a browser may be sent back there.
func (p *Provider) allowed(back string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.cfg.Backs, back)
}

// strikes reports whether the fault hits this request.
func (p *Provider) strikes(fault string) bool {
	_, hit := p.cfg.Faults.Take(Channel, fault)
	return hit
}

// issuer is what the provider is called: where it was asked.
func issuer(r *http.Request) string { return "http://" + r.Host }

func (p *Provider) describe(w http.ResponseWriter, r *http.Request) {
	self := issuer(r)
	says := map[string]any{
		"issuer": self, "authorization_endpoint": self + "/authorize", "token_endpoint": self + "/token",
		"jwks_uri": self + "/keys", "userinfo_endpoint": self + "/userinfo",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"code_challenge_methods_supported":      []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{p.method()},
	}
	switch {
	case p.strikes(discoveryDown):
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	case p.strikes(discoverySlow):
		<-r.Context().Done()
		return
	case p.strikes(moved):
		http.Redirect(w, r, "http://192.0.2.1/.well-known/openid-configuration", http.StatusFound)
		return
	case p.strikes(otherIssuer):
		says["issuer"] = "https://login.example.com"
	case p.strikes(plainToken):
		says["token_endpoint"] = "http://192.0.2.1/token"
	}
	answer(w, http.StatusOK, says)
}

// method is how a client says who it is.
func (p *Provider) method() string {
	if p.cfg.PostOnly {
		return "client_secret_post"
	}
	return "client_secret_basic"
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	if p.strikes(keysDown) {
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	}
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: keyID, Algorithm: "RS256", Use: "sig"}}})
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	g := p.grants[r.Header.Get("Authorization")]
	p.mu.Unlock()
	switch {
	case g == nil:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "no such token", http.StatusUnauthorized)
	case p.strikes(personDown):
		http.Error(w, "down for maintenance: "+r.Header.Get("Authorization"), http.StatusServiceUnavailable)
	default:
		says := g.account.claims()
		says["sub"] = g.account.subject()
		if p.strikes(otherPerson) {
			says["sub"] = "somebody else"
		}
		answer(w, http.StatusOK, says)
	}
}

// subject is what the provider calls an account, for good.
func (a Account) subject() string { return "sub-" + a.Username }

// claims are what is known of somebody.
func (a Account) claims() map[string]any {
	known := map[string]any{"name": a.Name, "email_verified": a.Verified}
	if a.Username != "" {
		known["preferred_username"] = a.Username
	}
	if a.Email != "" {
		known["email"] = a.Email
	}
	return known
}

func answer(w http.ResponseWriter, status int, content any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // whoever asked may be gone
}
