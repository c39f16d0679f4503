// Package identity knows which address on which channel belongs to whom.
//
// An id an administrator entered wins. Otherwise the provider is asked, once, by
// e-mail address and phone number, and the answer is remembered for the app that
// gave it: a Feishu open_id belongs to one app, and a changed app must not find
// the old one's.
package identity
