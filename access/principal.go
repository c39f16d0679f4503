package access

import (
	"context"
	"slices"
)

// Role is what a person may do in ticketbell itself.
type Role string

// The roles, from everything to one's own profile.
const (
	Admin    Role = "admin"
	Operator Role = "operator"
	Member   Role = "member"
)

// Scopes are what the role may do; none for a role nobody knows.
func (r Role) Scopes() []Scope {
	switch r {
	case Admin:
		return []Scope{Everything}
	case Operator:
		return []Scope{DeliveriesRead, DeliveriesRetry, ChannelsTest, UsersRead, UsersResolve, Me}
	case Member:
		return []Scope{Me}
	default:
		return nil
	}
}

// Principal is the person who signed in and is behind a request. The zero value is nobody.
type Principal struct {
	Username string
	Name     string
	// Language is what the person reads, "" when they chose none.
	Language string
	Role     Role
	// Demo is set when nobody proved who they are: the demo lets everybody in.
	Demo bool
}

// Known reports whether somebody is behind the request.
func (p Principal) Known() bool { return p.Username != "" }

// Allows reports whether p may do what s names.
func (p Principal) Allows(s Scope) bool { return p.Known() && allows(p.Role.Scopes(), s) }

// Token is what p may do, in the form of a token without a secret: requests that come
// with a session pass the same checks as those that come with a token.
func (p Principal) Token() Token {
	return Token{Name: p.Username, Username: p.Username, Scopes: p.Role.Scopes()}
}

type principalKey struct{}

// In returns ctx with p behind it.
func (p Principal) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// Current is who is behind ctx; the zero value when nobody signed in.
func Current(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// allows reports whether one of the scopes held includes s.
func allows(held []Scope, s Scope) bool {
	return slices.ContainsFunc(held, func(h Scope) bool { return h == s || slices.Contains(h.includes(), s) || h == Everything })
}
