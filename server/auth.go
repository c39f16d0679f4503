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
	"ticketbell/audit"
	"ticketbell/notify"
)

// callerTime is how long it may take to find out who calls.
const callerTime = 5 * time.Second

// Tokens keeps API tokens.
type Tokens interface {
	// Tokens lists them all, the revoked ones for as long as that can be undone.
	Tokens(ctx context.Context) ([]access.Token, error)
	// Token finds the token of that id that was not revoked, or returns [notify.ErrNotFound].
	Token(ctx context.Context, id string) (access.Token, error)
	CreateToken(ctx context.Context, t access.Token) error
	// ReplaceToken adds next and lets the token of that id end, at the given time at the latest.
	ReplaceToken(ctx context.Context, id string, end time.Time, next access.Token) error
	// DeleteToken revokes; RestoreToken undoes it within [access.UndoTime].
	DeleteToken(ctx context.Context, id string) error
	RestoreToken(ctx context.Context, id string) error
	// TokenUses sums up how often each token was used since then.
	TokenUses(ctx context.Context, since time.Time) ([]access.Use, error)
	// TokenByHash finds the token with that hash, see [access.HashToken], or
	// returns [notify.ErrNotFound].
	TokenByHash(ctx context.Context, hash string) (access.Token, error)
	// TouchToken notes that the token was used, and from which address.
	TouchToken(ctx context.Context, id, from string, now time.Time) error
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
	ctx, cancel := context.WithTimeout(ctx, callerTime)
	defer cancel()
	t, err := a.callerOf(ctx, header)
	if err != nil {
		return err
	}
	x := current(ctx)
	x.token = t
	if !t.Admits(x.from) {
		return a.stranger(ctx, t, x)
	}
	if !t.Allows(s) && !slices.ContainsFunc(also, t.Allows) {
		p := newProblem(http.StatusForbidden, codeScope)
		p.scope = string(s)
		return p
	}
	if t.ID == "" { // a session
		return nil
	}
	if err := a.Tokens.TouchToken(ctx, t.ID, x.address(), a.Now()); err != nil {
		a.Log.WarnContext(ctx, "could not note the use of a token", "token", t.Name, "error", err)
	}
	return nil
}

// stranger refuses a token that is used from elsewhere than it may be. It is written
// down, for that is how a stolen token shows: once a minute and token.
func (a *api) stranger(ctx context.Context, t access.Token, x *exchange) error {
	if a.strangers.first(t.ID, a.Now()) {
		a.Log.WarnContext(ctx, "a token was used from an address it is not for", "token", t.Name, "address", x.address())
		e := audit.Entry{Actor: t.Name, Via: audit.ViaToken, Action: audit.UseToken, Object: x.address(), Fields: []string{}, Failed: true}
		if err := a.Audit.Note(context.WithoutCancel(ctx), e); err != nil {
			a.Log.ErrorContext(ctx, "the audit log cannot be written", "action", e.Action, "error", err)
		}
	}
	p := newProblem(http.StatusForbidden, codeAddress)
	p.address = x.address()
	return p
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
