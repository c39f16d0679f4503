package server

import (
	"context"
	"net/http"
	"slices"

	"ticketbell/access"
	"ticketbell/notify"
)

// Preferences keeps how people like the pages to be.
type Preferences interface {
	Preferences(ctx context.Context, username string) (notify.Preferences, error)
	SavePreferences(ctx context.Context, username string, p notify.Preferences) error
}

// preferences are how the caller likes the pages to be.
type preferences struct {
	HiddenColumns    []string `json:"hidden_columns" enum:"headline,person,channel,attempts,took" doc:"Columns left out of the list of deliveries."`
	FirstStepsHidden bool     `json:"first_steps_hidden" doc:"The first steps of a new installation are no longer shown."`
	Theme            string   `json:"theme" enum:",auto,light,dark" doc:"Theme of the pages, in every browser; empty: each browser has its own."`
}

type preferencesChange struct {
	Body struct {
		HiddenColumns    *[]string `json:"hidden_columns,omitempty" maxItems:"5" uniqueItems:"true" enum:"headline,person,channel,attempts,took"`
		FirstStepsHidden *bool     `json:"first_steps_hidden,omitempty"`
		Theme            *string   `json:"theme,omitempty" enum:",auto,light,dark"`
	}
}

type preferencesOutput struct{ Body preferences }

func (a *api) registerPreferences() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/me/preferences", id: "get-my-preferences", scope: access.Me, tag: tagPeople,
		title: "How I like the pages to be", fails: []int{404},
	}, func(ctx context.Context, _ *struct{}) (*preferencesOutput, error) {
		_, p, err := a.liked(ctx)
		return showPreferences(p), err
	})
	register(a, route{
		method: http.MethodPatch, path: "/api/v1/me/preferences", id: "patch-my-preferences", scope: access.Me, tag: tagPeople, noting: never,
		title: "Change how I like the pages to be", text: "What is absent stays.", fails: []int{400, 404},
		example: map[string]any{"hidden_columns": []string{"took"}},
	}, a.patchPreferences)
}

// liked are the caller's preferences.
func (a *api) liked(ctx context.Context) (username string, p notify.Preferences, err error) {
	u, err := a.myself(ctx)
	if err != nil {
		return "", p, err
	}
	p, err = a.Preferences.Preferences(ctx, u.Username)
	return u.Username, p, err
}

func (a *api) patchPreferences(ctx context.Context, in *preferencesChange) (*preferencesOutput, error) {
	username, p, err := a.liked(ctx)
	if err != nil {
		return nil, err
	}
	if in.Body.HiddenColumns != nil {
		p.HiddenColumns = slices.Clone(*in.Body.HiddenColumns)
	}
	set(&p.FirstStepsHidden, in.Body.FirstStepsHidden)
	set(&p.Theme, in.Body.Theme)
	return showPreferences(p), a.Preferences.SavePreferences(ctx, username, p)
}

func showPreferences(p notify.Preferences) *preferencesOutput {
	if p.HiddenColumns == nil {
		p.HiddenColumns = []string{}
	}
	return &preferencesOutput{preferences(p)}
}
