package server

import (
	"context"
	"errors"
	"net/http"

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
}

// mePatch is what people may change of themselves. An open_id, a role and being
// disabled are the administrator's.
type mePatch struct {
	Name        *string         `json:"name,omitempty" maxLength:"128"`
	Email       *string         `json:"email,omitempty" maxLength:"254" doc:"Empty clears it."`
	Phone       *string         `json:"phone,omitempty" maxLength:"32" doc:"Empty clears it."`
	WeComUserID *string         `json:"wecom_userid,omitempty" maxLength:"64" doc:"Empty clears it."`
	Language    *cards.Language `json:"language,omitempty" enum:"zh,en,"`
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
		title: "Change how I am reached", text: text + " What is absent stays.", unchecked: true, fails: []int{400, 404, 409},
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
	body, wrong := in.Body.read(a)
	body.apply(&u)
	if err := together(wrong, roster.Check(u)); err != nil {
		return nil, err
	}
	if err := a.Users.UpdateUser(ctx, u); err != nil {
		return nil, err
	}
	a.Identities.Edited(ctx, before, u)
	return a.showMe(ctx, u.Username)
}

func (p mePatch) apply(u *ticket.User) {
	userPatch{Name: p.Name, Email: p.Email, Phone: p.Phone, WeComUserID: p.WeComUserID, Language: p.Language}.apply(u)
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
	lang := current(ctx).language()
	return &meOutput{me{userOf(u), mapped(ids, func(id notify.Identity) explainedIdentity { return explainID(id, lang) })}}, nil
}
