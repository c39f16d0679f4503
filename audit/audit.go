// Package audit says who changed what, and when: the entries of the audit log. An entry
// names what was changed and never the values, for secrets travel there.
package audit

import (
	"context"
	"time"
)

// Entry is one thing somebody did.
type Entry struct {
	ID string
	At time.Time
	// Actor is the username of who did it, or the name of the token.
	Actor string
	// Via says how: one of the constants below.
	Via string
	// Action is what was done, as the API calls it: "patch-channel", "create-user".
	Action string
	// Object is what it was done to: a username, the key of a flow, a channel.
	Object string
	// Fields are the names of what was changed.
	Fields []string
	// Failed is set when it was tried in vain: a wrong password.
	Failed bool
}

// How something was done.
const (
	ViaSession = "session" // on a page, by a person who signed in
	ViaToken   = "token"   // through the API, with a token
	ViaCommand = "command" // on the command line
	ViaOIDC    = "oidc"    // a sign-in with the company's account
)

// What is done outside of the API's operations.
const (
	SignIn      = "sign-in"
	SignOut     = "sign-out"
	SetUp       = "set-up"
	SetPassword = "set-password"
	Invite      = "invite"
	UseToken    = "use-token"
)

// Log keeps entries.
type Log interface {
	Note(ctx context.Context, e Entry) error
}

// Filter picks entries; the zero value picks them all.
type Filter struct {
	// Actor, Action and Object must be equal where they are given.
	Actor, Action, Object string
	// Since and Before bound the time, Before exclusively.
	Since, Before time.Time
	// Limit and Cursor are those of a page of any list.
	Limit  int
	Cursor string
}
