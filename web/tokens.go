package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ticketbell/access"
)

// tokensPage is API 令牌: what programs are let in with.
func tokensPage() page {
	return page{
		name: "tokens", path: "/tokens", scope: access.TokensWrite, letter: "t",
		routes: []route{
			shows("/tokens", access.TokensWrite, showTokens),
			takes("/tokens", access.TokensWrite, makeToken),
			takes("/tokens/{id}/revoke", access.TokensWrite, revokeToken),
		},
	}
}

// tokenRow is a token as the API lists it.
type tokenRow struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Scopes     []access.Scope `json:"scopes"`
	Username   string         `json:"username"`
	Prefix     string         `json:"prefix"`
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt time.Time      `json:"last_used_at"`
	ExpiresAt  time.Time      `json:"expires_at"`
	// Secret is there only in the answer that made the token.
	Secret string `json:"token"`
}

// Ended reports whether the token is over.
func (t tokenRow) Ended() bool { return !t.ExpiresAt.IsZero() && time.Now().After(t.ExpiresAt) }

// tokenForm is what was asked for, to be written into the form again.
type tokenForm struct {
	Name, Username, Days string
	Scopes               []string
	Refusal              *refusal
	Prefix               string
}

type tokensView struct {
	Tokens []tokenRow
	Scopes []access.Scope
	Form   tokenForm
	Made   tokenRow
	Here   string // where the API is, for the curl line
}

func showTokens(v *visit) error {
	view, err := v.tokens()
	if err != nil {
		return err
	}
	return v.show(view)
}

func (v *visit) tokens() (tokensView, error) {
	var list struct {
		Items []tokenRow `json:"items"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/tokens", nil, &list); err != nil {
		return tokensView{}, err
	}
	return tokensView{
		Tokens: list.Items, Scopes: access.Scopes(), Form: tokenForm{Days: "90", Prefix: "token-"}, Here: v.origin(),
	}, nil
}

// makeToken shows the new secret, this once, above the list with the token in it.
func makeToken(v *visit) error {
	form := tokenForm{
		Name: v.r.PostFormValue("name"), Username: v.r.PostFormValue("username"), Days: v.r.PostFormValue("days"),
		Scopes: v.r.PostForm["scopes"], Prefix: "token-",
	}
	asked := map[string]any{"name": form.Name, "scopes": form.Scopes, "username": form.Username}
	if end, ok := endAfter(form.Days, time.Now()); ok {
		asked["expires_at"] = end
	}
	var made tokenRow
	err := v.ask(http.MethodPost, "/api/v1/tokens", asked, &made)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		form.Refusal = no
		return v.refused("token-form", tokensView{Form: form, Scopes: access.Scopes()})
	}
	if err != nil {
		return err
	}
	view, err := v.tokens()
	if err != nil {
		return err
	}
	view.Made = made
	return v.part("tokens", view)
}

// endAfter is the end of a token that is asked for so many days; false: it has none.
func endAfter(days string, now time.Time) (time.Time, bool) {
	lives := map[string]int{"30": 30, "90": 90, "365": 365}
	n, ok := lives[days]
	return now.AddDate(0, 0, n), ok
}

func revokeToken(v *visit) error {
	if err := v.ask(http.MethodDelete, "/api/v1/tokens/"+url.PathEscape(v.r.PathValue("id")), nil, nil); err != nil {
		return err
	}
	view, err := v.tokens()
	if err != nil {
		return err
	}
	return v.part("tokens", view)
}

// Has reports whether the scope was ticked.
func (f tokenForm) Has(s access.Scope) bool { return slices.Contains(f.Scopes, string(s)) }
