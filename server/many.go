package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// The jobs on many deliveries.
const (
	jobRetry   = "retry"
	jobDiscard = "discard"
)

type manyInput struct{ Body manyDeliveries }

// manyDeliveries names deliveries: by id, or all that the other fields pick.
type manyDeliveries struct {
	IDs     []string       `json:"ids,omitempty" maxItems:"1000" doc:"These deliveries. Absent: all that the other fields pick."`
	Status  notify.Status  `json:"status,omitempty" enum:"dead,failed,skipped,retrying" doc:"Default: dead."`
	Channel notify.Channel `json:"channel,omitempty" enum:"feishu,wecom,mail"`
	Code    string         `json:"code,omitempty" maxLength:"128" doc:"The provider's code of the last failure." example:"wecom.81013"`
	Class   string         `json:"class,omitempty" enum:"config,identity,rate,transient,content,permanent" doc:"The class of that code."`
	Reason  string         `json:"reason,omitempty" maxLength:"64" doc:"Why they were given up." example:"deadline"`
	Person  string         `json:"person,omitempty" maxLength:"256" doc:"Key of the person."`
	Ticket  string         `json:"ticket,omitempty" maxLength:"128" doc:"Id of the ticket, or its key."`
	Kind    ticket.Kind    `json:"kind,omitempty" enum:"submitted,resubmitted,passed,rejected,executing,succeeded,failed,completed,canceled,reminded"`
	Project string         `json:"project,omitempty" maxLength:"128" doc:"Key of the ticket's project."`
	Since   time.Time      `json:"since,omitzero" doc:"Made at this time or later."`
	Until   time.Time      `json:"until,omitzero" doc:"Made before this time."`
	Query   string         `json:"q,omitempty" maxLength:"200" doc:"As in the list."`
	Job     bool           `json:"job,omitempty" doc:"Work through them beside: the answer is 202 with a job_id, and the job shows its progress and can be canceled."`
}

func (m manyDeliveries) picked() Picked {
	return Picked{
		Status: cmp.Or(m.Status, notify.Dead), Channel: m.Channel, Code: m.Code, Class: m.Class, Reason: m.Reason, Person: m.Person,
		Ticket: m.Ticket, Kind: m.Kind, Project: m.Project, Since: m.Since, Until: m.Until, Query: m.Query,
	}
}

type manyOutput struct {
	Status int
	Body   struct {
		Queued   int      `json:"queued" doc:"How many will be sent again."`
		Canceled int      `json:"canceled,omitempty" doc:"How many were called off."`
		Refused  []string `json:"refused" doc:"Ids that are unknown, on their way or arrived."`
		JobID    string   `json:"job_id,omitempty" doc:"The job that works through them; look at it with GET /api/v1/jobs/{id}."`
	}
}

func (a *api) registerMany() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries/{id}:cancel", id: "cancel-delivery", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Call it off", text: "A delivery that waits or was given up will not be sent. 409 when it is on its way or a message is out already.",
		fails: []int{404, 409},
	}, a.cancelDelivery)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries/{id}:reroute", id: "reroute-delivery", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Say it on another channel",
		text: "Makes a delivery of the same event to the same person on that channel, and answers with it. One that was never sent is called off; one that arrived stays, so that the person hears it twice. " +
			"409 when that channel is off, the person has one there already, or it is being sent.",
		fails: []int{400, 404, 409}, example: map[string]any{"channel": "mail"},
	}, a.rerouteDelivery)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries:retry", id: "retry-deliveries", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Send many again", text: "Puts the named deliveries, or all dead ones of a class, into the queue now. Mend the cause first: `code`, `class` and `reason` pick by it.",
		fails: []int{400, 409}, example: map[string]any{"channel": "wecom", "code": "wecom.81013"},
	}, a.retryDeliveries)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries:cancel", id: "cancel-deliveries", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Call many off", text: "Discards the named deliveries, or all dead ones that the fields pick: they will not be sent. Always as a job unless `ids` names them.",
		fails: []int{400, 409}, example: map[string]any{"channel": "mail", "code": "mail.550"},
	}, a.cancelDeliveries)
}

type rerouteInput struct {
	ID   string `path:"id" doc:"Id of the delivery."`
	Body struct {
		Channel notify.Channel `json:"channel" enum:"feishu,wecom,mail" doc:"Where the person is told instead." example:"mail"`
	}
}

