package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// retryFor is how long a delivery that is sent again by hand may go on trying.
const retryFor = 24 * time.Hour

// Deliveries keeps what was said to whom.
type Deliveries interface {
	// Deliveries returns a page, newest first, and the cursor of the next, "" at the end.
	Deliveries(ctx context.Context, f notify.DeliveryFilter) (items []notify.Delivery, next string, err error)
	// Delivery returns one with its attempts, oldest first, or [notify.ErrNotFound].
	Delivery(ctx context.Context, id string) (notify.Delivery, []notify.Attempt, error)
	// RetryDelivery puts one that came to an end back into the queue until deadline,
	// or returns [notify.ErrConflict] when its state does not allow it.
	RetryDelivery(ctx context.Context, id string, now, deadline time.Time) (notify.Delivery, error)
	// RetryDeliveries does so with every one that f picks and whose state allows it,
	// and returns how many.
	RetryDeliveries(ctx context.Context, f notify.DeliveryFilter, now, deadline time.Time) (int, error)
}

type deliveriesInput struct {
	Ticket  string         `query:"ticket" doc:"Id of the ticket, or its key on the platform."`
	Person  string         `query:"person" doc:"Key of the person: username, else e-mail, else phone."`
	Channel notify.Channel `query:"channel" enum:"feishu,wecom,mail"`
	Status  notify.Status  `query:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	EventID string         `query:"event_id" doc:"Id of the event in ticketbell."`
	Code    string         `query:"code" maxLength:"128" doc:"The provider's code of the last failure." example:"wecom.60020"`
	Reason  string         `query:"reason" maxLength:"64" doc:"Why it is skipped, canceled, dead or waiting."`
	Query   string         `query:"q" maxLength:"200" doc:"Looked for in ticket, title, person, code and reason."`
	Limit   int            `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor  string         `query:"cursor" doc:"next_cursor of the page before."`
}

type deliveriesOutput struct {
	Body struct {
		Items      []delivery `json:"items" doc:"Newest first."`
		NextCursor string     `json:"next_cursor" doc:"Cursor of the next page, empty at the end."`
	}
}

