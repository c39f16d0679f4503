package ticket

import (
	"fmt"
	"slices"
	"time"
)

// MaxReviews is how many review steps a flow may have before its execution step.
const MaxReviews = 4

// Flow is the route of a kind of ticket (审批流程模板): no to four review steps, then
// one execution step, each with its members.
type Flow struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	// Projects and Types say which tickets take it: none are all. Of several flows the most
	// specific is taken: project and type, then project, then type, then neither.
	Projects []string   `json:"projects"`
	Types    []string   `json:"types,omitempty"`
	Steps    []FlowStep `json:"steps"`
	// UpdatedAt and UpdatedBy say when it was written last, and by whom.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	UpdatedBy string    `json:"updated_by,omitempty"`
}

// FlowStep is one step of a flow.
type FlowStep struct {
	Name string   `json:"name"`
	Kind StepKind `json:"kind"`
	// Members are usernames.
	Members []string `json:"members"`
	// RemindAfter is how long the step may wait before its members are reminded; 0 is never.
	RemindAfter time.Duration `json:"remind_after"`
	// EscalateTo is the username of whoever is told once the step has waited for
	// EscalateAfter; 0 is never.
	EscalateAfter time.Duration `json:"escalate_after,omitempty"`
	EscalateTo    string        `json:"escalate_to,omitempty"`
	// TellCreator has the creator told when a ticket reaches the step.
	TellCreator bool `json:"tell_creator,omitempty"`
}

// Step returns the step of that number, from 1, with its members as assignees;
// nil when there is none.
func (f Flow) Step(index int) *Step {
	if index < 1 || index > len(f.Steps) {
		return nil
	}
	s := f.Steps[index-1]
	return &Step{
		Index: index, Total: len(f.Steps), Name: s.Name, Kind: s.Kind, Assignees: s.people(),
		RemindAfter: Span(s.RemindAfter), EscalateAfter: Span(s.EscalateAfter), EscalateTo: s.EscalateTo, TellCreator: s.TellCreator,
	}
}

// Executors are the members of the execution step.
func (f Flow) Executors() []Person {
	i := slices.IndexFunc(f.Steps, func(s FlowStep) bool { return s.Kind == Execute })
	if i < 0 {
		return nil
	}
	return f.Steps[i].people()
}

func (s FlowStep) people() []Person {
	people := make([]Person, 0, len(s.Members))
	for _, m := range s.Members {
		people = append(people, Person{Username: m})
	}
	return people
}

// MaxMembers is how many members a step of a flow may have.
const MaxMembers = 100

// MaxTypes is how many types a flow may name, and MaxScope how many pairs of a project and
// a type it may be for.
const (
	MaxTypes = 20
	MaxScope = 2_000
)

// Validate checks f and returns an [*Invalid] that names every wrong field at
// once, or nil: a key and a name, at most [MaxReviews] review steps, then one
// execution step, each with a name.
func (f Flow) Validate() error {
	var c checker
	c.required("key", f.Key, MaxLabel)
	c.required("name", f.Name, MaxName)
	c.scope(f)
	last := len(f.Steps) - 1
	if last < 0 || last > MaxReviews {
		c.add("steps", "invalid", fmt.Sprintf("must hold at most %d review steps and one execution step", MaxReviews))
	}
	for i, s := range f.Steps {
		c.flowStep(fmt.Sprintf("steps[%d]", i), s, i == last)
	}
	return c.result()
}

// scope checks which tickets f is for.
func (c *checker) scope(f Flow) {
	for i, p := range f.Projects {
		c.required(fmt.Sprintf("projects[%d]", i), p, MaxName)
	}
	for i, t := range f.Types {
		c.required(fmt.Sprintf("types[%d]", i), t, MaxLabel)
	}
	switch {
	case len(f.Types) > MaxTypes:
		c.add("types", "too_many", fmt.Sprintf("must hold at most %d types", MaxTypes))
	case len(f.Types)*len(f.Projects) > MaxScope:
		c.add("types", "too_many", fmt.Sprintf("must make at most %d pairs with projects", MaxScope))
	}
}

func (c *checker) flowStep(at string, s FlowStep, last bool) {
	c.required(at+".name", s.Name, MaxName)
	switch {
	case !s.Kind.Valid():
		c.add(at+".kind", "unknown_value", "must be one of review, execute")
	case last != (s.Kind == Execute):
		c.add(at+".kind", "invalid", "must be review, and execute for the last step")
	}
	if len(s.Members) > MaxMembers {
		c.add(at+".members", "too_many", fmt.Sprintf("must hold at most %d people", MaxMembers))
	}
	for i, m := range s.Members {
		c.required(fmt.Sprintf("%s.members[%d]", at, i), m, MaxName)
	}
	c.patience(at, Span(s.RemindAfter), Span(s.EscalateAfter), s.EscalateTo)
}

// MaxPatience is how long a step may wait at most before anybody is reminded.
const MaxPatience = Span(365 * 24 * time.Hour)

// patience checks when a step reminds and escalates. A shorter time than a second is a
// slip of the pen: it would remind all at once.
func (c *checker) patience(at string, remind, escalate Span, to string) {
	for _, f := range []struct {
		name string
		span Span
	}{{"remind_after", remind}, {"escalate_after", escalate}} {
		if f.span < 0 || (f.span > 0 && f.span < Span(time.Second)) || f.span > MaxPatience {
			c.add(at+"."+f.name, "invalid", "must be a time from 1s to 8760h")
		}
	}
	c.length(at+".escalate_to", to, MaxName)
	if escalate > 0 && to == "" {
		c.add(at+".escalate_to", "required", "is required with escalate_after")
	}
	if to != "" && escalate == 0 {
		c.add(at+".escalate_after", "required", "is required with escalate_to")
	}
}
