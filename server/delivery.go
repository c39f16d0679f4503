package server

import (
	"context"
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
	// CancelDelivery calls one off that waits or was given up, or returns
	// [notify.ErrConflict].
	CancelDelivery(ctx context.Context, id string, now time.Time) (notify.Delivery, error)
	// RerouteDelivery says one on another channel and returns the new delivery, or what
	// stands against it, a [notify.NoDetour].
	RerouteDelivery(ctx context.Context, id string, to notify.Channel, now, deadline time.Time) (notify.Delivery, error)
	// Summary counts what f picks by status.
	Summary(ctx context.Context, f notify.DeliveryFilter) (notify.Counts, error)
	// Causes tells for which codes the dead ones f picks were given up; newest, when not 0,
	// says that only so many of the newest were looked at.
	Causes(ctx context.Context, f notify.DeliveryFilter) (causes []notify.Cause, newest int, err error)
	// Codes are the providers' codes that deliveries failed with.
	Codes(ctx context.Context) ([]string, error)
}

type deliveriesInput struct {
	Picked
	Order  string `query:"order" enum:"newest,oldest,slowest,fastest,most_attempts,fewest_attempts" default:"newest" doc:"By time unless it says otherwise. Otherwise the newest 10,000 that fit are sorted."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

type deliveriesOutput struct {
	Body struct {
		Items      []delivery `json:"items" doc:"In the order that was asked for."`
		NextCursor string     `json:"next_cursor" doc:"Cursor of the next page, empty at the end. A page may hold fewer than limit and still have a next: looking stops after 10,000 deliveries."`
	}
}

// delivery is one notice to one person on one channel.
type delivery struct {
	ID           string         `json:"id"`
	EventID      string         `json:"event_id"`
	TicketID     string         `json:"ticket_id"`
	TicketKey    string         `json:"ticket_key,omitempty" doc:"The platform's number of the ticket."`
	TicketTitle  string         `json:"ticket_title,omitempty"`
	Project      string         `json:"project,omitempty" doc:"Key of the ticket's project."`
	Kind         ticket.Kind    `json:"kind,omitempty" doc:"What happened to the ticket."`
	Person       string         `json:"person" doc:"Key of the person: username, else e-mail, else phone."`
	Name         string         `json:"name,omitempty" doc:"Name of the person."`
	Channel      notify.Channel `json:"channel" enum:"feishu,wecom,mail"`
	Role         ticket.Role    `json:"role" enum:"assignee,executor,creator,waiting,named" doc:"Why the person is told."`
	Status       notify.Status  `json:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	Reason       string         `json:"reason,omitempty" doc:"Why it is skipped, canceled, dead or waiting, as a word for programs."`
	Explanation  string         `json:"explanation,omitempty" doc:"The reason in words, in the caller's language."`
	QuietUntil   string         `json:"quiet_until,omitempty" doc:"Of one that waits for quiet hours: when they end, on the clock where the person is." example:"08:00"`
	InsteadOf    *insteadOf     `json:"instead_of,omitempty" doc:"Of somebody who is told on one channel at a time: the channel before this one, and why it did not get through."`
	Code         string         `json:"code,omitempty" doc:"The provider's code of the last failure." example:"wecom.60020"`
	Class        string         `json:"class,omitempty" enum:"config,identity,rate,transient,content,permanent" doc:"The class of that code."`
	MessageID    string         `json:"message_id,omitempty" doc:"The provider's id once accepted."`
	AttemptCount int            `json:"attempt_count" doc:"How often it was tried."`
	TookMS       int64          `json:"took_ms,omitempty" doc:"From the event to the provider's acceptance, in milliseconds."`
	Unknown      bool           `json:"unknown,omitempty" doc:"An attempt got no answer: the message may have arrived, and sending again may deliver it twice."`
	NotBefore    time.Time      `json:"not_before,omitzero" doc:"When it is tried next, at the earliest."`
	Deadline     time.Time      `json:"deadline,omitzero" doc:"When trying ends."`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	ReadAt       time.Time      `json:"read_at,omitzero" doc:"When the person first opened the message, where Feishu said so."`
	// Attempts is nil in lists.
	Attempts []attempt `json:"attempts,omitzero" doc:"Every try, oldest first; only when one delivery is read."`
}

