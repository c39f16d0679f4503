// Package oidc is an OpenID provider small enough for a test: the accounts of a simulated
// company, and a page on which whoever comes chooses one of them.
//
// It follows OpenID Connect Core 1.0, Discovery 1.0 and RFC 7636, and asks for more than
// they do: a request without state, nonce and S256 is refused. On demand it misbehaves, see
// [FaultNames].
package oidc
