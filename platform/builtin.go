package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Source is the source of the built-in desk's events.
const Source = notify.BuiltInSource

// Tickets keeps the tickets of the built-in desk.
type Tickets interface {
	Ticket(ctx context.Context, id string) (notify.TicketRecord, error)
	TicketByKey(ctx context.Context, source, key string) (notify.TicketRecord, error)
	// NextNumber returns a number that was never returned before.
	NextNumber(ctx context.Context) (int64, error)
}

// Recorder takes events in.
type Recorder interface {
	Record(ctx context.Context, e notify.Entry) (notify.Receipt, error)
}

// BuiltIn is ticketbell's own desk: it moves a ticket along the flow its project
// had when it was opened.
type BuiltIn struct {
	Tickets Tickets
	Flows   notify.Flows
	Desk    Recorder
	// Path returns where a ticket is shown, below the URL prefix; nil is nowhere.
	Path func(key string) string
	Now  func() time.Time
}

// Submit opens a ticket on the flow of its project. A wrong field, or a project
// without a flow, is an [*ticket.Invalid].
func (b *BuiltIn) Submit(ctx context.Context, t ticket.Ticket) (notify.Receipt, error) {
	ev, f, err := b.opening(ctx, t)
	if err != nil {
		return notify.Receipt{}, err
	}
	n, err := b.Tickets.NextNumber(ctx)
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("number a ticket: %w", err)
	}
	ev.Ticket.Key = strconv.FormatInt(n, 10)
	if b.Path != nil && t.URL == "" && t.Path == "" {
		ev.Ticket.Path = b.Path(ev.Ticket.Key)
	}
	return b.record(ctx, ev, f)
}

// Check returns what [BuiltIn.Submit] would refuse t for, or nil. It opens nothing.
func (b *BuiltIn) Check(ctx context.Context, t ticket.Ticket) error {
	_, _, err := b.opening(ctx, t)
	return err
}

// opening returns the event that opens t, still without a number, and its flow.
func (b *BuiltIn) opening(ctx context.Context, t ticket.Ticket) (ticket.Event, ticket.Flow, error) {
	f, ok, err := b.Flows.FlowOf(ctx, t.Project.Key, t.Type)
	if err != nil {
		return ticket.Event{}, f, fmt.Errorf("find the flow of project %s: %w", t.Project.Key, err)
	}
	t.Key = "new" // for the check alone: a number is taken only for a ticket that will be opened
	ev := ticket.Submit(t, f, b.Now())
	return ev, f, checkSubmission(ev, ok)
}

func checkSubmission(ev ticket.Event, hasFlow bool) error {
	if !hasFlow {
		ev.Ticket.Status = ticket.WaitingReview // without a flow there is no first step to tell it
	}
	var wrong []ticket.FieldError
	if invalid, ok := errors.AsType[*ticket.Invalid](ev.Validate()); ok {
		wrong = invalid.Fields
	}
	if ev.Ticket.Creator.IsZero() {
		wrong = append(wrong, ticket.FieldError{Field: "ticket.creator", Code: "required", Message: "is required"})
	}
	if !hasFlow {
		wrong = append(wrong, ticket.FieldError{
			Field: "ticket.project", Code: "unknown_value",
			Message: "has no flow, and there is no default one", Chinese: "这个项目没有审批流程，也没有默认流程",
		})
	}
	if len(wrong) > 0 {
		return &ticket.Invalid{Fields: wrong}
	}
	return nil
}

// Act makes an action on a ticket in the name of the person with that username. It
// returns the errors of [ticket.Apply], an [*ticket.Invalid] for a reason that is too
// long, and [ticket.ErrSettled] when somebody else
// acted first: of two at once, one decides.
func (b *BuiltIn) Act(ctx context.Context, id string, action ticket.Action, reason, by string) (notify.Receipt, error) {
	return b.move(ctx, id, action, reason, by, func(notify.TicketRecord) bool { return true })
}

// move is Act on a ticket that still is as meant says; else it is [ticket.ErrSettled].
func (b *BuiltIn) move(
	ctx context.Context, id string, action ticket.Action, reason, by string, meant func(notify.TicketRecord) bool,
) (notify.Receipt, error) {
	rec, err := b.Ticket(ctx, id)
	if err != nil {
		return notify.Receipt{}, err
	}
	if !meant(rec) {
		return notify.Receipt{}, fmt.Errorf("%s ticket %s: %w", action, id, ticket.ErrSettled)
	}
	if rec.Flow == nil {
		return notify.Receipt{}, fmt.Errorf("ticket %s belongs to %s: %w", id, rec.Source, notify.ErrNotFound)
	}
	ev, err := ticket.Apply(rec.Event.Ticket, *rec.Flow, ticket.Move{
		Action: action, By: ticket.Person{Username: by}, Reason: reason, At: b.Now(),
	})
	if errors.Is(err, ticket.ErrNotAllowed) && decided(rec, action, by) {
		err = fmt.Errorf("%s ticket %s: %w", action, id, ticket.ErrSettled)
	}
	if err == nil {
		err = ev.Validate() // the reason is what somebody just typed
	}
	if err != nil {
		return notify.Receipt{}, err
	}
	r, err := b.record(ctx, ev, *rec.Flow)
	if err == nil && r.Replayed {
		err = fmt.Errorf("%s ticket %s: %w", action, id, ticket.ErrSettled)
	}
	return r, err
}

// decided reports whether somebody reviews a ticket whose review was theirs, and has
// been made: a rejection fits the next step as well, but there it is another's.
func decided(rec notify.TicketRecord, action ticket.Action, by string) bool {
	step := rec.Event.Ticket.Step
	if step == nil || (action != ticket.ActApprove && action != ticket.ActReject) {
		return false
	}
	before := rec.Flow.Steps[:min(max(step.Index-1, 0), len(rec.Flow.Steps))]
	return slices.ContainsFunc(before, func(s ticket.FlowStep) bool {
		return slices.ContainsFunc(s.People(rec.Event.Ticket.Creator), func(p ticket.Person) bool { return p.Username == by })
	})
}

// record hands the event in. Its id is the ticket's number and revision: of two
// actions on the same revision, the ledger keeps one.
func (b *BuiltIn) record(ctx context.Context, ev ticket.Event, f ticket.Flow) (notify.Receipt, error) {
	ev.Source = Source
	ev.ID = fmt.Sprintf("%s-%d", ev.Ticket.Key, ev.Ticket.Revision)
	return b.Desk.Record(ctx, notify.Entry{ID: notify.NewID("evt_"), AcceptedAt: b.Now(), Event: ev, Flow: &f})
}

// Ticket returns a ticket by its id, or by the number the desk calls it by.
func (b *BuiltIn) Ticket(ctx context.Context, id string) (notify.TicketRecord, error) {
	if _, err := strconv.ParseInt(id, 10, 64); err == nil {
		return b.Tickets.TicketByKey(ctx, Source, id)
	}
	return b.Tickets.Ticket(ctx, id)
}
