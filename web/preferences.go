package web

import (
	"errors"
	"net/http"
	"slices"

	"ticketbell/notify"
)

// liked is how the visitor likes the pages to be: nobody has said anything who is no
// user, such as a program.
func (v *visit) liked() (p notify.Preferences, err error) {
	if v.likings != nil {
		return *v.likings, nil
	}
	defer func() { v.likings = &p }()
	err = v.ask(http.MethodGet, "/api/v1/me/preferences", nil, &p)
	if no, ok := errors.AsType[*refusal](err); ok && (no.Status == http.StatusNotFound || no.Status == http.StatusForbidden) {
		return p, nil
	}
	return p, err
}

// likes keeps one of them.
func (v *visit) likes(name string, value any) error {
	if err := v.ask(http.MethodPatch, "/api/v1/me/preferences", map[string]any{name: value}, nil); err != nil {
		return err
	}
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// keepTheme keeps which theme the visitor likes, for every browser they sign in with.
func keepTheme(v *visit) error { return v.likes("theme", v.r.PostFormValue("theme")) }

// keepColumns keeps which columns are ticked.
func keepColumns(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	hidden := slices.DeleteFunc(notify.Columns(), func(c string) bool { return slices.Contains(v.r.PostForm["column"], c) })
	return v.likes("hidden_columns", hidden)
}

// hideFirstSteps keeps that the visitor knows them.
func hideFirstSteps(v *visit) error { return v.likes("first_steps_hidden", true) }
