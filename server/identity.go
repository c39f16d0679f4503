package server

import (
	"context"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Identities knows how people are reached.
type Identities interface {
	// Identities returns what is known of u on each channel, without asking a provider.
	Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error)
	// IdentitiesOf is Identities of many who were read a moment ago, in their order.
	IdentitiesOf(ctx context.Context, users []ticket.User) [][]notify.Identity
	// Resolve asks the providers of those channels afresh, of all when none is named.
	Resolve(ctx context.Context, u ticket.User, on ...notify.Channel) ([]notify.Identity, error)
	// Clear forgets what was looked up of u on a channel; an id that was entered by hand
	// is [notify.ErrEntered].
	Clear(ctx context.Context, ch notify.Channel, u ticket.User) error
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
	// Last is nil where nothing was sent yet, and for callers who may not read deliveries.
	Last *lastDelivery `json:"last_delivery,omitempty" doc:"The newest delivery to the person on the channel, for callers with deliveries:read."`
}

// lastDelivery is what came of the newest delivery to a person on a channel.
type lastDelivery struct {
	ID     string        `json:"id"`
	Status notify.Status `json:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	At     time.Time     `json:"at" doc:"When it was made."`
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
		title: "Look a person up again", text: "Asks the provider of each channel that is enabled, or of the one that is named.", fails: []int{400, 404, 429},
	}, a.resolveIdentities)
	register(a, route{
		method: http.MethodDelete, path: "/api/v1/users/{username}/identities/{channel}", id: "clear-identity", scope: access.UsersResolve, tag: tagPeople,
		title: "Forget what was looked up", text: "On every replica; the next message looks the person up again. An id entered by hand is changed with the person, and answers 409.", fails: []int{400, 404, 409},
	}, a.clearIdentity)
}

func (a *api) listIdentities(ctx context.Context, in *userInput) (*identitiesOutput, error) {
	out, err := a.identitiesOf(ctx, in.Username, a.Identities.Identities)
	if err != nil || !current(ctx).token.Allows(access.DeliveriesRead) {
		return out, err
	}
	for i := range out.Body.Items {
		id := &out.Body.Items[i]
		if id.Last, err = a.lastTo(ctx, in.Username, id.Channel); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lastTo is the newest delivery to somebody on a channel, nil when there is none.
func (a *api) lastTo(ctx context.Context, username string, ch notify.Channel) (*lastDelivery, error) {
	found, _, err := a.Deliveries.Deliveries(ctx, notify.DeliveryFilter{Person: username, Channel: ch, Limit: 1})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &lastDelivery{found[0].ID, found[0].Status, found[0].CreatedAt}, nil
}

type clearInput struct {
	Username string         `path:"username"`
	Channel  notify.Channel `path:"channel" enum:"feishu,wecom"`
}

// auditFields are what the audit log says was cleared.
func (in *clearInput) auditFields() []string { return []string{string(in.Channel)} }

func (a *api) clearIdentity(ctx context.Context, in *clearInput) (*struct{}, error) {
	u, err := a.Users.User(ctx, in.Username)
	if err != nil {
		return nil, err
	}
	return nil, a.Identities.Clear(ctx, in.Channel, u)
}

type lookUpInput struct {
	Username string         `path:"username"`
	Channel  notify.Channel `query:"channel" enum:"feishu,wecom,mail" doc:"Only this one; absent: all."`
}

// auditFields are what the audit log says was looked up.
func (in *lookUpInput) auditFields() []string {
	if in.Channel == "" {
		return nil
	}
	return []string{string(in.Channel)}
}

func (a *api) resolveIdentities(ctx context.Context, in *lookUpInput) (*identitiesOutput, error) {
	return a.identitiesOf(ctx, in.Username, func(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
		if in.Channel == "" {
			return a.Identities.Resolve(ctx, u)
		}
		return a.Identities.Resolve(ctx, u, in.Channel)
	})
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
	return explainedIdentity{Identity: id, Explanation: notify.IdentityWords(id).In(lang)}
}
