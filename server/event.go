package server

import (
	"context"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// maxEvent is how many bytes an event may have (api.md 1).
	maxEvent = 256 << 10
	// acceptTime is how long it may take to store an event, and to store a batch: whoever
	// waits for a database that hangs is told so.
	acceptTime      = 10 * time.Second
	acceptBatchTime = time.Minute
)

// Desk accepts events.
type Desk interface {
	// Accept stores ev and what follows from it, or nothing at all. An event on
	// record already is answered with its first result.
	Accept(ctx context.Context, ev ticket.Event) (notify.Receipt, error)
	// Preview tells what Accept would do, and stores nothing.
	Preview(ctx context.Context, ev ticket.Event) (notify.Receipt, error)
}

type eventInput struct {
	DryRun         bool   `query:"dry_run" doc:"Only tell who would be told and how; nothing is stored and nobody is told."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Stands in for id when the body has none."`
	Body           form[ticket.Event]
}

type eventOutput struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" doc:"true when the event was on record before."`
	Body     receipt
}

// receipt is what a caller is told about an event.
type receipt struct {
	DryRun     bool      `json:"dry_run,omitempty" doc:"true when nothing was stored."`
	EventID    string    `json:"event_id" doc:"The event in ticketbell." example:"evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7"`
	TicketID   string    `json:"ticket_id" doc:"The ticket in ticketbell." example:"tkt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7"`
	Deliveries []planned `json:"deliveries" doc:"Who is told, and how. Empty when nobody has to hear of it."`
}

// planned is a delivery as the receipt lists it.
type planned struct {
	ID          string         `json:"id,omitempty" doc:"Absent in a dry run."`
	Person      string         `json:"person" doc:"Key of the person: username, else e-mail, else phone." example:"lisi"`
	Channel     notify.Channel `json:"channel,omitempty" enum:"feishu,wecom,mail"`
	Status      notify.Status  `json:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	Reason      string         `json:"reason,omitempty" doc:"Why it is skipped, canceled, dead or waiting."`
	Address     string         `json:"address,omitempty" doc:"Only in a dry run: where it would go."`
	Origin      string         `json:"origin,omitempty" doc:"Only in a dry run: entered by hand, or looked_up at the provider."`
	How         string         `json:"how,omitempty" doc:"Only in a dry run: what it was looked up by."`
	Explanation string         `json:"explanation,omitempty" doc:"Only in a dry run: how the person is reached, or why not."`
}

func (a *api) registerEvents() {
	events := newReader[ticket.Event](a.huma.OpenAPI().Components.Schemas)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/events", id: "post-event", scope: access.EventsWrite, tag: tagEvents,
		title: "Say that a ticket changed",
		text: "An event is accepted once: `source` and `id` make it unique, and a repeat answers 200 with the first result and the header " +
			"`Idempotent-Replayed: true`. 202 means that the event and a delivery per person and channel are safely stored. " +
			"503 means that nothing was. A wrong event names every wrong field at once. " +
			"With `?dry_run=true` nothing is stored: the answer, 200, tells who would be told, and how each is reached or why not.",
		status: http.StatusAccepted, limit: maxEvent, unchecked: true, example: sampleEvent(),
		fails: []int{400, 413, 415, 429, 503},
	}, func(ctx context.Context, in *eventInput) (*eventOutput, error) {
		ev, err := readEvent(events, in.Body.RawMessage)
		if err != nil {
			return nil, err
		}
		if ev.ID == "" {
			ev.ID = in.IdempotencyKey
		}
		ctx, cancel := context.WithTimeout(ctx, acceptTime)
		defer cancel()
		if in.DryRun {
			return a.previewEvent(ctx, ev)
		}
		return a.postEvent(ctx, ev)
	})
}

func (a *api) postEvent(ctx context.Context, ev ticket.Event) (*eventOutput, error) {
	got, err := a.accept(ctx, ev)
	if err != nil {
		return nil, err
	}
	out := &eventOutput{Status: http.StatusAccepted, Body: receiptOf(got)}
	if got.Replayed {
		out.Status, out.Replayed = http.StatusOK, "true"
	}
	return out, nil
}

// readEvent reads raw as an event, by its schema and by its meaning together.
func readEvent(r reader[ticket.Event], raw []byte) (ticket.Event, error) {
	ev, wrong := r.read(raw)
	return ev, together(wrong, ev.Validate())
}

// accept fills in what the caller may leave out and hands ev to the desk. A
// failure to store it may pass; nothing was accepted then.
func (a *api) accept(ctx context.Context, ev ticket.Event) (notify.Receipt, error) {
	if ev.Source == "" {
		ev.Source = by(ctx)
	}
	if ev.ID == "" {
		ev.ID = notify.NewID("gen_")
	}
	if err := ev.Validate(); err != nil { // source and id may come from a header or a token
		return notify.Receipt{}, err
	}
	got, err := a.Desk.Accept(ctx, ev)
	if err != nil && problemOf(err).Code == codeInternal {
		err = unavailable(err)
	}
	return got, err
}

func receiptOf(r notify.Receipt) receipt {
	out := receipt{EventID: r.EventID, TicketID: r.TicketID, Deliveries: []planned{}}
	for _, d := range r.Deliveries {
		out.Deliveries = append(out.Deliveries, planned{ID: d.ID, Person: d.Person, Channel: d.Channel, Status: d.Status, Reason: d.Reason})
	}
	return out
}

// sampleEvent is the example of the documentation.
func sampleEvent() map[string]any {
	return map[string]any{
		"source": "sqle", "id": "1024-7", "kind": "submitted", "occurred_at": "2026-10-01T10:00:00+08:00",
		"actor": map[string]any{"username": "zhangsan"},
		"ticket": map[string]any{
			"key": "1024", "title": "订单表加索引", "project": map[string]any{"key": "pay", "name": "支付中心"},
			"status": "waiting_review", "revision": 7, "path": "/sqle/project/1/exec-workflow/1024",
			"creator": map[string]any{"username": "zhangsan", "name": "张三"},
			"step": map[string]any{
				"index": 1, "total": 3, "name": "DBA 审核", "kind": "review",
				"assignees": []any{map[string]any{"username": "lisi"}, map[string]any{"email": "wangwu@corp.com"}},
			},
			"targets": []any{map[string]any{"instance": "mysql-prod", "schema": "orders", "environment": "prod"}},
		},
	}
}
