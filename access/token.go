package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Scope is one thing a token may do.
type Scope string

// The scopes; [Everything] includes all of them, those to come as well.
const (
	EventsWrite     Scope = "events:write"
	TicketsWrite    Scope = "tickets:write"
	DeliveriesRead  Scope = "deliveries:read"
	DeliveriesRetry Scope = "deliveries:retry"
	ConfigRead      Scope = "config:read"
	ConfigWrite     Scope = "config:write"
	ChannelsTest    Scope = "channels:test"
	// UsersRead shows people; whoever cannot also write them sees their addresses masked.
	UsersRead Scope = "users:read"
	// UsersResolve has the providers asked again how people are reached.
	UsersResolve Scope = "users:resolve"
	// UsersWrite includes both.
	UsersWrite  Scope = "users:write"
	AuditRead   Scope = "audit:read"
	TokensWrite Scope = "tokens:write"
	MetricsRead Scope = "metrics:read"
	// Me is a person's own profile: that of the person the token belongs to.
	Me         Scope = "me"
	Everything Scope = "*"
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{
		EventsWrite, TicketsWrite, DeliveriesRead, DeliveriesRetry, ConfigRead, ConfigWrite,
		ChannelsTest, UsersRead, UsersResolve, UsersWrite, TokensWrite, AuditRead, MetricsRead, Me, Everything,
	}
}

// Valid reports whether s is one of the scopes.
func (s Scope) Valid() bool { return slices.Contains(Scopes(), s) }

// includes are the scopes that s carries with it.
func (s Scope) includes() []Scope {
	if s == UsersWrite {
		return []Scope{UsersRead, UsersResolve}
	}
	return nil
}

// TokenPrefix begins every token, so that scanners for leaked secrets can find it.
const TokenPrefix = "tb_"

// Token is an API token as it is kept: without the secret, which is shown once.
type Token struct {
	ID     string
	Name   string
	Scopes []Scope
	// Username is whose token it is; "" for a program's.
	Username string
	// Prefix is the beginning of the secret, to tell tokens apart.
	Prefix string
	// Hash is the SHA-256 of the secret in hex.
	Hash      string
	CreatedAt time.Time
	// LastUsedAt is zero until the token is used.
	LastUsedAt time.Time
	// LastUsedFrom is the address it was last used from, "" where nobody knows.
	LastUsedFrom string
	// ExpiresAt is zero for a token without an end.
	ExpiresAt time.Time
	// From are the networks it may be used from; none: from anywhere.
	From []netip.Prefix
	// RevokedAt is zero for a token that was not revoked. A revoked one opens nothing;
	// for [UndoTime] it can still be brought back.
	RevokedAt time.Time
}

// UndoTime is how long after it was revoked a token can be brought back.
const UndoTime = 10 * time.Second

// MaxKeepHours is how long the old secret may go on working after a token got a new one.
const MaxKeepHours = 7 * 24

// Use is how often a token was used within one hour.
type Use struct {
	Token string // its id
	Hour  time.Time
	// Requests are all, Refused those that were answered with a status from 400 to 499.
	Requests, Refused int
}

// NewToken makes a token and its secret: tb_ and 256 random bits. The secret is in
// nobody's keeping but the caller's.
func NewToken(id, name string, scopes []Scope, now time.Time) (t Token, secret string) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // crypto/rand.Read never fails
	secret = TokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	return Token{
		ID: id, Name: name, Scopes: scopes, Prefix: secret[:len(TokenPrefix)+6],
		Hash: HashToken(secret), CreatedAt: now,
	}, secret
}

// Successor makes the token that takes t's place, with a secret of its own: it may do
// the same from the same networks, and lives as long as t was to live.
func (t Token) Successor(id string, now time.Time) (next Token, secret string) {
	next, secret = NewToken(id, t.Name, t.Scopes, now)
	next.Username, next.From = t.Username, t.From
	if !t.ExpiresAt.IsZero() {
		next.ExpiresAt = now.Add(t.ExpiresAt.Sub(t.CreatedAt))
	}
	return next, secret
}

// HashToken returns the hash a secret is kept and found by. A token is random
// enough that a fast hash is safe.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Allows reports whether t may do what s names.
func (t Token) Allows(s Scope) bool { return allows(t.Scopes, s) }

// Admits reports whether t may be used from the address; one that is not known is
// nowhere in particular.
func (t Token) Admits(from netip.Addr) bool {
	return len(t.From) == 0 || slices.ContainsFunc(t.From, func(n netip.Prefix) bool { return n.Contains(from) })
}

// Network reads a network as people write it: 10.1.0.0/16, 2001:db8::/32, or a single
// address. Its error says what is wrong without repeating what was written.
func Network(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	n, err := netip.ParsePrefix(text)
	if err != nil || n.Addr().Is4In6() {
		return netip.Prefix{}, errors.New("is no network such as 10.1.0.0/16, 2001:db8::/32 or 203.0.113.7")
	}
	if n != n.Masked() {
		return netip.Prefix{}, fmt.Errorf("has bits set behind its length; the network is %s", n.Masked())
	}
	return n, nil
}

// Expired reports whether t has ended by now.
func (t Token) Expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt)
}
