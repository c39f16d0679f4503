package web

import (
	"errors"
	"net/http"
	"strings"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// mePage is 我的通知: what everybody may see and change of themselves.
func mePage() page {
	return page{
		name: "me", path: "/me", scope: access.Me, letter: "m", apart: true, scripts: []string{"me.js"},
		routes: []route{
			shows("/me", access.Me, showMe),
			takes("/me", access.Me, changeMe),
			takes("/me/theme", access.Me, keepTheme),
			takes("/me/try/{channel}", access.Me, tryMe),
		},
	}
}

type meView struct {
	personForm

	Deliveries []toldRow
	Saved      bool
	// Trial is what came of a test message.
	Trial *trialView
}

// trialView is what came of a test message to oneself.
type trialView struct {
	Channel notify.Channel `json:"-"`
	Success bool           `json:"success"`
	Error   *struct {
		Code    string     `json:"code"`
		Message string     `json:"message"`
		Advice  cards.Text `json:"advice"`
	} `json:"error"`
	Refusal *refusal `json:"-"`
}

func showMe(v *visit) error {
	view, err := v.me()
	if err != nil {
		return err
	}
	return v.show(view)
}

func (v *visit) me() (meView, error) {
	view := meView{personForm: personForm{Prefix: "me-"}}
	var own struct {
		userRow
		Identities []way `json:"identities"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/me", nil, &own); err != nil {
		return view, err
	}
	view.User = own.userRow
	view.User.Ways = own.Identities
	var list struct {
		Items []toldRow `json:"items"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/me/deliveries?limit=20", nil, &list); err != nil {
		return view, err
	}
	view.Deliveries = list.Items
	return view, nil
}

func changeMe(v *visit) error {
	view, err := v.me()
	if err != nil {
		return err
	}
	typed := typedPerson(v.r)
	before := view.User
	typed.Username, typed.Role, typed.Disabled, typed.FeishuOpenID = before.Username, before.Role, before.Disabled, before.FeishuOpenID
	typed.Ways = before.Ways
	typed.Quiet = typedQuiet(v.r)
	changes := differences(before, typed)
	if typed.Quiet.IsZero() && !before.Quiet.IsZero() {
		changes["quiet_hours"] = nil
	} else if typed.Quiet != before.Quiet {
		changes["quiet_hours"] = typed.Quiet
	}
	if len(changes) > 0 {
		err = v.ask(http.MethodPatch, "/api/v1/me", changes, nil)
	}
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		view.User, view.Refusal = typed, no
		return v.refused("me", view)
	}
	if err != nil {
		return err
	}
	if view, err = v.me(); err != nil {
		return err
	}
	view.Saved = true
	return v.part("me", view)
}

// typedQuiet reads quiet hours from a form. Without times and weekends there are none, whatever
// the zone says.
func typedQuiet(r *http.Request) ticket.Quiet {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue("quiet_hours." + name)) }
	q := ticket.Quiet{From: text("from"), To: text("to"), Weekends: text("weekends") != ""}
	if !q.IsZero() {
		q.Timezone = text("timezone")
	}
	return q
}

// tryMe sends a real test message to whoever asks, and to nobody else.
func tryMe(v *visit) error {
	trial := &trialView{Channel: notify.Channel(v.r.PathValue("channel"))}
	err := v.ask(http.MethodPost, "/api/v1/me/channels/"+strings.ToLower(string(trial.Channel))+"/test", nil, trial)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		trial.Refusal = no
	} else if err != nil {
		return err
	}
	return v.part("trial", meView{Trial: trial})
}
