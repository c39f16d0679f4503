package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"ticketbell/access"
	"ticketbell/jobs"
)

// job is work that takes longer than a request.
type job struct {
	ID        string         `json:"id" example:"job_0192f0c1d2e37c40b0a1c2d3e4f5a6b7"`
	Kind      string         `json:"kind" enum:"resolve,test,import,import-dms,retry,discard"`
	DryRun    bool           `json:"dry_run,omitempty" doc:"Whether it only tells what would happen."`
	State     jobs.State     `json:"state" enum:"running,paused,done,failed,canceled"`
	Done      int            `json:"done" doc:"How many people or deliveries are done."`
	Total     int            `json:"total" doc:"How many there are; 0 until it is known."`
	Summary   map[string]int `json:"summary" doc:"What came of it so far: feishu.ok, wecom.lookup_budget, created …"`
	Notes     []string       `json:"notes" doc:"What a person should read, at most 100."`
	Rows      int            `json:"rows,omitempty" doc:"How many rows its report has: GET /api/v1/jobs/{id}/report."`
	Error     string         `json:"error,omitempty" doc:"Why it failed."`
	StartedAt time.Time      `json:"started_at"`
	EndedAt   time.Time      `json:"ended_at,omitzero"`
}

type jobInput struct {
	ID string `path:"id"`
}

type jobOutput struct{ Body job }

type jobStarted struct {
	Body struct {
		JobID string `json:"job_id" doc:"Look at it with GET /api/v1/jobs/{id}."`
	}
}

func (a *api) registerJobs() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/jobs", id: "list-jobs", scope: access.UsersWrite, also: jobScopes(), tag: tagPeople,
		title: "Jobs of this process", text: "The newest first: those you may see.",
	}, a.listJobs)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/jobs/{id}", id: "get-job", scope: access.UsersWrite, also: jobScopes(), tag: tagPeople,
		title: "How far a job is",
		text: "Jobs live in the process that started them: a restart ends them, and another replica answers 404. " +
			"Jobs on deliveries take the scope deliveries:retry instead, looking people up users:resolve, test messages channels:test.",
		fails: []int{404},
	}, func(ctx context.Context, in *jobInput) (*jobOutput, error) { return jobAnswer(a.jobFor(ctx, in.ID)) })
	a.registerReport()
	for _, verb := range []struct {
		name, title string
		do          func(string) (jobs.View, error)
	}{
		{"pause", "Pause a job", a.Jobs.Pause},
		{"resume", "Let a paused job go on", a.Jobs.Resume},
		{"cancel", "End a job; what it did stays done", a.Jobs.Cancel},
	} {
		register(a, route{
			method: http.MethodPost, path: "/api/v1/jobs/{id}:" + verb.name, id: verb.name + "-job", scope: access.UsersWrite, also: jobScopes(), tag: tagPeople,
			title: verb.title, fails: []int{404, 409},
		}, func(ctx context.Context, in *jobInput) (*jobOutput, error) {
			if _, err := a.jobFor(ctx, in.ID); err != nil {
				return nil, err
			}
			return jobAnswer(verb.do(in.ID))
		})
	}
}

// jobScopes are the scopes beside users:write that let a caller see some job.
func jobScopes() []access.Scope {
	return []access.Scope{access.DeliveriesRetry, access.UsersResolve, access.ChannelsTest}
}

type jobsOutput struct {
	Body struct {
		Items []job `json:"items"`
	}
}

func (a *api) listJobs(ctx context.Context, _ *struct{}) (*jobsOutput, error) {
	out := &jobsOutput{}
	out.Body.Items = []job{}
	for _, v := range slices.Backward(a.Jobs.List()) {
		if current(ctx).token.Allows(jobScope(v.Kind)) {
			out.Body.Items = append(out.Body.Items, shownJob(v))
		}
	}
	return out, nil
}

func jobAnswer(v jobs.View, err error) (*jobOutput, error) {
	if err != nil {
		return nil, err
	}
	return &jobOutput{shownJob(v)}, nil
}

func shownJob(v jobs.View) job {
	return job{
		ID: v.ID, Kind: v.Kind, DryRun: v.Trial, State: v.State, Done: v.Done, Total: v.Total, Summary: v.Summary,
		Notes: append([]string{}, v.Notes...), Rows: v.Rows, Error: v.Error, StartedAt: v.StartedAt, EndedAt: v.EndedAt,
	}
}

// startJob answers with the id of a job that was started.
func (a *api) startJob(ctx context.Context, kind string, work func(context.Context, *jobs.Job) error) (*jobStarted, error) {
	v, err := a.Jobs.Start(ctx, kind, work)
	if err != nil {
		return nil, err
	}
	out := &jobStarted{}
	out.Body.JobID = v.ID
	return out, nil
}
