package server

import (
	"context"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Identities knows how people are reached.
type Identities interface {
	// Identities returns what is known of u on each channel, without asking a provider.
	Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error)
	// Resolve asks the providers afresh.
	Resolve(ctx context.Context, u ticket.User) ([]notify.Identity, error)
	// Chances tells where people can be looked up now, and at what price.
	Chances(ctx context.Context) (notify.Chances, error)
	// Edited forgets what is known of people whose record changed: each as they were
	// and as they are now.
	Edited(ctx context.Context, people ...ticket.User)
}

// explainedIdentity is how a person is reached on a channel, in words.
type explainedIdentity struct {
	notify.Identity
	Explanation string `json:"explanation" doc:"How the person is reached, or why not and what may be the cause."`
}

type identitiesOutput struct {
	Body struct {
		Items []explainedIdentity `json:"items" doc:"One per channel."`
	}
}

func (a *api) registerIdentities() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/users/{username}/identities", id: "list-identities", scope: access.UsersRead, tag: tagPeople,
		title: "How a person is reached", text: "What is known on each channel; no provider is asked.", fails: []int{404},
	}, a.listIdentities)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users/{username}/identities:resolve", id: "resolve-identities", scope: access.UsersResolve, tag: tagPeople,
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
	out.Body.Items = mapped(found, func(id notify.Identity) explainedIdentity { return identityFor(ctx, id) })
	return out, nil
}

func explainID(id notify.Identity, lang cards.Language) explainedIdentity {
	return explainedIdentity{id, notify.IdentityWords(id).In(lang)}
}
