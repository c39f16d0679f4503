package server

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/jobs"
	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// resolveWorkers is how many people are looked up at a time: enough to fill a call
// to Feishu, which takes 50 (feishu.md 4).
const resolveWorkers = 50

// The jobs on people.
const (
	jobResolve = "resolve"
	jobTest    = "test"
)

type resolveInput struct {
	DryRun bool `query:"dry_run" doc:"Only tell how many people it concerns, and how long it takes."`
	Body   struct {
		Usernames []string `json:"usernames,omitempty" maxItems:"5000" doc:"Whom to look up; absent: everybody who is not disabled."`
		Only      string   `json:"only,omitempty" enum:"failed," doc:"failed: those who are not reached on some channel."`
	}
}

type resolveOutput struct {
	Status int
	Body   struct {
		JobID    string    `json:"job_id,omitempty" doc:"Look at it with GET /api/v1/jobs/{id}. Absent in a dry run."`
		Estimate *estimate `json:"estimate,omitempty" doc:"Only in a dry run."`
	}
}

// estimate is what looking people up will take.
type estimate struct {
	People        int  `json:"people" doc:"How many people are looked up."`
	Feishu        int  `json:"feishu" doc:"How many of them are asked for at Feishu, 50 a call."`
	WeCom         int  `json:"wecom" doc:"How many of them are asked for at WeCom, one a call."`
	WeComOn       bool `json:"wecom_on" doc:"Whether WeCom can be asked now."`
	MissesAllowed int  `json:"misses_allowed,omitempty" doc:"After so many look-ups at WeCom that found nobody, ticketbell stops for the day."`
	Misses        int  `json:"misses,omitempty" doc:"How many found nobody today."`
	Seconds       int  `json:"seconds" doc:"About how long it takes."`
}

func (a *api) registerResolve() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:resolve", id: "resolve-users", scope: access.UsersResolve, tag: tagPeople,
		title: "Look many people up again",
		text: "Answers with a job. Feishu takes 50 people a call; WeCom one, and stops for the day before so many look-ups find nobody that it would close them: " +
			"whoever was not asked counts as `wecom.lookup_budget` in the summary, and what was known of them stays. The job's report lists who is not reached, and why.",
		status: http.StatusAccepted, fails: []int{400, 404, 409}, example: map[string]any{"only": "failed"},
	}, a.resolvePeople)
}

func (a *api) resolvePeople(ctx context.Context, in *resolveInput) (*resolveOutput, error) {
	people, err := a.peopleNamed(ctx, in.Body.Usernames)
	if err != nil {
		return nil, err
	}
	onlyFailed := in.Body.Only == "failed"
	out := &resolveOutput{Status: http.StatusAccepted}
	if in.DryRun {
		out.Status = http.StatusOK
		out.Body.Estimate, err = a.estimate(ctx, people, onlyFailed)
		return out, err
	}
	lang := current(ctx).language()
	started, err := a.startJob(ctx, jobResolve, func(ctx context.Context, j *jobs.Job) error {
		return a.resolveAll(ctx, j, people, onlyFailed, lang)
	})
	if err != nil {
		return nil, err
	}
	out.Body.JobID = started.Body.JobID
	return out, nil
}

// How long look-ups take: a call to Feishu with 50 people, one person at WeCom, where four
// run at a time.
const (
	feishuCallTime = 400 * time.Millisecond
	weComTime      = 100 * time.Millisecond
	feishuBatch    = 50
)

// estimate tells what it takes to look people up.
func (a *api) estimate(ctx context.Context, people []ticket.User, onlyFailed bool) (*estimate, error) {
	c, err := a.Identities.Chances(ctx)
	if err != nil {
		return nil, err
	}
	e := &estimate{WeComOn: c.WeCom, MissesAllowed: c.MissesAllowed, Misses: c.Misses}
	if onlyFailed {
		people = a.notReached(ctx, people)
	}
	for _, u := range people {
		e.People++
		contact := u.Email != "" || u.Phone != ""
		if c.Feishu && contact && u.FeishuOpenID == "" {
			e.Feishu++
		}
		if c.WeCom && contact && u.WeComUserID == "" {
			e.WeCom++
		}
	}
	took := time.Duration((e.Feishu+feishuBatch-1)/feishuBatch)*feishuCallTime + time.Duration(e.WeCom)*weComTime
	e.Seconds = int(max(took, time.Second).Round(time.Second).Seconds())
	return e, nil
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
		return people, roster.Everybody(ctx, a.Users, notify.PeopleFilter{}, take)
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

// resolveAll looks people up, some at a time, counts what came of it, and reports who is
// not reached.
func (a *api) resolveAll(ctx context.Context, j *jobs.Job, people []ticket.User, onlyFailed bool, lang cards.Language) error {
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
			ids, outcomes := a.resolveOne(ctx, u, onlyFailed)
			for _, id := range ids {
				if !id.OK && id.Reason != notify.ReasonChannelOff {
					j.Report(u.Username, u.Name, string(id.Channel), id.Reason, notify.IdentityWords(id).In(lang))
				}
			}
			j.Advance(outcomes...)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// resolveOne returns how u is reached on each channel now: "feishu.ok", "wecom.not_found".
func (a *api) resolveOne(ctx context.Context, u ticket.User, onlyFailed bool) (ids []notify.Identity, outcomes []string) {
	if onlyFailed && a.reachedEverywhere(ctx, u) {
		return nil, []string{"left_alone"}
	}
	ids, err := a.Identities.Resolve(ctx, u)
	if err != nil {
		return nil, []string{"failed"}
	}
	return ids, mapped(ids, func(id notify.Identity) string {
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
	return err == nil && everywhere(ids)
}

// askedAtATime is of how many people it is asked at a time how they are reached.
const askedAtATime = 500

// notReached are those of people who are not reached on some channel that is on.
func (a *api) notReached(ctx context.Context, people []ticket.User) (failed []ticket.User) {
	for some := range slices.Chunk(people, askedAtATime) {
		for i, ids := range a.Identities.IdentitiesOf(ctx, some) {
			if !everywhere(ids) {
				failed = append(failed, some[i])
			}
		}
	}
	return failed
}

// everywhere reports whether somebody is reached on every channel that is on.
func everywhere(ids []notify.Identity) bool {
	return !slices.ContainsFunc(ids, func(id notify.Identity) bool { return !id.OK && id.Reason != notify.ReasonChannelOff })
}