// delivery is one notice to one person on one channel.
type delivery struct {
	ID           string         `json:"id"`
	EventID      string         `json:"event_id"`
	TicketID     string         `json:"ticket_id"`
	Person       string         `json:"person" doc:"Key of the person: username, else e-mail, else phone."`
	Name         string         `json:"name,omitempty" doc:"Name of the person."`
	Channel      notify.Channel `json:"channel" enum:"feishu,wecom,mail"`
	Role         ticket.Role    `json:"role" enum:"assignee,executor,creator,waiting,named" doc:"Why the person is told."`
	Status       notify.Status  `json:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	Reason       string         `json:"reason,omitempty" doc:"Why it is skipped, canceled, dead or waiting, as a word for programs."`
	Explanation  string         `json:"explanation,omitempty" doc:"The reason in words, in the caller's language."`
	Code         string         `json:"code,omitempty" doc:"The provider's code of the last failure." example:"wecom.60020"`
	MessageID    string         `json:"message_id,omitempty" doc:"The provider's id once accepted."`
	AttemptCount int            `json:"attempt_count" doc:"How often it was tried."`
	NotBefore    time.Time      `json:"not_before,omitzero" doc:"When it is tried next, at the earliest."`
	Deadline     time.Time      `json:"deadline,omitzero" doc:"When trying ends."`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	// Attempts is nil in lists.
	Attempts []attempt `json:"attempts,omitzero" doc:"Every try, oldest first; only when one delivery is read."`
}

// attempt is one try, written down whatever came of it.
type attempt struct {
	Number     int       `json:"number" doc:"From 1."`
	StartedAt  time.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
	Outcome    string    `json:"outcome" doc:"accepted, updated, or the kind of failure." example:"accepted"`
	Code       string    `json:"code" doc:"The provider's code."`
	Message    string    `json:"message" doc:"The provider's words, without secrets."`
	RequestID  string    `json:"request_id" doc:"What the provider's support asks for."`
}

type deliveryInput struct {
	ID string `path:"id" doc:"Id of the delivery."`
}

type deliveryOutput struct{ Body delivery }

type retryInput struct{ Body retryMany }

// retryMany names deliveries to send again: by id, or all of a class.
type retryMany struct {
	IDs     []string       `json:"ids,omitempty" maxItems:"1000" doc:"These deliveries. Absent: all that the other fields pick."`
	Status  notify.Status  `json:"status,omitempty" enum:"dead,failed,skipped" doc:"Default: dead."`
	Channel notify.Channel `json:"channel,omitempty" enum:"feishu,wecom,mail"`
	Code    string         `json:"code,omitempty" maxLength:"128" doc:"The provider's code of the last failure." example:"wecom.81013"`
	Reason  string         `json:"reason,omitempty" maxLength:"64" doc:"Why they were given up." example:"deadline"`
	Query   string         `json:"q,omitempty" maxLength:"200" doc:"Looked for in ticket, title, person, code and reason."`
}

type retryOutput struct {
	Body struct {
		Queued  int      `json:"queued" doc:"How many will be sent again."`
		Refused []string `json:"refused" doc:"Ids that are unknown, on their way or arrived."`
	}
}

func (a *api) registerDeliveries() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries", id: "list-deliveries", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "List deliveries", text: "Newest first. Filters are combined.", fails: []int{400},
	}, a.listDeliveries)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries/{id}", id: "get-delivery", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "One delivery with its attempts", fails: []int{404},
	}, a.getDelivery)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries/{id}:retry", id: "retry-delivery", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Send it again", text: "Puts a delivery that came to an end, or waits for its next try, into the queue now. 409 when it is on its way or arrived.",
		fails: []int{404, 409},
	}, a.retryDelivery)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/deliveries:retry", id: "retry-deliveries", scope: access.DeliveriesRetry, tag: tagDeliveries,
		title: "Send many again", text: "Puts the named deliveries, or all dead ones of a class, into the queue now. Mend the cause first: `code` and `reason` pick by it.",
		fails: []int{400}, example: map[string]any{"channel": "wecom", "code": "wecom.81013"},
	}, a.retryDeliveries)
}

func (a *api) retryDeliveries(ctx context.Context, in *retryInput) (*retryOutput, error) {
	out := &retryOutput{}
	out.Body.Refused = []string{}
	now := a.Now()
	b := in.Body
	if b.IDs == nil {
		var err error
		out.Body.Queued, err = a.Deliveries.RetryDeliveries(ctx, notify.DeliveryFilter{
			Status: cmp.Or(b.Status, notify.Dead), Channel: b.Channel, Code: b.Code, Reason: b.Reason, Query: b.Query,
		}, now, now.Add(retryFor))
		return out, err
	}
	for _, id := range b.IDs {
		_, err := a.Deliveries.RetryDelivery(ctx, id, now, now.Add(retryFor))
		switch {
		case errors.Is(err, notify.ErrNotFound), errors.Is(err, notify.ErrConflict):
			out.Body.Refused = append(out.Body.Refused, id)
		case err != nil:
			return nil, err
		default:
			out.Body.Queued++
		}
	}
	return out, nil
}

func (a *api) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	items, next, err := a.Deliveries.Deliveries(ctx, notify.DeliveryFilter{
		Ticket: in.Ticket, Person: in.Person, Channel: in.Channel, Status: in.Status,
		EventID: in.EventID, Code: in.Code, Reason: in.Reason, Query: in.Query, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Items, out.Body.NextCursor = mapped(items, inWords(ctx)), next
	return out, nil
}

func (a *api) getDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	d, tries, err := a.Deliveries.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &deliveryOutput{inWords(ctx)(d)}
	out.Body.Attempts = mapped(tries, attemptOf)
	return out, nil
}

func (a *api) retryDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	now := a.Now()
	d, err := a.Deliveries.RetryDelivery(ctx, in.ID, now, now.Add(retryFor))
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{inWords(ctx)(d)}, nil
}

// inWords shows deliveries to the caller: their reasons in the caller's language.
func inWords(ctx context.Context) func(notify.Delivery) delivery {
	lang := current(ctx).language()
	return func(d notify.Delivery) delivery {
		shown := deliveryOf(d)
		shown.Person = maskKey(ctx, d.Person)
		if d.Reason != "" {
			shown.Explanation = notify.ReasonWords(d.Reason).In(lang)
		}
		return shown
	}
}

func deliveryOf(d notify.Delivery) delivery {
	return delivery{
		ID: d.ID, EventID: d.Event, TicketID: d.Ticket, Person: d.Person, Name: d.To.Name, Channel: d.Channel, Role: d.Role,
		Status: d.Status, Reason: d.Reason, Code: d.Code, MessageID: d.MessageID, AttemptCount: d.Attempts,
		NotBefore: d.NotBefore, Deadline: d.Deadline, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}

func attemptOf(t notify.Attempt) attempt {
	return attempt{
		Number: t.Number, StartedAt: t.StartedAt, DurationMS: t.Duration.Milliseconds(),
		Outcome: t.Outcome, Code: t.Code, Message: t.Message, RequestID: t.RequestID,
	}
}

// mapped turns every item into its form in the API; none is an empty list, never null.
func mapped[A, B any](items []A, turn func(A) B) []B {
	out := make([]B, 0, len(items))
	for _, i := range items {
		out = append(out, turn(i))
	}
	return out
}
