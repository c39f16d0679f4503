package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// mePage is 我的通知: what everybody may see and change of themselves.
func mePage() page {
	return page{
		name: "me", path: "/me", scope: access.Me, letter: "m", apart: true, scripts: []string{"me.js", "order.js"},
		routes: []route{
			shows("/me", access.Me, showMe),
			takes("/me", access.Me, changeMe),
			takes("/me/theme", access.Me, keepTheme),
			takes("/me/try/{channel}", access.Me, tryMe),
			takes("/me/addresses/{field}/confirm", access.Me, confirmAddress),
			takes("/me/addresses/{field}/resend", access.Me, sendCode),
			takes("/me/addresses/{field}/cancel", access.Me, keepAddress),
			takes("/me/mutes/{ticket}", access.Me, muteTicket),
			takes("/me/mutes/{ticket}/end", access.Me, unmuteTicket),
		},
	}
}

type meView struct {
	personForm

	// Holds is what holds for whoever looks, their own choice or the installation's.
	Holds holding
	Heard heard
	Saved bool
	// Locked are the fields that only an administrator changes.
	Locked []string
	// Pending are new addresses that hold once they are confirmed. Confirmed is set when one
	// was just now, Kept when one was called off, Gone when there was none; Trouble is what
	// else stood against it.
	Pending               []pendingRow
	Confirmed, Kept, Gone bool
	Trouble               string
	// Trial is what came of a test message.
	Trial *trialView
}

// holding is which channels somebody is told on, and when not.
type holding struct {
	Policy  ticket.Policy    `json:"channel_policy"`
	Order   []notify.Channel `json:"channel_order"`
	Minutes int              `json:"next_channel_minutes"`
	Quiet   ticket.Quiet     `json:"quiet_hours"`
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
		Identities []way        `json:"identities"`
		Effective  holding      `json:"effective"`
		Locked     []string     `json:"locked"`
		Pending    []pendingRow `json:"pending"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/me", nil, &own); err != nil {
		return view, err
	}
	view.User = own.userRow
	view.User.Ways, view.Holds = own.Identities, own.Effective
	view.Locked, view.Pending = own.Locked, own.Pending
	var err error
	view.Heard, err = v.heard()
	return view, err
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
	changes := differences(before, typed)
	typedWays(v.r, &typed, before, &view, changes)
	typedEvents(v.r, &typed, before, changes)
	if len(changes) > 0 {
		err = v.ask(http.MethodPatch, "/api/v1/me", changes, nil)
	}
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		view.User, view.Refusal = typed, v.patient(no)
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

// typedWays reads when and on which channels somebody wants to be told, and adds what
// changes of it.
func typedWays(r *http.Request, typed *userRow, before userRow, view *meView, changes map[string]any) {
	typed.Quiet = typedQuiet(r)
	if typed.Quiet.IsZero() && !before.Quiet.IsZero() {
		changes["quiet_hours"] = nil
	} else if typed.Quiet != before.Quiet {
		changes["quiet_hours"] = typed.Quiet
	}
	typed.ChannelPolicy = ticket.Policy(r.PostFormValue("channel_policy"))
	if typed.ChannelPolicy != before.ChannelPolicy {
		changes["channel_policy"] = typed.ChannelPolicy
	}
	order := before.ChannelOrder
	if sent := typedOrder(r); len(sent) > 0 && !slices.Equal(sent, view.Holds.Order) {
		order = sent
	}
	if typed.ChannelPolicy == "" {
		order = nil // as the installation has it, altogether
	}
	if !slices.Equal(order, before.ChannelOrder) {
		changes["channel_order"] = append([]notify.Channel{}, order...)
	}
	if typed.ChannelOrder = order; len(order) > 0 {
		view.Holds.Order = order
	}
}

// typedEvents reads which news somebody wants, and adds what changes of it. What cannot be
// switched off is always among them.
func typedEvents(r *http.Request, typed *userRow, before userRow, changes map[string]any) {
	sent := r.PostForm["events"]
	if typed.Events = before.Events; len(sent) == 0 {
		return
	}
	typed.Events = map[ticket.News]bool{}
	changed := map[ticket.News]bool{}
	for _, n := range ticket.Switchable() {
		typed.Events[n] = slices.Contains(sent, string(n))
		if typed.Hears(n) != before.Hears(n) {
			changed[n] = typed.Hears(n)
		}
	}
	if len(changed) > 0 {
		changes["events"] = changed
	}
}

// typedOrder are the channels as they stand in a form, from the top.
func typedOrder(r *http.Request) []notify.Channel {
	var order []notify.Channel
	for _, name := range r.PostForm["channel_order"] {
		order = append(order, notify.Channel(name))
	}
	return order
}

// typedQuiet reads quiet hours from a form. Without times and weekends there are none, whatever
// the zone says.
func typedQuiet(r *http.Request) ticket.Quiet {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue("quiet_hours." + name)) }
	if text("never") != "" {
		return ticket.Quiet{Never: true}
	}
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
