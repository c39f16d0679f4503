package server

import (
	"context"
	"net/http"
	"slices"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/jobs"
	"ticketbell/notify"
	"ticketbell/ticket"
)

type trialsInput struct {
	DryRun bool `query:"dry_run" doc:"Only tell what would be sent."`
	Body   struct {
		Usernames []string `json:"usernames" minItems:"1" maxItems:"200" doc:"Who gets a test message, on each channel that reaches them."`
	}
}

// trialMessage is a test message to one person on one channel.
type trialMessage struct {
	Username string         `json:"username"`
	Channel  notify.Channel `json:"channel"`
}

type trialsOutput struct {
	Status int
	Body   struct {
		JobID    string         `json:"job_id,omitempty" doc:"The job that sends them. Absent in a dry run."`
		Messages []trialMessage `json:"messages,omitempty" doc:"What would be sent to whom. Only in a dry run, as left."`
		Left     *int           `json:"left,omitempty" doc:"How many test messages the caller may still send this hour."`
	}
}

func (a *api) registerPeopleTrials() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:test", id: "test-users", scope: access.ChannelsTest, tag: tagPeople,
		title: "Send people test messages",
		text: "A real message to each, on every channel that is on and reaches them, by a job. They count as tests: 20 an hour and caller; more than are left is 429 and " +
			"sends none.",
		status: http.StatusAccepted, fails: []int{400, 404, 409, 429}, example: map[string]any{"usernames": []string{"t1"}},
	}, a.testUsers)
}

func (a *api) testUsers(ctx context.Context, in *trialsInput) (*trialsOutput, error) {
	people, err := a.peopleNamed(ctx, in.Body.Usernames)
	if err != nil {
		return nil, err
	}
	out := &trialsOutput{Status: http.StatusAccepted}
	messages, err := a.trialsTo(ctx, people)
	if err != nil {
		return nil, err
	}
	if in.DryRun {
		left := a.tests.left(by(ctx), a.Now())
		out.Status, out.Body.Messages, out.Body.Left = http.StatusOK, messages, &left
		return out, nil
	}
	if err := a.tests.spendMany(by(ctx), len(messages), a.Now()); err != nil {
		return nil, err
	}
	lang := current(ctx).language()
	started, err := a.startJob(ctx, jobTest, func(ctx context.Context, j *jobs.Job) error {
		return a.sendTrials(ctx, j, messages, lang)
	})
	if err != nil { // such as a job of that kind that runs already
		a.tests.giveBack(by(ctx), len(messages))
		return nil, err
	}
	out.Body.JobID = started.Body.JobID
	return out, nil
}

// trialsTo are messages to people on every channel that reaches them, or may.
func (a *api) trialsTo(ctx context.Context, people []ticket.User) ([]trialMessage, error) {
	messages := []trialMessage{}
	on, err := a.channelsOn(ctx)
	if err != nil {
		return nil, err
	}
	for i, ids := range a.Identities.IdentitiesOf(ctx, people) {
		for _, id := range ids {
			if slices.Contains(on, id.Channel) && (id.OK || id.Reason == notify.ReasonNotAsked) {
				messages = append(messages, trialMessage{people[i].Username, id.Channel})
			}
		}
	}
	return messages, nil
}

// channelsOn are the channels that are switched on, those that are paused among them.
func (a *api) channelsOn(ctx context.Context) (on []notify.Channel, err error) {
	for _, ch := range notify.Channels() {
		h, err := a.Channels.Health(ctx, ch)
		if err != nil {
			return nil, err
		}
		if h.State != stateOff {
			on = append(on, ch)
		}
	}
	return on, nil
}

// stateOff is the [notify.Health] of a channel that is switched off.
const stateOff = "off"

// sendTrials sends the messages one after the other, and reports which did not go out.
func (a *api) sendTrials(ctx context.Context, j *jobs.Job, messages []trialMessage, lang cards.Language) error {
	j.Expect(len(messages))
	for _, m := range messages {
		if err := j.Step(ctx); err != nil {
			return err
		}
		report, err := a.Channels.Test(ctx, m.Channel, notify.TestRequest{To: notify.TestTarget{Username: m.Username}, Language: lang})
		switch {
		case err != nil:
			return err
		case report.Success:
			j.Advance(string(m.Channel) + ".ok")
		default:
			j.Advance(string(m.Channel) + ".failed")
			if no := report.Error; no != nil {
				j.Report(m.Username, "", string(m.Channel), no.Code, no.Title.In(lang))
			}
		}
	}
	return nil
}
