// Package wecom sends cards as messages of a WeCom (企业微信) app, brings those with
// buttons up to date, takes in what people press and write, and finds members by phone
// and e-mail.
//
// It speaks through the SDK PowerWeChat, inside a wrapper that is needed because
// used bare that SDK loses message bodies on a token refresh, fetches a token per
// goroutine, races, prints secrets and switches TLS verification off behind a
// proxy (wecom.md 2.3 and 2.4; sdk.go, guard.go, token.go and call.go are the
// wrapper, and wrapper_test.go judges it against each finding). What the answers
// of WeCom mean for a delivery is one table, in codes.go.
//
// [Door] is where WeCom hands in presses and words. It is our own down to the AES: the
// SDK's takes unsigned plaintext (finding 1).
package wecom
