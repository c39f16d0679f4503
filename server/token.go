package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// token is an API token without its secret.
type token struct {
	ID         string         `json:"id"`
	Name       string         `json:"name" doc:"Also the default source of events sent with it." example:"sqle"`
	Scopes     []access.Scope `json:"scopes"`
	Username   string         `json:"username,omitempty" doc:"Whose token it is; absent for a program's."`
	Prefix     string         `json:"prefix" doc:"The beginning of the secret, to tell tokens apart." example:"tb_3f9a2c"`
	CIDRs      []string       `json:"cidrs" doc:"The networks it may be used from; none: from anywhere." example:"[\"10.1.0.0/16\"]"`
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt time.Time      `json:"last_used_at,omitzero" doc:"To the minute."`
	UsedFrom   string         `json:"last_used_from,omitempty" doc:"The address it was last used from." example:"203.0.113.7"`
	ExpiresAt  time.Time      `json:"expires_at,omitzero"`
	RevokedAt  time.Time      `json:"revoked_at,omitzero" doc:"It opens nothing any more; for 10 s it can be restored."`
	Requests   int            `json:"requests_24h" doc:"How often it was used in the last 24 hours, counted by whole hours."`
	Refused    int            `json:"refused_24h" doc:"How many of these were answered with a status from 400 to 499."`
}

// newToken is a token with its secret.
type newToken struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Scopes    []access.Scope `json:"scopes"`
	Username  string         `json:"username,omitempty"`
	Prefix    string         `json:"prefix"`
	CIDRs     []string       `json:"cidrs"`
	CreatedAt time.Time      `json:"created_at"`
	ExpiresAt time.Time      `json:"expires_at,omitzero"`
	Secret    string         `json:"token" doc:"The secret. It is shown this once and kept nowhere." example:"tb_…"`
}

type tokensOutput struct {
	Body struct {
		Items []token `json:"items"`
	}
}

type tokenCreate struct{ Body form[tokenFields] }

// tokenFields is a token somebody asks for.
type tokenFields struct {
	Name      string         `json:"name" minLength:"1" maxLength:"64" example:"sqle"`
	Scopes    []access.Scope `json:"scopes" minItems:"1" maxItems:"20" enum:"events:write,tickets:write,deliveries:read,deliveries:retry,config:read,config:write,channels:test,users:read,users:resolve,users:write,tokens:write,audit:read,metrics:read,me,*" doc:"What the token may do; never more than the caller's own."`
	Username  string         `json:"username,omitempty" maxLength:"128" doc:"Whose token it is: the person /api/v1/me answers for. Absent for a program's."`
	ExpiresAt time.Time      `json:"expires_at,omitzero" doc:"When it ends; absent: never."`
	CIDRs     []string       `json:"cidrs,omitempty" maxItems:"50" doc:"The networks it may be used from, IPv4 or IPv6; absent: from anywhere." example:"[\"10.1.0.0/16\"]"`
}

type tokenRotate struct {
	ID   string `path:"id"`
	Body form[rotation]
}

// rotation is how a token gets a new secret.
type rotation struct {
	KeepHours *int `json:"keep_hours,omitempty" minimum:"0" maximum:"168" doc:"How many hours the old secret goes on working; 24 when absent." example:"24"`
}

// keepHours is how long the old secret goes on working when nobody says so.
const keepHours = 24

type newTokenOutput struct{ Body newToken }

type tokenInput struct {
	ID string `path:"id"`
}

func (a *api) registerTokens() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/tokens", id: "list-tokens", scope: access.TokensWrite, tag: tagTokens, title: "List tokens",
	}, a.listTokens)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tokens", id: "create-token", scope: access.TokensWrite, tag: tagTokens, title: "Make a token",
		text: "The secret is in the answer and nowhere else.", status: http.StatusCreated, unchecked: true, fails: []int{400, 409},
		example: map[string]any{"name": "sqle", "scopes": []string{"events:write"}},
	}, a.createToken)
	register(a, route{
		method: http.MethodDelete, path: "/api/v1/tokens/{id}", id: "delete-token", scope: access.TokensWrite, tag: tagTokens, title: "Revoke a token",
		text: "It opens nothing from now on. For 10 seconds it can be restored.", fails: []int{404},
	}, a.deleteToken)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tokens/{id}:restore", id: "restore-token", scope: access.TokensWrite, tag: tagTokens, title: "Undo the revocation of a token",
		text: "Within 10 seconds; after that there is no such token.", fails: []int{404},
	}, a.restoreToken)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tokens/{id}:rotate", id: "rotate-token", scope: access.TokensWrite, tag: tagTokens, title: "Give a token a new secret",
		text:   "Makes a token that may do the same, from the same networks, for as long; the old one goes on working for a while, so that programs can be changed over.",
		status: http.StatusCreated, unchecked: true, fails: []int{400, 404}, example: map[string]any{"keep_hours": keepHours},
	}, a.rotateToken)
}

