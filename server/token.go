package server

import (
	"context"
	"errors"
	"net/http"
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
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt time.Time      `json:"last_used_at,omitzero"`
	ExpiresAt  time.Time      `json:"expires_at,omitzero"`
}

// newToken is a token with its secret.
type newToken struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Scopes    []access.Scope `json:"scopes"`
	Username  string         `json:"username,omitempty"`
	Prefix    string         `json:"prefix"`
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
}

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
		fails: []int{404},
	}, a.deleteToken)
}

func (a *api) listTokens(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
	all, err := a.Tokens.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{}
	out.Body.Items = mapped(all, tokenOf)
	return out, nil
}

func (a *api) createToken(ctx context.Context, in *tokenCreate) (*newTokenOutput, error) {
	now := a.Now()
	body, wrong := in.Body.read(a)
	if err := together(append(wrong, body.check(now)...), a.checkOwner(ctx, body.Username)); err != nil {
		return nil, err
	}
	if err := mayGrant(current(ctx).token, body.Scopes); err != nil {
		return nil, err
	}
	t, secret := access.NewToken(notify.NewID("tok_"), body.Name, body.Scopes, now)
	t.ExpiresAt, t.Username = body.ExpiresAt, body.Username
	if err := a.Tokens.CreateToken(ctx, t); err != nil {
		return nil, err
	}
	return &newTokenOutput{newToken{
		ID: t.ID, Name: t.Name, Scopes: t.Scopes, Username: t.Username, Prefix: t.Prefix,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, Secret: secret,
	}}, nil
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

func tokenOf(t access.Token) token {
	return token{
		ID: t.ID, Name: t.Name, Scopes: append([]access.Scope{}, t.Scopes...), Username: t.Username, Prefix: t.Prefix,
		CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt,
	}
}
