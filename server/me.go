package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// me is a person's own profile, and whether they can be reached.
type me struct {
	user
	Identities []explainedIdentity `json:"identities" doc:"How you are reached on each channel, or why not."`
	Effective  effective           `json:"effective" doc:"What holds for you, your own choice or that of the settings."`
	Locked     []string            `json:"locked,omitempty" enum:"phone,email,wecom_userid" doc:"What only an administrator can change."`
	Pending    []newAddress        `json:"pending,omitempty" doc:"New addresses that hold once you confirm them."`
}

// effective is what holds for a person who may have chosen nothing.
type effective struct {
	ChannelPolicy      ticket.Policy    `json:"channel_policy" enum:"all,first"`
	ChannelOrder       []notify.Channel `json:"channel_order" enum:"feishu,wecom,mail"`
	NextChannelMinutes int              `json:"next_channel_minutes"`
	QuietHours         quietHours       `json:"quiet_hours,omitzero" doc:"Absent: none."`
}

// mePatch is what people may change of themselves. An open_id, a role and being
// disabled are the administrator's.
type mePatch struct {
	Name        *string         `json:"name,omitempty" maxLength:"128"`
	Email       *string         `json:"email,omitempty" maxLength:"254" doc:"Empty clears it."`
	Phone       *string         `json:"phone,omitempty" maxLength:"32" doc:"Empty clears it."`
	WeComUserID *string         `json:"wecom_userid,omitempty" maxLength:"64" doc:"Empty clears it."`
	Language    *cards.Language `json:"language,omitempty" enum:"zh,en,"`
	Timezone    *string         `json:"timezone,omitempty" maxLength:"64" doc:"IANA name of the zone times are written in; empty is that of the settings."`
	QuietHours  quietHours      `json:"quiet_hours,omitzero"`

	ChannelPolicy *ticket.Policy    `json:"channel_policy,omitempty" enum:"all,first," doc:"Empty is that of the settings."`
	ChannelOrder  *[]notify.Channel `json:"channel_order,omitempty" maxItems:"3" uniqueItems:"true" enum:"feishu,wecom,mail" doc:"Empty is that of the settings."`

	Events *events `json:"events,omitempty"`
}

type meChange struct{ Body form[mePatch] }

type meOutput struct{ Body me }

func (a *api) registerMe() {
	const text = "You are the person the token belongs to; it names one when it was made with `username`."
	register(a, route{
		method: http.MethodGet, path: "/api/v1/me", id: "get-me", scope: access.Me, tag: tagPeople,
		title: "Who I am and how I am reached", text: text, fails: []int{404},
	}, func(ctx context.Context, _ *struct{}) (*meOutput, error) {
		u, err := a.myself(ctx)
		if err != nil {
			return nil, err
		}
		return a.showMe(ctx, u.Username)
	})
	register(a, route{
		method: http.MethodPatch, path: "/api/v1/me", id: "patch-me", scope: access.Me, tag: tagPeople,
		title: "Change how I am reached", text: text + " What is absent stays. Where `confirm_addresses` is set, a new e-mail address or phone number is `pending` until its code is entered, and the old one holds.",
		unchecked: true, fails: []int{400, 404, 409, 429},
		example: map[string]any{"phone": "13800001234", "language": "zh"},
	}, a.patchMe)
}

// myself is the person the caller's token belongs to. A program's token is nobody's,
// and somebody disabled has nothing to say here.
func (a *api) myself(ctx context.Context) (ticket.User, error) {
	name := current(ctx).token.Username
	if name == "" {
		return ticket.User{}, newProblem(http.StatusNotFound, codeNobody)
	}
	u, err := a.Users.User(ctx, name)
	if errors.Is(err, notify.ErrNotFound) || (err == nil && u.Disabled) {
		return ticket.User{}, newProblem(http.StatusNotFound, codeNobody)
	}
	return u, err
}

