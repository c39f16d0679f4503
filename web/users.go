package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// usersPage is 用户与身份: who is known, and how each is reached.
func usersPage() page {
	return page{
		name: "users", path: "/users", scope: access.UsersRead, letter: "u", scripts: []string{"users.js"},
		routes: []route{
			shows("/users", access.UsersRead, showUsers),
			takes("/users", access.UsersWrite, addUser),
			takes("/users:import", access.UsersWrite, importUsers),
			takes("/users:import-dms", access.UsersWrite, importDMS),
			shows("/users:template", access.UsersWrite, peopleTemplate),
			takes("/users:resolve", access.UsersResolve, resolveUsers),
			shows("/users:estimate", access.UsersResolve, estimateUsers),
			takes("/users:many", access.UsersResolve, manyPeople),
			shows("/jobs/{id}", access.UsersResolve, showJob),
			takes("/jobs/{id}/{verb}", access.UsersResolve, turnJob),
			shows("/users/{username}", access.UsersRead, showPerson),
			takes("/users/{username}", access.UsersWrite, changePerson),
			takes("/users/{username}/reveal", access.UsersWrite, revealPerson),
			takes("/users/{username}/resolve", access.UsersResolve, resolvePerson),
			takes("/users/{username}/identities/{channel}/resolve", access.UsersResolve, resolvePerson),
			takes("/users/{username}/identities/{channel}/clear", access.UsersResolve, clearIdentity),
			takes("/users/{username}/invite", access.Everything, invitePerson),
			takes("/users/{username}/remove", access.UsersWrite, removePerson),
		},
	}
}

// userRow is a person as the API lists them, with how they are reached.
type userRow struct {
	Username     string          `json:"username"`
	Name         string          `json:"name,omitempty"`
	Email        string          `json:"email,omitempty"`
	Phone        string          `json:"phone,omitempty"`
	WeComUserID  string          `json:"wecom_userid,omitempty"`
	FeishuOpenID string          `json:"feishu_open_id,omitempty"`
	Language     cards.Language  `json:"language,omitempty"`
	Timezone     string          `json:"timezone,omitempty"`
	Role         ticket.UserRole `json:"role"`
	Disabled     bool            `json:"disabled,omitempty"`
	Quiet        ticket.Quiet    `json:"quiet_hours,omitzero"`
	Ways         []way           `json:"identities,omitempty"`

	ChannelPolicy ticket.Policy    `json:"channel_policy,omitempty"`
	ChannelOrder  []notify.Channel `json:"channel_order,omitempty"`

	// Events are the groups of news they hear of, by name; one that is not there is heard of.
	Events map[ticket.News]bool `json:"events,omitempty"`
}

// Hears reports whether the person hears of a group of news.
func (u userRow) Hears(n ticket.News) bool {
	on, said := u.Events[n]
	return on || !said
}

// Switches are the groups of news that somebody can do without.
func (u userRow) Switches() []ticket.News { return ticket.Switchable() }

// Off are the groups of news the person switched off.
func (u userRow) Off() []ticket.News {
	return slices.DeleteFunc(u.Switches(), u.Hears)
}

// Called is what the person is called by others.
func (u userRow) Called() string { return cmp.Or(u.Name, u.Username) }

// Reach says whether somebody can be told anything: "disabled", "none", "some" or "all"
// of the channels that are on. Where nobody was asked yet, they may well be reached.
func (u userRow) Reach() string {
	good, fails := 0, 0
	for _, w := range u.Ways {
		switch w.State() {
		case "ok", "unknown":
			good++
		case "fails":
			fails++
		}
	}
	switch {
	case u.Disabled:
		return "disabled"
	case good == 0:
		return "none"
	case fails > 0:
		return "some"
	}
	return "all"
}

// way is how a person is reached on a channel.
type way struct {
	notify.Identity

	// Last is the newest delivery there, nil when there is none.
	Last *lastRow `json:"last_delivery"`
}

// lastRow is what came of a delivery.
type lastRow struct {
	ID     string        `json:"id"`
	Status notify.Status `json:"status"`
	At     time.Time     `json:"at"`
}

// Field is the field of a person in which the address is entered by hand.
func (w way) Field() string {
	if w.Channel == notify.WeCom {
		return "wecom_userid"
	}
	return "feishu_open_id"
}

