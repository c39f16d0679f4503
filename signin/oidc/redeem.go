package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	coreos "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"ticketbell/access"
)

// Account is who came back.
type Account struct {
	// Username is what the claim of [Config.UsernameClaim] holds, "" without one.
	Username string
	// Email is theirs for sure; "" when the provider did not verify it.
	Email string
}

// Redeem turns the code somebody came back with into who they are.
func (p *Provider) Redeem(ctx context.Context, t Trip, code string) (Account, error) {
	ctx = coreos.ClientContext(ctx, p.client)
	d, err := p.describe(ctx)
	if err != nil {
		return Account{}, &access.Stranger{Why: access.Away, Err: err}
	}
	token, err := d.client.Exchange(ctx, code, t.back(), oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return Account{}, refusal(err)
	}
	said, err := p.verify(ctx, d, t, token)
	if err != nil {
		return Account{}, err
	}
	return p.account(ctx, d, token, said)
}

// refusal judges why a code was not taken. The library's error quotes the answer, where
// the code may stand.
func refusal(err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return &access.Stranger{Why: access.Away, Err: fmt.Errorf("redeem the code: %s", short(err))}
	}
	s := &access.Stranger{Why: access.Failed, Code: Code(refused.ErrorCode), Err: fmt.Errorf("redeem the code: the provider answered %d", refused.Response.StatusCode)}
	switch {
	case s.Code == "invalid_client" || s.Code == "unauthorized_client" || (s.Code == "" && refused.Response.StatusCode == http.StatusUnauthorized):
		s.Why = access.Unset
	case s.Code == "" || refused.Response.StatusCode >= http.StatusInternalServerError:
		s.Why = access.Away
	}
	return s
}

// Code is an error code as OAuth 2.0 writes them, "" for what is none: it came through
// the browser, and is shown.
func Code(s string) string {
	const most = 64
	plain := func(r rune) bool { return (r >= 'a' && r <= 'z') || r == '_' }
	if len(s) > most || strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) >= 0 {
		return ""
	}
	return s
}

// claims are what an ID token or the provider's answer about a person holds.
type claims map[string]any

func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return strings.TrimSpace(s)
}

// email is an address the provider vouches for; some write the mark as a string. One with
// letters beyond ASCII is left out: in lower case it may be somebody else's.
func (c claims) email() string {
	address := c.text("email")
	if v := c["email_verified"]; (v != true && v != "true") || strings.IndexFunc(address, beyondASCII) >= 0 {
		return ""
	}
	return address
}

func beyondASCII(r rune) bool { return r > unicode.MaxASCII }

// verify returns what the ID token says, once it is proven.
func (p *Provider) verify(ctx context.Context, d *described, t Trip, token *oauth2.Token) (claims, error) {
	unproven := func(format string, args ...any) error {
		return &access.Stranger{Why: access.Unproven, Err: fmt.Errorf(format, args...)}
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, unproven("the provider answered without an ID token")
	}
	proof, err := d.provider.Verifier(&coreos.Config{ClientID: p.cfg.ClientID, Now: p.cfg.Now}).Verify(ctx, raw)
	if err != nil {
		if strings.Contains(err.Error(), "fetching keys") { // the library has no type for it
			return nil, &access.Stranger{Why: access.Away, Err: fmt.Errorf("fetch the provider's keys: %s", short(err))}
		}
		return nil, unproven("the ID token is not proven: %s", short(err))
	}
	if subtle.ConstantTimeCompare([]byte(proof.Nonce), []byte(t.Nonce)) != 1 {
		return nil, unproven("the ID token has another nonce: it was made for another sign-in")
	}
	if proof.AccessTokenHash != "" {
		if err := proof.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, unproven("the access token is not that of the ID token: %s", short(err))
		}
	}
	said := claims{}
	if err := proof.Claims(&said); err != nil {
		return nil, unproven("the ID token cannot be read: %s", short(err))
	}
	if said.text("sub") == "" {
		return nil, unproven("the ID token names no subject")
	}
	if party := said.text("azp"); party != p.cfg.ClientID && (party != "" || len(proof.Audience) > 1) {
		return nil, unproven("the ID token was issued to %q", party)
	}
	return said, nil
}

// account reads who it is, and asks once more for what is not in the ID token: the
// specification lets a provider leave all of it out.
func (p *Provider) account(ctx context.Context, d *described, token *oauth2.Token, said claims) (Account, error) {
	who := Account{said.text(p.cfg.UsernameClaim), said.email()}
	missing := slices.Contains([]string{said.text(p.cfg.UsernameClaim), said.text("email")}, "")
	if !missing || d.provider.UserInfoEndpoint() == "" {
		return who, nil
	}
	more, err := p.ask(ctx, d, token, said.text("sub"))
	if err != nil {
		if who.Username != "" || who.Email != "" { // it may be enough
			return who, nil
		}
		return Account{}, err
	}
	if who.Username == "" {
		who.Username = more.text(p.cfg.UsernameClaim)
	}
	if who.Email == "" {
		who.Email = more.email()
	}
	return who, nil
}

// ask asks the provider about the person whose token it is.
func (p *Provider) ask(ctx context.Context, d *described, token *oauth2.Token, subject string) (claims, error) {
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, &access.Stranger{Why: access.Away, Err: fmt.Errorf("ask the provider about the person: %s", quiet(err))}
	}
	if info.Subject != subject {
		return nil, &access.Stranger{Why: access.Unproven, Err: errors.New("the provider answered about somebody else")}
	}
	said := claims{}
	if err := info.Claims(&said); err != nil {
		return nil, &access.Stranger{Why: access.Unproven, Err: fmt.Errorf("read what the provider says about the person: %s", short(err))}
	}
	return said, nil
}
