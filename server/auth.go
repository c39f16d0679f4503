package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/notify"
)

// Tokens keeps API tokens.
type Tokens interface {
	Tokens(ctx context.Context) ([]access.Token, error)
	CreateToken(ctx context.Context, t access.Token) error
	DeleteToken(ctx context.Context, id string) error
	// TokenByHash finds the token with that hash, see [access.HashToken], or
	// returns [notify.ErrNotFound].
	TokenByHash(ctx context.Context, hash string) (access.Token, error)
	// TouchToken notes that the token was used.
	TouchToken(ctx context.Context, id string, now time.Time) error
}

// admit lets a request through that carries a token with the scope, or one of the others, or comes from
// somebody who signed in and whose role includes it. It runs before anything else of
// the request is read.
func (a *api) admit(s access.Scope, also ...access.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := a.authorize(ctx.Context(), ctx.Header("Authorization"), s, also...); err != nil {
			reply(ctx, fail(ctx.Context(), err))
			return
		}
		next(ctx)
	}
}

// authorize checks the header and notes the caller. Whatever is wrong with a
// token, the same work is done and the same answer given.
func (a *api) authorize(ctx context.Context, header string, s access.Scope, also ...access.Scope) error {
	t, err := a.callerOf(ctx, header)
	if err != nil {
		return err
	}
	current(ctx).token = t
	if !t.Allows(s) && !slices.ContainsFunc(also, t.Allows) {
		p := newProblem(http.StatusForbidden, codeScope)
		p.scope = string(s)
		return p
	}
	if t.ID == "" { // a session
		return nil
	}
	if err := a.Tokens.TouchToken(ctx, t.ID, a.Now()); err != nil {
		a.Log.WarnContext(ctx, "could not note the use of a token", "token", t.Name, "error", err)
	}
	return nil
}

// callerOf is who calls: whose token stands in the header, else who signed in.
func (a *api) callerOf(ctx context.Context, header string) (access.Token, error) {
	if who := access.Current(ctx); header == "" && who.Known() {
		return who.Token(), nil
	}
	return a.tokenOf(ctx, header)
}

func (a *api) tokenOf(ctx context.Context, header string) (access.Token, error) {
	hash := access.HashToken(bearer(header))
	t, err := a.Tokens.TokenByHash(ctx, hash)
	if err != nil && !errors.Is(err, notify.ErrNotFound) {
		return access.Token{}, unavailable(err)
	}
	same := subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash)) == 1
	if err != nil || !same || t.Expired(a.Now()) {
		return access.Token{}, newProblem(http.StatusUnauthorized, codeUnauthorized)
	}
	return t, nil
}

// bearer returns the token of an Authorization header, "" when there is none.
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// reply writes p from within a middleware of huma.
func reply(ctx huma.Context, p *problem) {
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the caller may be gone
}

// guarded asks a plain handler's callers for a token with the scope.
func (a *api) guarded(s access.Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.authorize(r.Context(), r.Header.Get("Authorization"), s); err != nil {
			writeProblem(w, r, problemOf(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}
