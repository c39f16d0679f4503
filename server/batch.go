package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/ticket"
)

const (
	// maxBatchBytes is how many bytes a call with up to 500 events (api.md 1) may have.
	maxBatchBytes = 16 << 20
	// batchWorkers is how many tickets of a batch are worked on at a time: enough for
	// their events to be committed together, and each has a stack of tens of kilobytes.
	batchWorkers = 4
)

// batch is the body as it is described; envelope is how far it is read at once,
// for a wrong event must not refuse the others.
type batch struct {
	Events []form[ticket.Event] `json:"events" minItems:"1" maxItems:"500" doc:"1 to 500 events; each is accepted or refused on its own."`
}

type envelope struct {
	Events []json.RawMessage `json:"events" minItems:"1" maxItems:"500"`
}

type rawBatch struct{ json.RawMessage }

// Schema describes the body as a batch.
func (rawBatch) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[batch](), true, "Batch")
}

type batchInput struct{ Body rawBatch }

type batchOutput struct {
	Body struct {
		Results []batchResult `json:"results" doc:"One per event, in the order they were sent."`
	}
}

// batchResult is how one event of a batch fared.
type batchResult struct {
	Index    int    `json:"index" doc:"Place of the event in the list, from 0."`
	Status   int    `json:"status" doc:"What the event would have been answered on its own: 202, 200 for a repeat, 400, 413, 429 or 503." example:"202"`
	EventID  string `json:"event_id,omitempty"`
	TicketID string `json:"ticket_id,omitempty"`
	// Deliveries is nil for a refused event and empty for one nobody has to hear of.
	Deliveries []planned `json:"deliveries,omitzero"`
	Error      *problem  `json:"error,omitempty" doc:"Why the event was refused."`
}

func (a *api) registerBatch() {
	events := newReader[ticket.Event](a.huma.OpenAPI().Components.Schemas)
	envelopes := newReader[envelope](huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)) // of no interest to the document
	register(a, route{
		method: http.MethodPost, path: "/api/v1/events:batch", id: "post-events", scope: access.EventsWrite, tag: tagEvents,
		title: "Say many things at once",
		text: "Up to 500 events. Each is accepted or refused on its own, so the answer is 200 and `results` tells how every one fared. " +
			"Events of one ticket are taken in the order they are listed.",
		limit: maxBatchBytes, unchecked: true, example: map[string]any{"events": []any{sampleEvent()}},
		fails: []int{400, 413, 415},
	}, func(ctx context.Context, in *batchInput) (*batchOutput, error) {
		e, wrong := envelopes.read(in.Body.RawMessage)
		if len(wrong) > 0 {
			return nil, &ticket.Invalid{Fields: wrong}
		}
		in.Body.RawMessage = nil // so that a large batch is not held twice
		ctx, cancel := context.WithTimeout(ctx, acceptBatchTime)
		defer cancel()
		out := &batchOutput{}
		out.Body.Results = a.postBatch(ctx, events, e.Events)
		return out, nil
	})
}

// postBatch accepts each event on its own: those of one ticket in their order,
// different tickets side by side. It lets go of what it has read of raw.
func (a *api) postBatch(ctx context.Context, events reader[ticket.Event], raw []json.RawMessage) []batchResult {
	results := make([]batchResult, len(raw))
	queues := map[string][]func(){}
	for i, r := range raw {
		ev, err := readBounded(events, r)
		raw[i] = nil
		if err != nil {
			results[i] = refused(ctx, i, err)
			continue
		}
		queues[ev.Source+"\n"+ev.Ticket.Key] = append(queues[ev.Source+"\n"+ev.Ticket.Key], func() {
			results[i] = a.postOne(ctx, i, ev)
		})
	}
	runQueues(queues)
	noteCauses(ctx, results)
	return results
}

func readBounded(events reader[ticket.Event], raw json.RawMessage) (ticket.Event, error) {
	if len(raw) > maxEvent {
		return ticket.Event{}, newProblem(http.StatusRequestEntityTooLarge, codeTooLarge)
	}
	return readEvent(events, raw)
}

// postOne accepts one event. It recovers from a panic itself, for nobody above its
// goroutine would.
func (a *api) postOne(ctx context.Context, index int, ev ticket.Event) (result batchResult) {
	defer func() {
		if p := recover(); p != nil {
			result = refused(ctx, index, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	out, err := a.postEvent(ctx, ev)
	if err != nil {
		return refused(ctx, index, err)
	}
	return batchResult{
		Index: index, Status: out.Status,
		EventID: out.Body.EventID, TicketID: out.Body.TicketID, Deliveries: out.Body.Deliveries,
	}
}

func refused(ctx context.Context, index int, err error) batchResult {
	p := problemIn(ctx, err).in(current(ctx))
	return batchResult{Index: index, Status: p.Status, Error: p}
}

// noteCauses leaves what went wrong on our side to the log.
func noteCauses(ctx context.Context, results []batchResult) {
	for _, r := range results {
		if r.Error != nil && r.Error.cause != nil {
			current(ctx).cause = fmt.Errorf("event %d of the batch: %w", r.Index, r.Error.cause)
			return // one tells enough
		}
	}
}

// runQueues runs every queue in its order and a few queues at a time, and returns
// when all are done.
func runQueues(queues map[string][]func()) {
	var wg sync.WaitGroup
	room := make(chan struct{}, batchWorkers)
	for _, queue := range queues {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			for _, run := range queue {
				run()
			}
		})
	}
	wg.Wait()
}
