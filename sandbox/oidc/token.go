package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keyID     = "key-1"
	tokenTime = 5 * time.Minute
)

// token redeems a code (Core 3.1.3, RFC 7636 4.6).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, description string) {
		answer(w, status, map[string]string{"error": code, "error_description": description})
	}
	code := r.PostFormValue("code")
	switch {
	case p.strikes(tokenDown):
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	case p.strikes(tokenSlow):
		<-r.Context().Done()
		return
	case !p.knows(r) || p.strikes(wrongSecret):
		refuse(http.StatusUnauthorized, "invalid_client", "unknown client or wrong secret")
		return
	case r.PostFormValue("grant_type") != "authorization_code":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "")
		return
	}
	g := p.take(code, r.PostFormValue("redirect_uri"), r.PostFormValue("code_verifier"))
	if g == nil || p.strikes(usedCode) {
		refuse(http.StatusBadRequest, "invalid_grant", "the code "+code+" is not valid")
		return
	}
	access := rand.Text()
	p.mu.Lock()
	p.grants["Bearer "+access] = g
	p.mu.Unlock()
	says := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(tokenTime.Seconds())}
	if !p.strikes(noIDToken) {
		signed, err := p.sign(p.say(issuer(r), g, access))
		if err != nil {
			refuse(http.StatusInternalServerError, "server_error", err.Error())
			return
		}
		says["id_token"] = signed
	}
	answer(w, http.StatusOK, says)
}

// knows reports whether it is the client, by the one way it may say so.
func (p *Provider) knows(r *http.Request) bool {
	id, secret, inHeader := r.BasicAuth()
	if p.cfg.PostOnly {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
		return !inHeader && id == p.cfg.ClientID && secret == p.cfg.ClientSecret
	}
	return inHeader && id == p.cfg.ClientID && secret == p.cfg.ClientSecret
}

// take uses a code up: nil when it is no code, was used, or was given to another browser.
func (p *Provider) take(code, back, verifier string) *grant {
	sum := sha256.Sum256([]byte(verifier))
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.grants[code]
	if g == nil || g.used || g.back != back || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return nil
	}
	g.used = true
	return g
}

// say is what an ID token says (Core 2).
func (p *Provider) say(issuer string, g *grant, access string) map[string]any {
	now := p.cfg.Now()
	says := map[string]any{}
	if !p.cfg.Thin {
		says = g.account.claims()
	}
	says["iss"], says["sub"], says["aud"], says["nonce"] = issuer, g.account.subject(), p.cfg.ClientID, g.nonce
	says["iat"], says["exp"], says["at_hash"] = now.Unix(), now.Add(tokenTime).Unix(), halfOf(access)
	for fault, change := range map[string]func(){
		wrongNonce:    func() { says["nonce"] = "another" },
		wrongAudience: func() { says["aud"] = "another" },
		wrongParty:    func() { says["aud"], says["azp"] = []string{p.cfg.ClientID, "another"}, "another" },
		wrongIssuer:   func() { says["iss"] = "https://login.example.com" },
		expired:       func() { says["exp"] = now.Add(-time.Minute).Unix() },
		noSubject:     func() { delete(says, "sub") },
		otherAccess:   func() { says["at_hash"] = halfOf("another") },
	} {
		if p.strikes(fault) {
			change()
		}
	}
	return says
}

// halfOf is at_hash: the left half of the SHA-256 of an access token.
func halfOf(access string) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// sign makes an ID token of what it says.
func (p *Provider) sign(says map[string]any) (string, error) {
	payload, err := json.Marshal(says)
	if err != nil {
		return "", err
	}
	key := jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: keyID}}
	switch {
	case p.strikes(noSignature):
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
		return head + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", nil
	case p.strikes(wrongKey):
		other, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return "", err
		}
		key.Key = jose.JSONWebKey{Key: other, KeyID: keyID}
	case p.strikes(sharedSecret):
		key = jose.SigningKey{Algorithm: jose.HS256, Key: x509.MarshalPKCS1PublicKey(&p.key.PublicKey)}
	}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
