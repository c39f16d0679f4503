package web

import (
	"errors"
	"net/http"

	"ticketbell/access"
)

// Company is how visitors come in with the accounts of their company.
type Company struct {
	// Label is what the button calls those accounts; "" has words of our own.
	Label string
}

// depart sends a visitor to where the company's accounts are.
func depart(v *visit) error {
	next := inside(v.r.URL.Query().Get("next"))
	address, err := v.site.cfg.Gate.Depart(v.w, v.r, next)
	if err != nil {
		return v.turnedAway(err, next)
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther) //nolint:gosec // the provider's own
	return nil
}

// arrive lets in who comes back from there.
func arrive(v *visit) error {
	who, next, err := v.site.cfg.Gate.Arrive(v.w, v.r)
	next = inside(next)
	if err != nil {
		return v.turnedAway(err, next)
	}
	v.who = who
	return v.onward(next)
}

// turnedAway shows the door to whom the company's account did not let in, and why.
func (v *visit) turnedAway(err error, next string) error {
	s, ok := errors.AsType[*access.Stranger](err)
	if !ok {
		return err
	}
	status := http.StatusForbidden
	switch s.Why {
	case access.Away, access.Unset, access.Failed:
		status = http.StatusBadGateway
	case access.Stale:
		status = http.StatusBadRequest
	}
	v.site.cfg.Log.WarnContext(v.r.Context(), "a company account let nobody in", "why", s.Why, "code", s.Code, "error", s.Err)
	return v.write(status, "frame", signInView{Next: next, Stranger: s})
}

// showDone tells whoever came in that the page they came from goes on.
func showDone(v *visit) error {
	if !v.who.Known() {
		return v.to("/signin")
	}
	return v.show(signInView{Done: true})
}
