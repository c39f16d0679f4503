package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/notify"
)

// pendingRow is a new address that holds once the code is entered that was sent there.
type pendingRow struct {
	Field   string         `json:"field"`
	Value   string         `json:"value"`
	Channel notify.Channel `json:"channel"`
	EndsAt  time.Time      `json:"ends_at"`
	// Wrong says what was wrong with the code; Sent is set when another one just went out.
	Wrong string `json:"-"`
	Sent  bool   `json:"-"`
}

// Over reports whether its code is no longer taken.
func (p pendingRow) Over() bool { return !p.EndsAt.IsZero() && time.Now().After(p.EndsAt) }

// Locks reports whether only an administrator changes the field.
func (m meView) Locks(field string) bool { return slices.Contains(m.Locked, field) }

// confirmAddress confirms a new address with its code; the whole page shows it then.
func confirmAddress(v *visit) error {
	code := strings.Join(strings.Fields(v.r.PostFormValue("code")), "")
	err := v.asksAddress("confirm", map[string]any{"code": code})
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.unconfirmed(no)
	}
	if err != nil {
		return err
	}
	view, err := v.me()
	if err != nil {
		return err
	}
	view.Saved, view.Confirmed = true, true
	v.w.Header().Set("HX-Retarget", "#me")
	return v.part("me", view)
}

// sendCode has another code sent.
func sendCode(v *visit) error {
	err := v.asksAddress("resend", map[string]any{})
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.unconfirmed(no)
	}
	if err != nil {
		return err
	}
	view, err := v.me()
	if err != nil {
		return err
	}
	if row := view.pending(v.r.PathValue("field")); row != nil {
		row.Sent = true
	}
	return v.part("pending", view)
}

// keepAddress calls a new address off.
func keepAddress(v *visit) error {
	if err := v.asksAddress("cancel", map[string]any{}); err != nil {
		return err
	}
	view, err := v.me()
	if err != nil {
		return err
	}
	view.Kept = true
	return v.part("pending", view)
}

func (v *visit) asksAddress(verb string, body map[string]any) error {
	body["field"] = v.r.PathValue("field")
	return v.ask(http.MethodPost, "/api/v1/me/addresses:"+verb, body, nil)
}

// unconfirmed shows the new addresses with why one of them is not confirmed.
func (v *visit) unconfirmed(no *refusal) error {
	view, err := v.me()
	if err != nil {
		return err
	}
	field := v.r.PathValue("field")
	no = v.patient(no)
	why := cmp.Or(no.Of("code"), no.Of(field), no.Detail)
	if row := view.pending(field); row != nil {
		row.Wrong = why
	} else if view.Gone = no.Status == http.StatusNotFound; !view.Gone {
		view.Trouble = why
	}
	return v.refused("pending", view)
}

// pending is the new address of the field, nil for none.
func (m meView) pending(field string) *pendingRow {
	for i := range m.Pending {
		if m.Pending[i].Field == field {
			return &m.Pending[i]
		}
	}
	return nil
}

// patient says for how long no more codes are sent, where that is why.
func (v *visit) patient(no *refusal) *refusal {
	seconds, err := strconv.Atoi(no.RetryAfter)
	if no.Status != http.StatusTooManyRequests || err != nil {
		return no
	}
	q := *no
	n := strconv.Itoa((seconds + 59) / 60)
	q.Detail = strings.ReplaceAll(v.site.words.word("me.", "code.limit").In(v.lang), "{n}", n)
	return &q
}
