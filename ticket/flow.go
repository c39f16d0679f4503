package ticket

import (
	"slices"
	"time"
)

// MaxReviews is how many review steps a flow may have before its execution step.
const MaxReviews = 4

// Flow is the route of a kind of ticket (审批流程模板): no to four review steps, then
// one execution step, each with its members.
type Flow struct {
	Key      string     `json:"key"`
	Name     string     `json:"name"`
	Projects []string   `json:"projects"`
	Steps    []FlowStep `json:"steps"`
}

// FlowStep is one step of a flow.
type FlowStep struct {
	Name string   `json:"name"`
	Kind StepKind `json:"kind"`
	// Members are usernames.
	Members []string `json:"members"`
	// RemindAfter is how long the step may wait before its members are reminded; 0 is never.
	RemindAfter time.Duration `json:"remind_after"`
}

// Step returns the step of that number, from 1, with its members as assignees;
// nil when there is none.
func (f Flow) Step(index int) *Step {
	if index < 1 || index > len(f.Steps) {
		return nil
	}
	s := f.Steps[index-1]
	return &Step{Index: index, Total: len(f.Steps), Name: s.Name, Kind: s.Kind, Assignees: s.people()}
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
