package ticket

import "slices"

// Status is where a ticket stands.
type Status string

// The states of a ticket. The first three are open: somebody or something still
// has to act. A rejected ticket waits for its creator; the last four are ends,
// although a failed one may be started again.
const (
	WaitingReview    Status = "waiting_review"
	WaitingExecution Status = "waiting_execution"
	Running          Status = "executing"
	Rejected         Status = "rejected"
	Succeeded        Status = "succeeded"
	Failed           Status = "failed"
	Completed        Status = "completed"
	Canceled         Status = "canceled"
)

// Statuses lists every status in the order a ticket may pass through them.
func Statuses() []Status {
	return []Status{WaitingReview, WaitingExecution, Running, Rejected, Succeeded, Failed, Completed, Canceled}
}

// Valid reports whether s is one of the statuses of this package.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Waiting reports whether somebody's decision is awaited: a review or the execution.
func (s Status) Waiting() bool { return s == WaitingReview || s == WaitingExecution }

// StepKind tells a review from an execution.
type StepKind string

// The two kinds of step.
const (
	Review  StepKind = "review"
	Execute StepKind = "execute"
)

// Valid reports whether k is one of the kinds of step.
func (k StepKind) Valid() bool { return k == Review || k == Execute }

// Ticket is a change somebody asked for, as it stood when an event was posted.
type Ticket struct {
	// Key is the platform's own number of the ticket; with the event's source it is unique.
	Key string `json:"key" doc:"The platform's number of the ticket, unique within its source; at most 128 characters." example:"1024"`
	// Title is one line of user text. It is never markup.
	Title       string  `json:"title" doc:"One line of plain text, at most 256 characters." example:"订单表加索引"`
	Description string  `json:"description,omitempty" doc:"Plain text, at most 10,000 characters; cards show the first lines."`
	Project     Project `json:"project,omitzero" doc:"The project the ticket belongs to; its key picks the flow."`
	// Type is the platform's own word for what kind of change it is. A flow may be for some
	// types only.
	Type   string `json:"type,omitempty" doc:"The platform's own word for the kind of change, at most 64 characters; with the project it picks the flow." example:"export"`
	Status Status `json:"status" enum:"waiting_review,waiting_execution,executing,rejected,succeeded,failed,completed,canceled" doc:"Where the ticket stands after the event."`
	// Revision rises with every change of the ticket; 0 means the platform keeps none
	// and the time of the event orders instead.
	Revision int64 `json:"revision,omitempty" doc:"Rising per ticket; without it occurred_at orders."`
	// URL is an absolute link; it wins over Path, which is joined to the configured URL prefix.
	URL         string   `json:"url,omitempty" doc:"Absolute http or https link to the ticket; wins over path."`
	Path        string   `json:"path,omitempty" doc:"Path of the ticket below the configured URL prefix."`
	Creator     Person   `json:"creator,omitzero" doc:"Who asked for the change."`
	Step        *Step    `json:"step,omitempty" doc:"The step that is current after the event."`
	Executors   []Person `json:"executors,omitempty" doc:"Who executes the change, or executed it."`
	Targets     []Target `json:"targets,omitempty" doc:"Where the change is made."`
	Audit       *Audit   `json:"audit,omitempty" doc:"What the automatic audit found."`
	ExtraFields []Field  `json:"fields,omitempty" doc:"Further lines for the card, in this order."`
}

// Project is what groups tickets on the platform.
type Project struct {
	Key  string `json:"key,omitempty" doc:"Stable key of the project." example:"pay"`
	Name string `json:"name,omitempty" doc:"Name as people read it." example:"支付中心"`
}

// String returns the name people read, or the key when there is none.
func (p Project) String() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Key
}

// Step is the stage a ticket waits at, with the people who may act on it.
type Step struct {
	Index int      `json:"index,omitempty" doc:"Number of the step, from 1."`
	Total int      `json:"total,omitempty" doc:"How many steps the ticket has."`
	Name  string   `json:"name,omitempty" doc:"Name of the step." example:"DBA 审核"`
	Kind  StepKind `json:"kind,omitempty" enum:"review,execute" doc:"Whether the step reviews or executes."`
	// Assignees may act on the step. Nil means the platform did not say, and the
	// members of that step in the project's flow stand in.
	Assignees []Person `json:"assignees,omitzero" doc:"Who may act; absent: the members of that step in the project's flow."`
	// RemindAfter, EscalateAfter and EscalateTo are the flow's where the platform says nothing.
	RemindAfter   Span   `json:"remind_after,omitzero" doc:"How long the step may wait before its assignees are reminded, such as 24h; absent: as in the project's flow." example:"24h"`
	EscalateAfter Span   `json:"escalate_after,omitzero" doc:"How long the step may wait before escalate_to is told." example:"48h"`
	EscalateTo    string `json:"escalate_to,omitempty" doc:"Username of whoever is told that the step waits too long." example:"manager"`
	// TellCreator has the creator told when the ticket reaches the step; the flow may say so, too.
	TellCreator bool `json:"tell_creator,omitempty" doc:"Whether the creator is told when the ticket reaches the step."`
}

// Target is a place the change is made in.
type Target struct {
	Instance    string `json:"instance,omitempty" doc:"Data source." example:"mysql-prod"`
	Schema      string `json:"schema,omitempty" doc:"Schema in it." example:"orders"`
	Environment string `json:"environment,omitempty" doc:"Environment; prod and production are marked on the card." example:"prod"`
}

// Audit is the result of the platform's automatic check.
type Audit struct {
	Score      *int   `json:"score,omitempty" minimum:"0" maximum:"100" doc:"0 to 100."`
	Level      string `json:"level,omitempty" doc:"The worst finding: normal, notice, warn or error."`
	Statements int    `json:"statements,omitempty" minimum:"0" doc:"How many statements the ticket holds."`
}

// Field is a line the platform adds to the card.
type Field struct {
	Label string `json:"label" doc:"At most 64 characters."`
	Value string `json:"value" doc:"At most 512 characters."`
}