// insteadOf is the channel that would have been first.
type insteadOf struct {
	Channel     notify.Channel `json:"channel" enum:"feishu,wecom,mail"`
	Reason      string         `json:"reason" doc:"As a word for programs."`
	Explanation string         `json:"explanation" doc:"In words, in the caller's language."`
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
	// Advice is nil for an attempt that went well.
	Advice *notify.TestError `json:"advice,omitempty" doc:"Of what class the failure is, and what to do about it."`
}

type deliveryInput struct {
	ID string `path:"id" doc:"Id of the delivery."`
}

type deliveryOutput struct{ Body delivery }

func (a *api) registerDeliveries() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries", id: "list-deliveries", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "List deliveries", text: "Newest first unless `order` says otherwise. Filters are combined.", fails: []int{400},
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
	a.registerMany()
	a.registerListing()
	a.registerShown()
}

func (a *api) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	f, err := a.filter(ctx, in.Picked)
	if err != nil {
		return nil, err
	}
	f.Order, f.Limit, f.Cursor = notify.Order(in.Order), in.Limit, in.Cursor
	items, next, err := a.Deliveries.Deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Items, out.Body.NextCursor = mapped(items, a.inWords(ctx)), next
	return out, nil
}

func (a *api) getDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	d, tries, err := a.Deliveries.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &deliveryOutput{a.inWords(ctx)(d)}
	out.Body.Attempts = mapped(tries, a.attemptOf)
	return out, nil
}

func (a *api) retryDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	now := a.Now()
	d, err := a.Deliveries.RetryDelivery(ctx, in.ID, now, now.Add(retryFor))
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{a.inWords(ctx)(d)}, nil
}

// inWords shows deliveries to the caller: their reasons in the caller's language.
func (a *api) inWords(ctx context.Context) func(notify.Delivery) delivery {
	lang := current(ctx).language()
	return func(d notify.Delivery) delivery {
		shown := deliveryOf(d)
		shown.Person = maskKey(ctx, d.Person)
		if d.Reason != "" {
			shown.Explanation = d.Words().In(lang)
		}
		if d.Instead.Of != "" && d.Reason != notify.ReasonReserve && d.Reason != notify.ReasonNotNeeded {
			shown.InsteadOf = &insteadOf{d.Instead.Of, d.Instead.Reason, d.Instead.Words().In(lang)}
		}
		if d.Code != "" {
			shown.Class = a.Advice.Explain(d.Code, "").Class
		}
		return shown
	}
}

func deliveryOf(d notify.Delivery) delivery {
	return delivery{
		ID: d.ID, EventID: d.Event, TicketID: d.Ticket,
		TicketKey: d.About.TicketKey, TicketTitle: d.About.TicketTitle, Project: d.About.Project, Kind: d.About.Kind,
		TookMS: d.About.Took.Milliseconds(), Unknown: !d.UnknownSince.IsZero(), Person: d.Person, Name: d.To.Name, Channel: d.Channel, Role: d.Role,
		Status: d.Status, Reason: d.Reason, Code: d.Code, MessageID: d.MessageID, AttemptCount: d.Attempts,
		QuietUntil: d.QuietUntil(), NotBefore: d.NotBefore, Deadline: d.Deadline, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, ReadAt: d.ReadAt,
	}
}

func (a *api) attemptOf(t notify.Attempt) attempt {
	shown := attempt{
		Number: t.Number, StartedAt: t.StartedAt, DurationMS: t.Duration.Milliseconds(),
		Outcome: t.Outcome, Code: t.Code, Message: t.Message, RequestID: t.RequestID,
	}
	if t.Code != "" {
		shown.Advice = a.Advice.Explain(t.Code, t.Message)
	}
	return shown
}

// mapped turns every item into its form in the API; none is an empty list, never null.
func mapped[A, B any](items []A, turn func(A) B) []B {
	out := make([]B, 0, len(items))
	for _, i := range items {
		out = append(out, turn(i))
	}
	return out
}
