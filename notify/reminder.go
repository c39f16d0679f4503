package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ticketbell/ticket"
)

// The times of reminding.
const (
	// NudgeEvery is how often the creator of a ticket may have people reminded.
	NudgeEvery = time.Hour
	// MaxReminders is how often a step reminds by itself; whoever has not acted by then
	// is not helped by more.
	MaxReminders = 5
	// remindEvery is how often due reminders are looked for, maxDue how many at once.
	remindEvery = time.Second
	maxDue      = 100
)

// Watch is when the people a ticket waits for are reminded. It begins anew with each
// turn of the ticket.
type Watch struct {
	// Remind and Escalate are when that happens next; zero is never.
	Remind, Escalate time.Time
	// Reminded is how often the step has reminded by itself.
	Reminded int
	// Nudged is when the creator last had people reminded.
	Nudged time.Time
}

// Next is the earlier of what comes next, zero when nothing does.
func (w Watch) Next() time.Time {
	if w.Remind.IsZero() || (!w.Escalate.IsZero() && w.Escalate.Before(w.Remind)) {
		return w.Escalate
	}
	return w.Remind
}

// watchOf is the watch over a step that begins at the time.
func watchOf(t ticket.Ticket, at, nudged time.Time) Watch {
	w := Watch{Nudged: nudged}
	if !t.Status.Waiting() || t.Step == nil {
		return w
	}
	if t.Step.RemindAfter > 0 {
		w.Remind = at.Add(time.Duration(t.Step.RemindAfter))
	}
	if t.Step.EscalateAfter > 0 && t.Step.EscalateTo != "" {
		w.Escalate = at.Add(time.Duration(t.Step.EscalateAfter))
	}
	return w
}

// Call is why people are reminded.
type Call string

// The calls.
const (
	CallDue      Call = "due"      // the step has waited for long enough
	CallEscalate Call = "escalate" // it has waited for too long, and somebody named is told
	CallNudge    Call = "nudge"    // the creator asked
)

// Reminding marks an entry that reminds people of a turn of a ticket.
type Reminding struct {
	Call Call
	Turn int64
	// Count is how often the step had reminded by itself until then.
	Count int
}

// TooEarly says that people were reminded a moment ago. It is an [ErrConflict].
type TooEarly struct{ Again time.Time }

// Error names the time when it is possible again.
func (e *TooEarly) Error() string {
	return "reminded already; possible again at " + e.Again.Format(time.RFC3339)
}

// Is makes it an [ErrConflict].
func (e *TooEarly) Is(target error) bool { return target == ErrConflict }

// after is the watch once r was made at the time, given what is on record. Of two
// replicas that remind at once, the second finds it made.
func (r *Reminding) after(known Known, at time.Time) (Watch, error) {
	w, t := known.Watch, known.Last.Ticket
	switch {
	case known.Turn != r.Turn || !t.Status.Waiting():
		return w, fmt.Errorf("the ticket has moved on: %w", ErrConflict)
	case r.Call == CallNudge && at.Before(w.Nudged.Add(NudgeEvery)):
		return w, &TooEarly{w.Nudged.Add(NudgeEvery)}
	case r.Call == CallNudge:
		w.Nudged = at
	case r.Call == CallEscalate && w.Escalate.IsZero(), r.Call == CallDue && (w.Reminded != r.Count || w.Remind.IsZero()):
		return w, fmt.Errorf("somebody else reminded: %w", ErrConflict)
	case r.Call == CallEscalate:
		w.Escalate = time.Time{}
	default:
		w.Reminded++
		w.Remind = time.Time{}
		if w.Reminded < MaxReminders && t.Step != nil && t.Step.RemindAfter > 0 {
			w.Remind = at.Add(time.Duration(t.Step.RemindAfter))
		}
	}
	return w, nil
}

// Overdue finds tickets whose people are to be reminded.
type Overdue interface {
	// Overdue returns up to n tickets whose watch is due, the longest first.
	Overdue(ctx context.Context, n int, now time.Time) ([]TicketRecord, error)
	Ticket(ctx context.Context, id string) (TicketRecord, error)
}

// Reminder reminds the people tickets wait for: when their step says so, and when the
// creator asks. Any number of replicas may run it.
type Reminder struct {
	Records Overdue
	Desk    interface {
		Record(ctx context.Context, e Entry) (Receipt, error)
	}
	Now func() time.Time
	Log *slog.Logger
}

// Run reminds until ctx is done.
func (r *Reminder) Run(ctx context.Context) {
	tick := time.NewTicker(remindEvery)
	defer tick.Stop()
	for {
		if err := r.turn(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("people cannot be reminded", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *Reminder) turn(ctx context.Context) error {
	now := r.Now()
	due, err := r.Records.Overdue(ctx, maxDue, now)
	if err != nil {
		return err
	}
	var errs []error
	for _, rec := range due {
		if at := rec.Watch.Escalate; !at.IsZero() && !at.After(now) {
			errs = append(errs, r.call(ctx, rec, CallEscalate))
		}
		if at := rec.Watch.Remind; !at.IsZero() && !at.After(now) {
			errs = append(errs, r.call(ctx, rec, CallDue))
		}
	}
	return errors.Join(errs...)
}

// call reminds because the time has come; that somebody else did is as good.
func (r *Reminder) call(ctx context.Context, rec TicketRecord, c Call) error {
	count := rec.Watch.Reminded
	id := fmt.Sprintf("%s:%s:%d:%d", c, rec.ID, rec.Turn, count)
	_, err := r.remind(ctx, rec, id, ticket.Person{}, &Reminding{Call: c, Turn: rec.Turn, Count: count})
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

func (r *Reminder) remind(ctx context.Context, rec TicketRecord, id string, by ticket.Person, why *Reminding) (Receipt, error) {
	ev := rec.Event
	ev.ID, ev.Kind, ev.OccurredAt, ev.Actor, ev.Reason, ev.Audience = id, ticket.KindReminded, r.Now(), by, "", nil
	if why.Call == CallEscalate {
		ev.Kind, ev.Audience = ticket.KindEscalated, []ticket.Person{{Username: ev.Ticket.Step.EscalateTo}}
	}
	return r.Desk.Record(ctx, Entry{ID: NewID("evt_"), AcceptedAt: ev.OccurredAt, Event: ev, Aside: &Aside{Reminding: why}})
}

// Nudge implements [Nudger].
func (r *Reminder) Nudge(ctx context.Context, rec TicketRecord, by ticket.Person) (again time.Time, err error) {
	_, err = r.remind(ctx, rec, NewID("nudge:"), by, &Reminding{Call: CallNudge, Turn: rec.Turn})
	if early, ok := errors.AsType[*TooEarly](err); ok {
		return early.Again, err
	}
	return r.Now().Add(NudgeEvery), err
}

// Remind is Nudge for the ticket of that id, in the name of the person with that
// username, "" for nobody's.
func (r *Reminder) Remind(ctx context.Context, id, by string) (Receipt, error) {
	rec, err := r.Records.Ticket(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return r.remind(ctx, rec, NewID("nudge:"), ticket.Person{Username: by}, &Reminding{Call: CallNudge, Turn: rec.Turn})
}
