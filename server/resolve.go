package server

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// resolveWorkers is how many people are looked up at a time: enough to fill a call
// to Feishu, which takes 50 (feishu.md 4).
const resolveWorkers = 50

type resolveInput struct {
	Body struct {
		Usernames []string `json:"usernames,omitempty" maxItems:"5000" doc:"Whom to look up; absent: everybody who is not disabled."`
		Only      string   `json:"only,omitempty" enum:"failed," doc:"failed: those who are not reached on some channel."`
	}
}

func (a *api) registerResolve() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:resolve", id: "resolve-users", scope: access.UsersResolve, tag: tagPeople,
		title: "Look many people up again",
		text: "Answers with a job. Feishu takes 50 people a call; WeCom one, and stops for the day before so many look-ups find nobody that it would close them: " +
			"whoever was not asked counts as `wecom.lookup_budget` in the summary, and what was known of them stays.",
		status: http.StatusAccepted, fails: []int{400, 404, 409}, example: map[string]any{"only": "failed"},
	}, func(ctx context.Context, in *resolveInput) (*jobStarted, error) {
		people, err := a.peopleNamed(ctx, in.Body.Usernames)
		if err != nil {
			return nil, err
		}
		return a.startJob(ctx, "resolve", func(ctx context.Context, j *jobs.Job) error {
			return a.resolveAll(ctx, j, people, in.Body.Only == "failed")
		})
	})
}

// peopleNamed are the people of those usernames, or everybody; never the disabled.
func (a *api) peopleNamed(ctx context.Context, usernames []string) ([]ticket.User, error) {
	people := []ticket.User{}
	take := func(u ticket.User) error {
		if !u.Disabled {
			people = append(people, u)
		}
		return nil
	}
	if len(usernames) == 0 {
		return people, roster.Everybody(ctx, a.Users, take)
	}
	for _, name := range usernames {
		u, err := a.Users.User(ctx, name)
		if err != nil {
			return nil, err
		}
		_ = take(u) // it never fails
	}
	return people, nil
}

// resolveAll looks people up, some at a time, and counts what came of it.
func (a *api) resolveAll(ctx context.Context, j *jobs.Job, people []ticket.User, onlyFailed bool) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, resolveWorkers)
	j.Expect(len(people))
	for _, u := range people {
		if err := j.Step(ctx); err != nil {
			return err
		}
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			j.Advance(a.resolveOne(ctx, u, onlyFailed)...)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// resolveOne returns how u is reached on each channel now: "feishu.ok", "wecom.not_found".
func (a *api) resolveOne(ctx context.Context, u ticket.User, onlyFailed bool) []string {
	if onlyFailed && a.reachedEverywhere(ctx, u) {
		return []string{"left_alone"}
	}
	ids, err := a.Identities.Resolve(ctx, u)
	if err != nil {
		return []string{"failed"}
	}
	return mapped(ids, func(id notify.Identity) string {
		switch {
		case id.OK:
			return string(id.Channel) + ".ok"
		case notify.ReasonWords(id.Reason).EN == id.Reason: // the provider's own words are no figure
			return string(id.Channel) + ".failed"
		default:
			return string(id.Channel) + "." + id.Reason
		}
	})
}

func (a *api) reachedEverywhere(ctx context.Context, u ticket.User) bool {
	ids, err := a.Identities.Identities(ctx, u)
	return err == nil && !slices.ContainsFunc(ids, func(id notify.Identity) bool {
		return !id.OK && id.Reason != notify.ReasonChannelOff
	})
}
