package server

import (
	"context"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// Users keeps the people ticketbell knows. A value that belongs to somebody else
// comes back as a [*notify.Taken], somebody unknown as [notify.ErrNotFound].
type Users interface {
	// Users and People return a page in order of username, and the cursor of the next
	// page, "" at the end: of those whose username, name, e-mail, phone or id contains q, and
	// of those f picks.
	Users(ctx context.Context, q string, limit int, cursor string) (items []ticket.User, next string, err error)
	People(ctx context.Context, f notify.PeopleFilter) (items []ticket.User, next string, err error)
	// CountPeople counts whom f picks.
	CountPeople(ctx context.Context, f notify.PeopleFilter) (int, error)
	User(ctx context.Context, username string) (ticket.User, error)
	CreateUser(ctx context.Context, u ticket.User) error
	UpdateUser(ctx context.Context, u ticket.User) error
	DeleteUser(ctx context.Context, username string) error
	// Owners names everybody else who has one of u's unique values.
	Owners(ctx context.Context, u ticket.User) ([]notify.Taken, error)
}

// user is a person ticketbell knows.
type user struct {
	Username     string          `json:"username" minLength:"1" maxLength:"128" doc:"Account name; cannot be changed." example:"lisi"`
	Name         string          `json:"name,omitempty" maxLength:"128" doc:"Name as people read it." example:"李四"`
	Email        string          `json:"email,omitempty" maxLength:"254" doc:"E-mail address." example:"lisi@corp.com"`
	Phone        string          `json:"phone,omitempty" maxLength:"32" doc:"Phone number; kept as E.164, without a country code it gets +86." example:"+8613800001234"`
	WeComUserID  string          `json:"wecom_userid,omitempty" maxLength:"64" doc:"Entered by hand, it wins over any look-up."`
	FeishuOpenID string          `json:"feishu_open_id,omitempty" maxLength:"128" doc:"Entered by hand, it wins over any look-up."`
	Language     cards.Language  `json:"language,omitempty" enum:"zh,en," doc:"zh, en, or empty for the default of the installation."`
	Timezone     string          `json:"timezone,omitempty" maxLength:"64" doc:"IANA name of the zone times are written in for this person, or empty for that of the settings." example:"Asia/Shanghai"`
	Role         ticket.UserRole `json:"role,omitempty" enum:"admin,operator,member" doc:"What the person may do in ticketbell; default: member."`
	Disabled     bool            `json:"disabled,omitempty" doc:"Disabled people are never told anything."`
	QuietHours   quietHours      `json:"quiet_hours,omitzero"`

	ChannelPolicy ticket.Policy    `json:"channel_policy,omitempty" enum:"all,first," doc:"On how many channels the person is told: on all, on the first that gets through, or empty for that of the settings."`
	ChannelOrder  []notify.Channel `json:"channel_order,omitempty" maxItems:"3" uniqueItems:"true" enum:"feishu,wecom,mail" doc:"In which order channels are tried; those it leaves out follow in the order of the settings."`

	Events *events `json:"events,omitempty" doc:"Which news the person hears of: all of it, but for what was switched off."`
}

// userPatch is what changes of a user; what is absent stays.
type userPatch struct {
	Username     *string          `json:"username,omitempty" doc:"May be repeated, not changed."`
	Name         *string          `json:"name,omitempty" maxLength:"128"`
	Email        *string          `json:"email,omitempty" maxLength:"254" doc:"Empty clears it."`
	Phone        *string          `json:"phone,omitempty" maxLength:"32" doc:"Empty clears it."`
	WeComUserID  *string          `json:"wecom_userid,omitempty" maxLength:"64" doc:"Empty clears it."`
	FeishuOpenID *string          `json:"feishu_open_id,omitempty" maxLength:"128" doc:"Empty clears it."`
	Language     *cards.Language  `json:"language,omitempty" enum:"zh,en,"`
	Timezone     *string          `json:"timezone,omitempty" maxLength:"64" doc:"Empty is that of the settings."`
	Role         *ticket.UserRole `json:"role,omitempty" enum:"admin,operator,member"`
	Disabled     *bool            `json:"disabled,omitempty"`
	QuietHours   quietHours       `json:"quiet_hours,omitzero"`

	ChannelPolicy *ticket.Policy    `json:"channel_policy,omitempty" enum:"all,first," doc:"Empty is that of the settings."`
	ChannelOrder  *[]notify.Channel `json:"channel_order,omitempty" maxItems:"3" uniqueItems:"true" enum:"feishu,wecom,mail" doc:"Empty is that of the settings."`

	Events *events `json:"events,omitempty"`
}

// PickedPeople are the filters of everything that speaks of many people.
type PickedPeople struct {
	Query string          `query:"q" maxLength:"200" doc:"Looked for in username, name, e-mail, phone, and the ids entered by hand."`
	Role  ticket.UserRole `query:"role" enum:"admin,operator,member"`
	Reach notify.Reach    `query:"reach" enum:"all,some,none,disabled" doc:"On how many of the channels that are switched on the person is, or may well be, reached."`

	Channel notify.Channel `query:"channel" enum:"feishu,wecom,mail" doc:"Judges reach on this channel alone; without reach, those who are, or may well be, reached there."`
}

func (p PickedPeople) filter() notify.PeopleFilter {
	return notify.PeopleFilter{Query: p.Query, Role: p.Role, Reach: p.Reach, Channel: p.Channel}
}

type usersInput struct {
	PickedPeople

	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor  string `query:"cursor" doc:"next_cursor of the page before."`
	Include string `query:"include" enum:"identities" doc:"identities: adds how each person is reached; no provider is asked."`
}

// listedUser is a user in a list.
type listedUser struct {
	user

	Identities []explainedIdentity `json:"identities,omitempty" doc:"How the person is reached, one per channel; only with include=identities."`
}

type usersOutput struct {
	Body struct {
		Items      []listedUser `json:"items"`
		NextCursor string       `json:"next_cursor" doc:"Cursor of the next page, empty at the end."`
		Total      int          `json:"total" doc:"How many there are on all pages."`
	}
}

type userInput struct {
	Username string `path:"username"`
}

type userCreate struct{ Body form[user] }

type userChange struct {
	Username string `path:"username"`
	Body     form[userPatch]
}

type userOutput struct{ Body user }

func (a *api) registerUsers() {
	at := func(method, id, title string, fails ...int) route {
		path := "/api/v1/users/{username}"
		if id == "list-users" || id == "create-user" {
			path = "/api/v1/users"
		}
		scope := access.UsersWrite
		if method == http.MethodGet {
			scope = access.UsersRead
		}
		return route{method: method, path: path, id: id, scope: scope, tag: tagPeople, title: title, fails: fails}
	}
	register(a, at(http.MethodGet, "list-users", "List people", 400), a.listUsers)
	create := at(http.MethodPost, "create-user", "Add a person", 400, 409)
	create.status, create.unchecked, create.example = http.StatusCreated, true, map[string]any{"username": "lisi", "name": "李四", "email": "lisi@corp.com", "phone": "13800001234"}
	register(a, create, a.createUser)
	register(a, at(http.MethodGet, "get-user", "One person", 404), a.getUser)
	change := at(http.MethodPatch, "patch-user", "Change a person", 400, 404, 409)
	change.text, change.unchecked = "What is absent stays.", true
	register(a, change, a.patchUser)
	register(a, at(http.MethodDelete, "delete-user", "Remove a person", 404), a.deleteUser)
}

func (a *api) listUsers(ctx context.Context, in *usersInput) (*usersOutput, error) {
	f := in.filter()
	total, err := a.Users.CountPeople(ctx, f)
	if err != nil {
		return nil, err
	}
	f.Limit, f.Cursor = in.Limit, in.Cursor
	items, next, err := a.Users.People(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &usersOutput{}
	out.Body.Total, out.Body.NextCursor = total, next
	out.Body.Items = mapped(items, func(u ticket.User) listedUser { return listedUser{user: userFor(ctx, u)} })
	if in.Include == "identities" {
		for i, ids := range a.Identities.IdentitiesOf(ctx, items) {
			out.Body.Items[i].Identities = mapped(ids, func(id notify.Identity) explainedIdentity { return identityFor(ctx, id) })
		}
	}
	return out, nil
}

func (a *api) getUser(ctx context.Context, in *userInput) (*userOutput, error) {
	return a.readUser(ctx, in.Username)
}

func (a *api) createUser(ctx context.Context, in *userCreate) (*userOutput, error) {
	body, wrong := in.Body.read(a)
	u := body.known()
	if err := together(append(wrong, body.Events.wrong()...), roster.Check(u)); err != nil {
		return nil, err
	}
	if err := mayAppoint(ctx, ticket.Member, u.Role); err != nil {
		return nil, err
	}
	if err := a.Users.CreateUser(ctx, u); err != nil {
		return nil, err
	}
	a.Identities.Edited(ctx, u)
	return a.readUser(ctx, u.Username)
}

func (a *api) patchUser(ctx context.Context, in *userChange) (*userOutput, error) {
	u, err := a.Users.User(ctx, in.Username)
	if err != nil {
		return nil, err
	}
	before := u
	body, wrong := in.Body.read(a)
	if body.Username != nil && *body.Username != u.Username {
		wrong = append(wrong, ticket.FieldError{Field: "username", Code: "invalid", Message: "cannot be changed"})
	}
	body.apply(&u)
	if err := together(append(wrong, body.Events.wrong()...), roster.Check(u)); err != nil {
		return nil, err
	}
	if err := mayAppoint(ctx, before.Role, u.Role); err != nil {
		return nil, err
	}
	if err := a.Users.UpdateUser(ctx, u); err != nil {
		return nil, err
	}
	a.Identities.Edited(ctx, before, u)
	return a.readUser(ctx, u.Username)
}

func (a *api) deleteUser(ctx context.Context, in *userInput) (*struct{}, error) {
	u, err := a.Users.User(ctx, in.Username)
	if err != nil {
		return nil, err
	}
	if err := a.Users.DeleteUser(ctx, in.Username); err != nil {
		return nil, err
	}
	a.Identities.Edited(ctx, u)
	return nil, nil
}

// readUser answers with a user as the store keeps them: addresses are brought into
// one form there.
func (a *api) readUser(ctx context.Context, username string) (*userOutput, error) {
	u, err := a.Users.User(ctx, username)
	if err != nil {
		return nil, err
	}
	return &userOutput{userFor(ctx, u)}, nil
}

func userOf(u ticket.User) user {
	return user{
		Username: u.Username, Name: u.Name, Email: u.Email, Phone: u.Phone, WeComUserID: u.WeComUserID,
		FeishuOpenID: u.FeishuOpenID, Language: cards.Language(u.Language), Timezone: u.Timezone, Role: u.Role, Disabled: u.Disabled,
		QuietHours: quietHours{Quiet: u.Quiet}, ChannelPolicy: u.Ways.Policy, ChannelOrder: notify.OrderOf(u.Ways),
		Events: eventsOf(u.Unwanted),
	}
}

func (u user) known() ticket.User {
	role := u.Role
	if role == "" {
		role = ticket.Member
	}
	known := ticket.User{
		Person:      ticket.Person{Username: u.Username, Name: u.Name, Email: u.Email, Phone: u.Phone},
		WeComUserID: u.WeComUserID, FeishuOpenID: u.FeishuOpenID, Language: string(u.Language), Timezone: u.Timezone, Role: role, Disabled: u.Disabled,
		Quiet: u.QuietHours.Quiet, Ways: ticket.Ways{Order: notify.InOrder(u.ChannelOrder), Policy: u.ChannelPolicy},
	}
	u.Events.apply(&known.Unwanted)
	return known
}

func (p userPatch) apply(u *ticket.User) {
	set(&u.Name, p.Name)
	set(&u.Email, p.Email)
	set(&u.Phone, p.Phone)
	set(&u.WeComUserID, p.WeComUserID)
	set(&u.FeishuOpenID, p.FeishuOpenID)
	set(&u.Timezone, p.Timezone)
	set(&u.Role, p.Role)
	set(&u.Disabled, p.Disabled)
	if p.Language != nil {
		u.Language = string(*p.Language)
	}
	if p.QuietHours.said {
		u.Quiet = p.QuietHours.Quiet
	}
	set(&u.Ways.Policy, p.ChannelPolicy)
	if p.ChannelOrder != nil {
		u.Ways.Order = notify.InOrder(*p.ChannelOrder)
	}
	p.Events.apply(&u.Unwanted)
}

// set puts what a patch brings, if it brings anything.
func set[T any](at *T, value *T) {
	if value != nil {
		*at = *value
	}
}