// Clearable reports whether the address was found, and can be forgotten.
func (w way) Clearable() bool { return w.OK && w.How != "" }

// Resolvable reports whether asking the provider again may change the address.
func (w way) Resolvable() bool {
	return w.Channel != notify.Mail && w.Reason != notify.ReasonChannelOff && (!w.OK || w.How != "")
}

// State is "ok", "off", "unknown" or "fails".
func (w way) State() string {
	switch {
	case w.OK:
		return "ok"
	case w.Reason == notify.ReasonChannelOff:
		return "off"
	case w.Reason == notify.ReasonNotAsked:
		return "unknown"
	}
	return "fails"
}

// Shown is the address, where it is not that of the next column.
func (w way) Shown() string {
	if w.Channel == notify.Mail {
		return ""
	}
	return w.Address
}

// Words say how, or why not.
func (w way) Words() cards.Text { return notify.IdentityWords(w.Identity) }

// usersAsk is what is looked for.
type usersAsk struct {
	Query, Role, Reach, Channel, Cursor string
}

func asked(q url.Values) usersAsk {
	return usersAsk{strings.TrimSpace(q.Get("q")), q.Get("role"), q.Get("reach"), q.Get("channel"), q.Get("cursor")}
}

// values are what is looked for as a query, of another page of the same list.
func (a usersAsk) values(cursor string) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": a.Query, "role": a.Role, "reach": a.Reach, "channel": a.Channel, "cursor": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// Narrow reports whether anybody in particular is looked for.
func (a usersAsk) Narrow() bool {
	return a.Query != "" || a.Role != "" || a.Reach != "" || a.Channel != ""
}

// With is the address of another page of the same list.
func (a usersAsk) With(cursor string) string { return "/users?" + a.values(cursor).Encode() }

type usersView struct {
	Ask   usersAsk
	Users []userRow
	Next  string
	// Total is how many there are on all pages.
	Total int
	// Form is the person somebody is about to add.
	Form personForm
	// Person is shown beside the list, or alone when the page was opened for them.
	Person *personView
}

func showUsers(v *visit) error {
	view, err := v.users(asked(v.r.URL.Query()))
	if err != nil {
		return err
	}
	if v.htmx() {
		return v.part("people", view)
	}
	return v.show(view)
}

// usersShown is how many people a page of the list has.
const usersShown = "50"

// users lists people.
func (v *visit) users(ask usersAsk) (usersView, error) {
	view := usersView{Ask: ask, Form: personForm{Prefix: "new-", User: userRow{Role: ticket.Member}}}
	var list struct {
		Items []userRow `json:"items"`
		Next  string    `json:"next_cursor"`
		Total int       `json:"total"`
	}
	q := ask.values(ask.Cursor)
	q.Set("limit", usersShown)
	q.Set("include", "identities")
	if err := v.ask(http.MethodGet, "/api/v1/users?"+q.Encode(), nil, &list); err != nil {
		return view, err
	}
	view.Users, view.Next, view.Total = list.Items, list.Next, list.Total
	return view, nil
}

// ways are how somebody is reached on each channel, as far as it is known.
func (v *visit) ways(username string) ([]way, error) {
	var list struct {
		Items []way `json:"items"`
	}
	err := v.ask(http.MethodGet, "/api/v1/users/"+url.PathEscape(username)+"/identities", nil, &list)
	return list.Items, err
}

// personForm is somebody as they were typed in.
type personForm struct {
	User    userRow
	Refusal *refusal
	Prefix  string
}

// typed reads a person from a form.
func typedPerson(r *http.Request) userRow {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return userRow{
		Username: text("username"), Name: text("name"), Email: text("email"), Phone: text("phone"),
		WeComUserID: text("wecom_userid"), FeishuOpenID: text("feishu_open_id"),
		Language: cards.Language(text("language")), Timezone: text("timezone"), Role: ticket.UserRole(text("role")), Disabled: text("disabled") != "",
	}
}

func addUser(v *visit) error {
	form := personForm{User: typedPerson(v.r), Prefix: "new-"}
	err := v.ask(http.MethodPost, "/api/v1/users", form.User, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		form.Refusal = no
		return v.refused("new-person", usersView{Form: form})
	}
	if err != nil {
		return err
	}
	view, err := v.users(usersAsk{Query: form.User.Username})
	if err != nil {
		return err
	}
	return v.part("people", view)
}
