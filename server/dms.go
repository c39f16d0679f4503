package server

import (
	"context"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/jobs"
	"ticketbell/roster"
	"ticketbell/ticket"
)

type dmsInput struct{ Body form[dmsFields] }

// dmsFields is an import somebody asks for.
type dmsFields struct {
	URL    string `json:"url" minLength:"1" maxLength:"2048" doc:"Where DMS lives." example:"https://sqle.example.com"`
	Token  string `json:"token" minLength:"1" maxLength:"8192" doc:"A token of DMS that may list users. It is used for this job and kept nowhere."`
	DryRun bool   `json:"dry_run,omitempty" doc:"Only tell what would happen."`
}

func (a *api) registerDMS() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:import-dms", id: "import-dms-users", scope: access.UsersWrite, tag: tagPeople,
		title: "Bring in the users of SQLE's DMS",
		text: "Answers with a job. DMS checks no address: one that is wrong or somebody else's is left out, named in the notes of the job, and the person taken without it. " +
			"Deleted users are left out, disabled ones come in disabled. What DMS does not know of somebody stays.",
		status: http.StatusAccepted, unchecked: true, fails: []int{400, 409}, example: map[string]any{"url": "https://sqle.example.com", "token": "eyJ…", "dry_run": true},
	}, func(ctx context.Context, in *dmsInput) (*jobStarted, error) {
		body, wrong := in.Body.read(a)
		if err := together(wrong, body.check()); err != nil {
			return nil, err
		}
		from, dry, lang := roster.DMS{URL: body.URL, Token: body.Token}, body.DryRun, current(ctx).language()
		return a.startJob(ctx, "import-dms", func(ctx context.Context, j *jobs.Job) error {
			return a.importDMS(ctx, j, from, dry, lang)
		})
	})
}

// check names what the schema cannot.
func (f dmsFields) check() error {
	if _, err := ticket.WebURL(f.URL); err != nil {
		return wrongField("url", "invalid", "must be an absolute http or https link")
	}
	return nil
}

func (a *api) importDMS(ctx context.Context, j *jobs.Job, from roster.DMS, dry bool, lang cards.Language) error {
	if dry {
		j.Try()
	}
	rows, err := from.Rows(ctx)
	if err != nil {
		return err
	}
	j.Expect(len(rows))
	report, err := roster.Import(ctx, a.Users, rows, roster.Options{
		DryRun: dry, Lenient: true, Edited: a.Identities.Edited,
		Next: func(ctx context.Context) error {
			err := j.Step(ctx)
			if err == nil {
				j.Advance()
			}
			return err
		},
	})
	j.Count("created", report.Created)
	j.Count("updated", report.Updated)
	j.Count("unchanged", report.Unchanged)
	j.Count("wrong_cells", len(report.Errors))
	for _, w := range report.Errors {
		j.Note(w.Username + ": " + w.Field + " " + inLanguage(lang, w.Message))
	}
	return err
}
