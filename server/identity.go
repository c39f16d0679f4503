package server

import (
	"context"
	"net/http"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Identities knows how people are reached.
type Identities interface {
	// Identities returns what is known of u on each channel, without asking a provider.
	Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error)
	// Resolve asks the providers afresh.
	Resolve(ctx context.Context, u ticket.User) ([]notify.Identity, error)
}

type identitiesOutput struct {
	Body struct {
		Items []notify.Identity `json:"items" doc:"One per channel."`
	}
}

func (a *api) registerIdentities() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/users/{username}/identities", id: "list-identities", scope: access.UsersWrite, tag: tagPeople,
		title: "How a person is reached", text: "What is known on each channel; no provider is asked.", fails: []int{404},
	}, a.listIdentities)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users/{username}/identities:resolve", id: "resolve-identities", scope: access.UsersWrite, tag: tagPeople,
		title: "Look a person up again", text: "Asks the provider of each channel that is enabled.", fails: []int{404, 429},
	}, a.resolveIdentities)
}

func (a *api) listIdentities(ctx context.Context, in *userInput) (*identitiesOutput, error) {
	return a.identitiesOf(ctx, in.Username, a.Identities.Identities)
}

func (a *api) resolveIdentities(ctx context.Context, in *userInput) (*identitiesOutput, error) {
	return a.identitiesOf(ctx, in.Username, a.Identities.Resolve)
}

func (a *api) identitiesOf(
	ctx context.Context, username string, ask func(context.Context, ticket.User) ([]notify.Identity, error),
) (*identitiesOutput, error) {
	u, err := a.Users.User(ctx, username)
	if err != nil {
		return nil, err
	}
	found, err := ask(ctx, u)
	if err != nil {
		return nil, err
	}
	out := &identitiesOutput{}
	out.Body.Items = append([]notify.Identity{}, found...)
	return out, nil
}