func (a *api) rerouteDelivery(ctx context.Context, in *rerouteInput) (*deliveryOutput, error) {
	now := a.Now()
	d, err := a.Deliveries.RerouteDelivery(ctx, in.ID, in.Body.Channel, now, now.Add(retryFor))
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{a.inWords(ctx)(d)}, nil
}

func (a *api) cancelDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	d, err := a.Deliveries.CancelDelivery(ctx, in.ID, a.Now())
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{a.inWords(ctx)(d)}, nil
}

func (a *api) retryDeliveries(ctx context.Context, in *manyInput) (*manyOutput, error) {
	if in.Body.Job || in.Body.IDs != nil {
		return a.many(ctx, in.Body, jobRetry, a.retryOne)
	}
	f, err := a.filter(ctx, in.Body.picked())
	if err != nil {
		return nil, err
	}
	out := newMany()
	now := a.Now()
	out.Body.Queued, err = a.Deliveries.RetryDeliveries(ctx, f, now, now.Add(retryFor))
	return out, err
}

func (a *api) cancelDeliveries(ctx context.Context, in *manyInput) (*manyOutput, error) {
	return a.many(ctx, in.Body, jobDiscard, func(ctx context.Context, id string) error {
		_, err := a.Deliveries.CancelDelivery(ctx, id, a.Now())
		return err
	})
}

func (a *api) retryOne(ctx context.Context, id string) error {
	now := a.Now()
	_, err := a.Deliveries.RetryDelivery(ctx, id, now, now.Add(retryFor))
	return err
}

func newMany() *manyOutput {
	out := &manyOutput{Status: http.StatusOK}
	out.Body.Refused = []string{}
	return out
}

// many does one thing with each delivery: at once with those that are named, beside
// with those that are picked or when it is asked for.
func (a *api) many(ctx context.Context, m manyDeliveries, kind string, do func(context.Context, string) error) (*manyOutput, error) {
	out := newMany()
	if m.IDs == nil || m.Job {
		f, err := a.filter(ctx, m.picked())
		if err != nil {
			return nil, err
		}
		job, err := a.startJob(ctx, kind, func(ctx context.Context, j *jobs.Job) error { return a.each(ctx, j, f, m.IDs, do) })
		if err != nil {
			return nil, err
		}
		out.Status, out.Body.JobID = http.StatusAccepted, job.Body.JobID
		return out, nil
	}
	for _, id := range m.IDs {
		err := do(ctx, id)
		switch {
		case refuses(err):
			out.Body.Refused = append(out.Body.Refused, id)
		case err != nil:
			return nil, err
		case kind == jobRetry:
			out.Body.Queued++
		default:
			out.Body.Canceled++
		}
	}
	return out, nil
}

// refuses reports whether the delivery's state does not allow what was asked.
func refuses(err error) bool {
	return errors.Is(err, notify.ErrNotFound) || errors.Is(err, notify.ErrConflict)
}

// each is the work of a job: the deliveries that are named, or all that f picks as it
// goes, from the newest to the oldest.
func (a *api) each(ctx context.Context, j *jobs.Job, f notify.DeliveryFilter, ids []string, do func(context.Context, string) error) error {
	if ids != nil {
		j.Expect(len(ids))
		return a.eachOf(ctx, j, ids, do)
	}
	counts, err := a.Deliveries.Summary(ctx, f)
	if err != nil {
		return err
	}
	j.Expect(counts.Of[f.Status])
	f.Limit = notify.MaxLimit
	for {
		items, next, err := a.Deliveries.Deliveries(ctx, f)
		if err != nil {
			return err
		}
		if err := a.eachOf(ctx, j, mapped(items, func(d notify.Delivery) string { return d.ID }), do); err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		f.Cursor = next
	}
}

func (a *api) eachOf(ctx context.Context, j *jobs.Job, ids []string, do func(context.Context, string) error) error {
	for _, id := range ids {
		if err := j.Step(ctx); err != nil {
			return err
		}
		err := do(ctx, id)
		switch {
		case refuses(err):
			j.Advance("refused")
		case err != nil:
			return err
		default:
			j.Advance("ok")
		}
	}
	return nil
}
