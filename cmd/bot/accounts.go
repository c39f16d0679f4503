package main

import (
	"errors"
	"fmt"
	"time"

	"ticketbell/signin/oidc"
	"ticketbell/web"
)

// accounts is how people come in with the accounts of their company.
type accounts struct {
	OIDCIssuer           string   `name:"oidc-issuer" help:"Address of the OpenID provider where the company's accounts are. Empty: people come in by password alone." placeholder:"URL"`
	OIDCClientID         string   `name:"oidc-client-id" help:"What the provider calls us." placeholder:"ID"`
	OIDCClientSecretFile string   `name:"oidc-client-secret-file" help:"File whose first line is the client's secret. Empty: a public client." placeholder:"FILE"`
	OIDCScopes           []string `name:"oidc-scopes" help:"What is asked for beside openid." default:"profile,email" placeholder:"SCOPE"`
	OIDCUsernameClaim    string   `name:"oidc-username-claim" help:"The claim that holds ticketbell's usernames; nobody may be able to choose their own." default:"preferred_username" placeholder:"CLAIM"`
	OIDCLabel            string   `name:"oidc-label" help:"What the button calls the company's accounts, such as Keycloak. Empty: 企业账号." placeholder:"NAME"`
}

// config is what package oidc needs, without the secret.
func (c accounts) config() oidc.Config {
	return oidc.Config{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, Scopes: c.OIDCScopes, UsernameClaim: c.OIDCUsernameClaim, Now: time.Now}
}

func (c accounts) check() []error {
	if c.OIDCIssuer == "" {
		if c.OIDCClientID != "" || c.OIDCClientSecretFile != "" || c.OIDCLabel != "" {
			return []error{errors.New("oidc-issuer: must be given, or no other setting of OIDC")}
		}
		return nil
	}
	var errs []error
	for _, err := range c.config().Check() {
		errs = append(errs, fmt.Errorf("oidc-%w", err))
	}
	return errs
}

// admitCompany lets people come in with the company's accounts, when there are any. The
// provider is not asked before somebody does.
func (h *house) admitCompany(c accounts) error {
	if c.OIDCIssuer == "" {
		return nil
	}
	settings := c.config()
	if c.OIDCClientSecretFile != "" {
		secret, err := passwordIn(c.OIDCClientSecretFile)
		if err != nil {
			return fmt.Errorf("oidc-client-secret-file: %w", err)
		}
		settings.ClientSecret = secret
	}
	provider, err := oidc.New(settings)
	if err != nil {
		return err
	}
	h.gate.Company, h.company = provider, &web.Company{Label: c.OIDCLabel}
	return nil
}
