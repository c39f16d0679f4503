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

// Assign says who acts on a step of a flow.
type Assign string

// Who acts. Without a word, and with no members, it is left to the platform, too.
const (
	AssignMembers  Assign = "members"
	AssignPlatform Assign = "platform"
	AssignCreator  Assign = "creator"
)

// Valid reports whether a is one of the words, or none.
func (a Assign) Valid() bool {
	return a == "" || a == AssignMembers || a == AssignPlatform || a == AssignCreator
}

// FlowStep is one step of a flow.
type FlowStep struct {
	Name string   `json:"name"`
	Kind StepKind `json:"kind"`
	// Note tells the people who keep the flow what the step is for.
	Note string `json:"note,omitempty"`
	// Assign says who acts; Members are usernames, and of [AssignMembers] only.
	Assign  Assign   `json:"assign,omitempty"`
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

// Step returns the step of that number, from 1, of a ticket of that creator, with who acts
// on it as assignees; nil when there is none.
func (f Flow) Step(index int, creator Person) *Step {
	if index < 1 || index > len(f.Steps) {
		return nil
	}
	s := f.Steps[index-1]
	return &Step{
		Index: index, Total: len(f.Steps), Name: s.Name, Kind: s.Kind, Assignees: s.People(creator),
		RemindAfter: Span(s.RemindAfter), EscalateAfter: Span(s.EscalateAfter), EscalateTo: s.EscalateTo, TellCreator: s.TellCreator,
	}
}

// Executors are those who act on the execution step of a ticket of that creator.
func (f Flow) Executors(creator Person) []Person {
	i := slices.IndexFunc(f.Steps, func(s FlowStep) bool { return s.Kind == Execute })
	if i < 0 {
		return nil
	}
	return f.Steps[i].People(creator)
}

// People are those who act on the step of a ticket of that creator; none are left to the
// platform.
func (s FlowStep) People(creator Person) []Person {
	if s.Assign == AssignCreator {
		if creator.IsZero() {
			return []Person{}
		}
		return []Person{creator}
	}
	people := make([]Person, 0, len(s.Members))
	for _, m := range s.Members {
		people = append(people, Person{Username: m})
	}
	return people
}

// MaxMembers is how many members a step of a flow may have, MaxNote how long its note may be.
const (
	MaxMembers = 100
	MaxNote    = 255
)

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
	c.length(at+".note", s.Note, MaxNote)
	if !s.Assign.Valid() {
		c.add(at+".assign", "unknown_value", "must be one of members, platform, creator")
	}
	if (s.Assign == AssignPlatform || s.Assign == AssignCreator) && len(s.Members) > 0 {
		c.add(at+".members", "invalid", "must be empty unless assign is members")
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
