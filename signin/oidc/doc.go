// Package oidc speaks OpenID Connect with one provider, where the company's accounts are:
// where to send a browser, and who came back.
//
// It asks for a code, with PKCE (RFC 7636), and believes an ID token whose signature,
// issuer, audience, time and nonce are right, and nothing else. Whatever goes wrong is an
// [*access.Stranger]. The provider is first asked when somebody wants to come in: one that
// is down keeps nobody from starting, and nobody with a password out.
package oidc
