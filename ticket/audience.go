package ticket

import "slices"

// Listener is somebody an event is said to, and why.
type Listener struct {
	Person Person
	Role   Role
	// Also are the other reasons, where they have more than one.
	Also []Role
}

// Roles are all of l's reasons, the first of the table first.
func (l Listener) Roles() []Role { return append([]Role{l.Role}, l.Also...) }

// Around is what decides an audience beside the event itself.
type Around struct {
	// Before is the step people were asked to act on until the event; nil when nobody was.
	Before *Step
	// QuietPass keeps the creator from hearing of each passed step.
	QuietPass bool
}

// part picks one group of people around an event.
type part func(Event, Around) []Listener

// parts is the table of who is told (docs/who-is-told.md): per kind of event, the
// groups in the order of their importance. Somebody in two groups is told once,
// in the first.
func parts(k Kind) []part {
	switch k {
	case KindSubmitted, KindResubmitted:
		return []part{assignees, copied}
	case KindReminded:
		return []part{assignees}
	case KindPassed:
		return []part{assignees, copied, creatorOfPass}
	case KindRejected:
		return []part{creatorUnlessActor}
	case KindSucceeded, KindFailed:
		return []part{creator, executors}
	case KindCompleted:
		return []part{creator}
	case KindCanceled:
		return []part{creatorUnlessActor, waiting}
	default: // executing: cards already out change, nobody gets a new one
		return nil
	}
}

// Audience returns who hears of ev, each once. An event that names its audience
// is said to exactly those; otherwise the table above decides. The person who did
// it hears only what they must act on or what came of an execution.
func Audience(ev Event, a Around) []Listener {
	if ev.Audience != nil {
		return named(ev, a)
	}
	var told []Listener
	for _, pick := range parts(ev.Kind) {
		for _, l := range pick(ev, a) {
			told = tell(told, l)
		}
	}
	return told
}

func tell(told []Listener, l Listener) []Listener {
	if l.Person.IsZero() {
		return told
	}
	i := slices.IndexFunc(told, func(t Listener) bool { return t.Person.Same(l.Person) })
	if i < 0 {
		return append(told, l)
	}
	for _, r := range l.Roles() {
		if !slices.Contains(told[i].Roles(), r) {
			told[i].Also = append(told[i].Also, r)
		}
	}
	return told
}

func named(ev Event, a Around) []Listener {
	told := []Listener{}
	for _, p := range ev.Audience {
		roles := rolesOf(p, ev, a)
		told = tell(told, Listener{Person: p, Role: roles[0], Also: roles[1:]})
	}
	return told
}

// rolesOf finds why a named person is told: the groups of anybody's that hold them.
func rolesOf(p Person, ev Event, a Around) []Role {
	var roles []Role
	for _, pick := range []part{assignees, waiting, creator, executors} {
		for _, l := range pick(ev, a) {
			if l.Person.Same(p) && !slices.Contains(roles, l.Role) {
				roles = append(roles, l.Role)
			}
		}
	}
	if len(roles) == 0 {
		return []Role{RoleNamed}
	}
	return roles
}

func assignees(ev Event, _ Around) []Listener {
	if !ev.Ticket.Status.Waiting() {
		return nil
	}
	if ev.Ticket.Step != nil && len(ev.Ticket.Step.Assignees) > 0 {
		return as(RoleAssignee, ev.Ticket.Step.Assignees)
	}
	if ev.Ticket.Status == WaitingExecution {
		return as(RoleAssignee, ev.Ticket.Executors)
	}
	return nil
}

func creator(ev Event, _ Around) []Listener {
	return as(RoleCreator, []Person{ev.Ticket.Creator})
}

// copied is the creator where the step that was reached asks for it: of their own
// submission, too, but not of their own review.
func copied(ev Event, a Around) []Listener {
	switch step := ev.Ticket.Step; {
	case step == nil || !step.TellCreator:
		return nil
	case ev.Kind == KindPassed:
		return creatorUnlessActor(ev, a)
	default:
		return creator(ev, a)
	}
}

func creatorUnlessActor(ev Event, a Around) []Listener {
	if ev.Actor.Same(ev.Ticket.Creator) {
		return nil
	}
	return creator(ev, a)
}

func creatorOfPass(ev Event, a Around) []Listener {
	if a.QuietPass {
		return nil
	}
	return creatorUnlessActor(ev, a)
}

func executors(ev Event, _ Around) []Listener {
	return as(RoleExecutor, ev.Ticket.Executors)
}

// waiting are the people who had been asked to act and no longer have to.
func waiting(ev Event, a Around) []Listener {
	if ev.Kind != KindCanceled {
		return nil
	}
	step := ev.Ticket.Step
	if step == nil || len(step.Assignees) == 0 {
		step = a.Before
	}
	if step == nil {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(step.Assignees), ev.Actor.Same)
	return as(RoleWaiting, left)
}

func as(r Role, people []Person) []Listener {
	listeners := make([]Listener, 0, len(people))
	for _, p := range people {
		listeners = append(listeners, Listener{Person: p, Role: r})
	}
	return listeners
}

// WithFlow fills in from the project's flow what the platform left out: the
// assignees of the current step, and who executes.
func (ev Event) WithFlow(f Flow) Event {
	t := &ev.Ticket
	if t.Status.Waiting() && (t.Step == nil || t.Step.Assignees == nil) {
		t.Step = f.complete(t.Step, ev)
	}
	if t.Status.Waiting() && t.Step != nil {
		t.Step = f.attended(t.Step, ev)
	}
	if t.Executors == nil {
		t.Executors = f.Executors(t.Creator)
	}
	return ev
}

// complete finds the flow's step that said means, by number, then by name, then
// by what the event implies, and keeps what the platform did say.
func (f Flow) complete(said *Step, ev Event) *Step {
	index := f.indexOf(said, ev)
	own := f.Step(index, ev.Ticket.Creator)
	if own == nil {
		return said
	}
	if said == nil {
		return own
	}
	full := *said
	full.Assignees = own.Assignees
	if full.Index == 0 {
		full.Index, full.Total = own.Index, own.Total
	}
	if full.Name == "" {
		full.Name = own.Name
	}
	if full.Kind == "" {
		full.Kind = own.Kind
	}
	return &full
}

// attended takes from the flow whether the creator is told of the step, and, where the
// platform said nothing about either, when it reminds and escalates.
func (f Flow) attended(said *Step, ev Event) *Step {
	own := f.Step(f.indexOf(said, ev), ev.Ticket.Creator)
	if own == nil {
		return said
	}
	full := *said
	full.TellCreator = said.TellCreator || own.TellCreator
	if said.RemindAfter > 0 || said.EscalateAfter > 0 {
		return &full
	}
	full.RemindAfter, full.EscalateAfter, full.EscalateTo = own.RemindAfter, own.EscalateAfter, own.EscalateTo
	return &full
}

func (f Flow) indexOf(said *Step, ev Event) int {
	if said != nil && said.Index > 0 {
		return said.Index
	}
	if said != nil && said.Name != "" {
		return 1 + slices.IndexFunc(f.Steps, func(s FlowStep) bool { return s.Name == said.Name })
	}
	if ev.Ticket.Status == WaitingExecution {
		return 1 + slices.IndexFunc(f.Steps, func(s FlowStep) bool { return s.Kind == Execute })
	}
	if ev.Kind == KindSubmitted || ev.Kind == KindResubmitted {
		return 1
	}
	return 0
}
