package ticket

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Action is what a person does to a ticket of the built-in desk.
type Action string

// The actions.
const (
	ActApprove  Action = "approve"
	ActReject   Action = "reject"
	ActStart    Action = "start"
	ActSucceed  Action = "succeed"
	ActFail     Action = "fail"
	ActComplete Action = "complete"
	ActCancel   Action = "cancel"
	ActResubmit Action = "resubmit"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{ActApprove, ActReject, ActStart, ActSucceed, ActFail, ActComplete, ActCancel, ActResubmit}
}

// Valid reports whether a is one of the actions.
func (a Action) Valid() bool { return slices.Contains(Actions(), a) }

// Why an action is refused.
var (
	// ErrSettled: the ticket has moved on and the action no longer fits its state.
	ErrSettled = errors.New("the ticket has moved on")
	// ErrNotAllowed: the action fits, but it is not this person's.
	ErrNotAllowed = errors.New("not this person's to do")
	// ErrReasonMissing: a rejection needs a reason.
	ErrReasonMissing = errors.New("a rejection needs a reason")
)

// Move is one action on a ticket.
type Move struct {
	Action Action
	By     Person
	Reason string
	At     time.Time
}

// Choice is an action that fits a ticket's state, and whose it is.
type Choice struct {
	Action Action
	By     []Person
}

// Choices returns what can be done with t now, and by whom.
func Choices(t Ticket) []Choice {
	creator := []Person{t.Creator}
	closers := append(slices.Clone(creator), t.Executors...)
	switch t.Status {
	case WaitingReview:
		return []Choice{{ActApprove, t.actors()}, {ActReject, t.actors()}, {ActCancel, closers}}
	case WaitingExecution:
		return []Choice{
			{ActStart, t.actors()},
			{ActSucceed, t.actors()},
			{ActFail, t.actors()},
			{ActComplete, t.actors()},
			{ActReject, t.actors()},
			{ActCancel, closers},
		}
	case Running:
		return []Choice{{ActSucceed, t.Executors}, {ActFail, t.Executors}}
	case Failed:
		return []Choice{{ActStart, t.Executors}, {ActComplete, t.Executors}, {ActCancel, closers}}
	case Rejected:
		return []Choice{{ActResubmit, creator}, {ActCancel, closers}}
	default:
		return nil
	}
}

// MayAct reports whether the current step of t is p's to act on.
func MayAct(t Ticket, p Person) bool { return slices.ContainsFunc(t.actors(), p.Same) }

// Concerns reports whether p has a part in t: who asked, acts on it, or executes it.
func Concerns(t Ticket, p Person) bool {
	return t.Creator.Same(p) || MayAct(t, p) || slices.ContainsFunc(t.Executors, p.Same)
}

func (t Ticket) actors() []Person {
	if t.Step == nil {
		return nil
	}
	return t.Step.Assignees
}

// Submit opens a ticket on flow f and returns the event that says so. The ticket
// starts at the first step, which is the execution when f has no review.
func Submit(t Ticket, f Flow, at time.Time) Event {
	t.Revision = 1
	t.Executors = f.Executors(t.Creator)
	t.enter(f, 1)
	return Event{Kind: KindSubmitted, OccurredAt: at, Actor: t.Creator, Ticket: t}
}

// Apply makes m on t, which runs along f, and returns the event that says so. It
// returns [ErrSettled], [ErrNotAllowed] or [ErrReasonMissing] and changes nothing
// when m cannot be made.
func Apply(t Ticket, f Flow, m Move) (Event, error) {
	if err := mayMove(t, m); err != nil {
		return Event{}, err
	}
	kind := t.move(f, m.Action)
	t.Revision++
	return Event{Kind: kind, OccurredAt: m.At, Actor: m.By, Reason: m.Reason, Ticket: t}, nil
}

func mayMove(t Ticket, m Move) error {
	choices := Choices(t)
	i := slices.IndexFunc(choices, func(c Choice) bool { return c.Action == m.Action })
	if i < 0 {
		return fmt.Errorf("%s a ticket that is %s: %w", m.Action, t.Status, ErrSettled)
	}
	if !slices.ContainsFunc(choices[i].By, m.By.Same) {
		return fmt.Errorf("%s by %s: %w", m.Action, m.By, ErrNotAllowed)
	}
	if m.Action == ActReject && strings.TrimSpace(m.Reason) == "" {
		return ErrReasonMissing
	}
	return nil
}

// move changes the state of t by an action that fits it.
func (t *Ticket) move(f Flow, a Action) Kind {
	switch a {
	case ActApprove:
		t.enter(f, t.Step.Index+1)
		return KindPassed
	case ActResubmit:
		t.enter(f, 1)
		return KindResubmitted
	case ActReject:
		return t.leave(Rejected, KindRejected)
	case ActStart:
		return t.leave(Running, KindExecuting)
	case ActSucceed:
		return t.leave(Succeeded, KindSucceeded)
	case ActFail:
		return t.leave(Failed, KindFailed)
	case ActComplete:
		return t.leave(Completed, KindCompleted)
	default:
		return t.leave(Canceled, KindCanceled)
	}
}

// enter makes the step of that number current.
func (t *Ticket) enter(f Flow, index int) {
	t.Step = f.Step(index, t.Creator)
	t.Status = WaitingReview
	if t.Step != nil && t.Step.Kind == Execute {
		t.Status = WaitingExecution
	}
}

// leave ends the current step.
func (t *Ticket) leave(s Status, k Kind) Kind {
	t.Status, t.Step = s, nil
	return k
}
