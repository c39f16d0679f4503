package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
			takes("/tokens/{id}/restore", access.TokensWrite, restoreToken),
			takes("/tokens/{id}/rotate", access.TokensWrite, rotateToken),
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
	UsedFrom   string         `json:"last_used_from"`
	ExpiresAt  time.Time      `json:"expires_at"`
	CIDRs      []string       `json:"cidrs"`
	RevokedAt  time.Time      `json:"revoked_at"`
	Requests   int            `json:"requests_24h"`
	Refused    int            `json:"refused_24h"`
	// Secret is there only in the answer that made the token.
	Secret string `json:"token"`
}

// Ended reports whether the token is over.
func (t tokenRow) Ended() bool { return !t.ExpiresAt.IsZero() && time.Now().After(t.ExpiresAt) }

// Ending reports whether the token will be over soon.
func (t tokenRow) Ending() bool {
	return !t.ExpiresAt.IsZero() && time.Now().AddDate(0, 0, soonDays).After(t.ExpiresAt)
}

// soonDays is how long before its end a token is marked.
const soonDays = 7

// Revoked reports whether the token was revoked just now.
func (t tokenRow) Revoked() bool { return !t.RevokedAt.IsZero() }

// tokenForm is what was asked for, to be written into the form again.
type tokenForm struct {
	Name, Username, Days string
	Until                string // the last day, where Days is "day"
	CIDRs                string // one network a line
	Scopes               []string
	Refusal              *refusal
	Prefix               string
}

type tokensView struct {
	Tokens []tokenRow
	Scopes []access.Scope
	Form   tokenForm
	Made   tokenRow
	Old    string // when the secret that was replaced stops working, "" for none
	Late   bool   // it was too late for an undo
	Here   string // where the API is, for the curl line
}

// Living are the tokens that were not revoked.
func (v tokensView) Living() []tokenRow {
	return slices.DeleteFunc(slices.Clone(v.Tokens), tokenRow.Revoked)
}

func showTokens(v *visit) error {
	view, err := v.tokens()
	if err != nil {
		return err
	}
	if v.htmx() {
		return v.part("tokens", view)
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
		Until: strings.TrimSpace(v.r.PostFormValue("until")), CIDRs: v.r.PostFormValue("cidrs"),
		Scopes: v.r.PostForm["scopes"], Prefix: "token-",
	}
	networks := strings.Fields(strings.ReplaceAll(form.CIDRs, ",", " "))
	asked := map[string]any{"name": form.Name, "scopes": form.Scopes, "username": form.Username, "cidrs": networks}
	if end := endAfter(form.Days, form.Until, time.Now()); end != nil {
		asked["expires_at"] = end
	}
	var made tokenRow
	err := v.ask(http.MethodPost, "/api/v1/tokens", asked, &made)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		form.Refusal = no.gathered("cidrs", networks)
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

// endAfter is the end of a token that is asked for so many days, or until the end of a
// day; nil: it has none. What is no day goes to the API as it is, which says so.
func endAfter(days, until string, now time.Time) any {
	if days == "day" {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return until
		}
		return day.AddDate(0, 0, 1)
	}
	lives := map[string]int{"30": 30, "90": 90, "365": 365}
	if n, ok := lives[days]; ok {
		return now.AddDate(0, 0, n)
	}
	return nil
}

// rotateToken shows the new secret as that of a new token is shown.
func rotateToken(v *visit) error {
	asked := map[string]any{"keep_hours": v.r.PostFormValue("keep_hours")} // what is no number is said by the API
	if hours, err := strconv.Atoi(v.r.PostFormValue("keep_hours")); err == nil {
		asked["keep_hours"] = hours
	}
	var made tokenRow
	path := "/api/v1/tokens/" + url.PathEscape(v.r.PathValue("id")) + ":rotate"
	if err := v.ask(http.MethodPost, path, asked, &made); err != nil {
		return err
	}
	view, err := v.tokens()
	if err != nil {
		return err
	}
	view.Made = made
	for _, t := range view.Tokens {
		if t.ID == v.r.PathValue("id") {
			view.Old = t.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")
		}
	}
	return v.part("tokens", view)
}

// restoreToken undoes a revocation; one that comes too late is told so.
func restoreToken(v *visit) error {
	err := v.ask(http.MethodPost, "/api/v1/tokens/"+url.PathEscape(v.r.PathValue("id"))+":restore", nil, nil)
	no, refused := errors.AsType[*refusal](err)
	late := refused && no.Status == http.StatusNotFound
	if err != nil && !late {
		return err
	}
	view, err := v.tokens()
	if err != nil {
		return err
	}
	view.Late = late
	return v.part("tokens", view)
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