func (a *api) listTokens(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
	all, err := a.Tokens.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	uses, err := a.Tokens.TokenUses(ctx, a.Now().Add(-24*time.Hour))
	if err != nil {
		return nil, err
	}
	used := map[string]access.Use{}
	for _, u := range uses {
		used[u.Token] = u
	}
	out := &tokensOutput{}
	out.Body.Items = mapped(all, func(t access.Token) token { return tokenOf(t, used[t.ID]) })
	return out, nil
}

func (a *api) createToken(ctx context.Context, in *tokenCreate) (*newTokenOutput, error) {
	now := a.Now()
	body, wrong := in.Body.read(a)
	from, bad := networksOf(body.CIDRs)
	if err := together(slices.Concat(wrong, body.check(now), bad), a.checkOwner(ctx, body.Username)); err != nil {
		return nil, err
	}
	if err := mayGrant(current(ctx).token, body.Scopes); err != nil {
		return nil, err
	}
	t, secret := access.NewToken(notify.NewID("tok_"), body.Name, body.Scopes, now)
	t.ExpiresAt, t.Username, t.From = body.ExpiresAt, body.Username, from
	if err := a.Tokens.CreateToken(ctx, t); err != nil {
		return nil, err
	}
	return &newTokenOutput{newTokenOf(t, secret)}, nil
}

// rotateToken is as good as making a token: nobody gets by it what they may not give away.
func (a *api) rotateToken(ctx context.Context, in *tokenRotate) (*newTokenOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, nil); err != nil {
		return nil, err
	}
	old, err := a.Tokens.Token(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := mayGrant(current(ctx).token, old.Scopes); err != nil {
		return nil, err
	}
	keep := keepHours
	if body.KeepHours != nil {
		keep = *body.KeepHours
	}
	now := a.Now()
	next, secret := old.Successor(notify.NewID("tok_"), now)
	if err := a.Tokens.ReplaceToken(ctx, old.ID, now.Add(time.Duration(keep)*time.Hour), next); err != nil {
		return nil, err
	}
	return &newTokenOutput{newTokenOf(next, secret)}, nil
}

func (a *api) restoreToken(ctx context.Context, in *tokenInput) (*struct{}, error) {
	return nil, a.Tokens.RestoreToken(ctx, in.ID)
}

// networksOf reads networks and names each that is none.
func networksOf(texts []string) (from []netip.Prefix, wrong []ticket.FieldError) {
	for i, text := range texts {
		n, err := access.Network(text)
		if err != nil {
			wrong = append(wrong, ticket.FieldError{Field: fmt.Sprintf("cidrs[%d]", i), Code: "invalid", Message: err.Error()})
			continue
		}
		from = append(from, n)
	}
	return from, wrong
}

// check names what the schema cannot.
func (f tokenFields) check(now time.Time) (wrong []ticket.FieldError) {
	if strings.TrimSpace(f.Name) == "" {
		wrong = append(wrong, ticket.FieldError{Field: "name", Code: "required", Message: "is required"})
	}
	if !f.ExpiresAt.IsZero() && !f.ExpiresAt.After(now) {
		wrong = append(wrong, ticket.FieldError{Field: "expires_at", Code: "invalid", Message: "must lie in the future"})
	}
	return wrong
}

// checkOwner refuses a token for somebody nobody knows.
func (a *api) checkOwner(ctx context.Context, username string) error {
	if username == "" {
		return nil
	}
	_, err := a.Users.User(ctx, username)
	if errors.Is(err, notify.ErrNotFound) {
		return wrongField("username", "unknown_value", "is nobody known here")
	}
	return err
}

// mayGrant refuses a scope the caller does not have: whoever may make tokens would
// otherwise have them all.
func mayGrant(caller access.Token, scopes []access.Scope) error {
	for _, s := range scopes {
		if !caller.Allows(s) {
			p := newProblem(http.StatusForbidden, codeScope)
			p.scope = string(s)
			return p
		}
	}
	return nil
}

func (a *api) deleteToken(ctx context.Context, in *tokenInput) (*struct{}, error) {
	return nil, a.Tokens.DeleteToken(ctx, in.ID)
}

func tokenOf(t access.Token, u access.Use) token {
	return token{
		ID: t.ID, Name: t.Name, Scopes: append([]access.Scope{}, t.Scopes...), Username: t.Username, Prefix: t.Prefix,
		CIDRs: mapped(t.From, netip.Prefix.String), CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, UsedFrom: t.LastUsedFrom,
		ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt, Requests: u.Requests, Refused: u.Refused,
	}
}

func newTokenOf(t access.Token, secret string) newToken {
	return newToken{
		ID: t.ID, Name: t.Name, Scopes: t.Scopes, Username: t.Username, Prefix: t.Prefix, CIDRs: mapped(t.From, netip.Prefix.String),
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, Secret: secret,
	}
}