func (a *api) patchMe(ctx context.Context, in *meChange) (*meOutput, error) {
	before, err := a.myself(ctx)
	if err != nil {
		return nil, err
	}
	u := before
	s, err := a.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	body, wrong := in.Body.read(a)
	body.apply(&u)
	if err := together(slices.Concat(wrong, body.Events.wrong(), locked(s, before, u)), roster.Check(u)); err != nil {
		return nil, err
	}
	if err := a.askFor(ctx, s, before, &u); err != nil {
		return nil, err
	}
	if err := a.Users.UpdateUser(ctx, u); err != nil {
		return nil, err
	}
	a.Identities.Edited(ctx, before, u)
	return a.showMe(ctx, u.Username)
}

func (p mePatch) apply(u *ticket.User) {
	userPatch{
		Name: p.Name, Email: p.Email, Phone: p.Phone, WeComUserID: p.WeComUserID, Language: p.Language, Timezone: p.Timezone,
		QuietHours: p.QuietHours, ChannelPolicy: p.ChannelPolicy, ChannelOrder: p.ChannelOrder, Events: p.Events,
	}.apply(u)
}

func (a *api) showMe(ctx context.Context, username string) (*meOutput, error) {
	u, err := a.Users.User(ctx, username)
	if err != nil {
		return nil, err
	}
	ids, err := a.Identities.Identities(ctx, u)
	if err != nil {
		return nil, err
	}
	s, err := a.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := a.Addresses.Waiting(ctx, username)
	if err != nil {
		return nil, err
	}
	lang := current(ctx).language()
	shown := mapped(ids, func(id notify.Identity) explainedIdentity { return explainID(id, lang) })
	return &meOutput{me{userOf(u), shown, effectiveFor(u, s), s.Locked(), mapped(waiting, newAddressOf)}}, nil
}

func effectiveFor(u ticket.User, s notify.Settings) effective {
	return effective{
		ChannelPolicy: cmp.Or(u.Ways.Policy, s.ChannelPolicy), ChannelOrder: s.Order(u),
		NextChannelMinutes: s.NextChannelMinutes, QuietHours: quietHours{Quiet: cmp.Or(u.Quiet, s.QuietHours)},
	}
}

type myDeliveriesInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

type myTestInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
}

type myTestOutput struct{ Body notify.TestReport }

func (a *api) registerMine() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/me/deliveries", id: "list-my-deliveries", scope: access.Me, tag: tagPeople,
		title: "What I was told", text: "The newest first.", fails: []int{400, 404},
	}, a.listMine)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/me/channels/{channel}/test", id: "test-my-channel", scope: access.Me, tag: tagPeople,
		title: "Send me one", text: "A real test message, to nobody but you. The report leaves out how the channel is configured.", fails: []int{400, 404, 429},
	}, a.testMine)
}

func (a *api) listMine(ctx context.Context, in *myDeliveriesInput) (*deliveriesOutput, error) {
	u, err := a.myself(ctx)
	if err != nil {
		return nil, err
	}
	items, next, err := a.Deliveries.Deliveries(ctx, notify.DeliveryFilter{Person: u.Username, Limit: in.Limit, Cursor: in.Cursor})
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Items, out.Body.NextCursor = mapped(items, a.inWords(ctx)), next
	return out, nil
}

// testMine sends a test message to the caller. What the stages say of the channel is
// for those who may test it; the caller learns whether it went out, and why not.
func (a *api) testMine(ctx context.Context, in *myTestInput) (*myTestOutput, error) {
	u, err := a.myself(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.tests.spend(by(ctx), a.Now()); err != nil {
		return nil, err
	}
	report, err := a.Channels.Test(ctx, in.Channel, notify.TestRequest{
		To: notify.TestTarget{Username: u.Username}, Language: current(ctx).language(),
	})
	if err != nil {
		return nil, err
	}
	report.Stages = []notify.TestStage{}
	return &myTestOutput{report}, nil
}
