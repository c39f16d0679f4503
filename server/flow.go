package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ticketbell/access"
	"ticketbell/ticket"
)

// Flows keeps the routes tickets take. A project and type that have a flow already come
// back as a [*notify.Taken], an unknown flow as [notify.ErrNotFound].
type Flows interface {
	Flows(ctx context.Context) ([]ticket.Flow, error)
	Flow(ctx context.Context, key string) (ticket.Flow, error)
	PutFlow(ctx context.Context, f ticket.Flow) error
	DeleteFlow(ctx context.Context, key string) error
}

// flowFields is a flow as it is written; its key is in the path.
type flowFields struct {
	Key      string     `json:"key,omitempty" maxLength:"64" doc:"May repeat the key of the path." example:"ddl"`
	Name     string     `json:"name" example:"结构变更"`
	Projects []string   `json:"projects,omitempty" maxItems:"1000" doc:"Keys of the projects that take this flow; none: every project without a flow of its own." example:"[\"pay\"]"`
	Types    []string   `json:"types,omitempty" maxItems:"20" doc:"Types of tickets that take this flow; none: every type. Of several flows that fit the most specific is taken: project and type, project, type, neither." example:"[\"export\"]"`
	Steps    []flowStep `json:"steps" doc:"At most four reviews, then one execution."`
	// What was read may be written back as it is.
	UpdatedAt time.Time `json:"updated_at,omitzero" doc:"When it was written last. Ignored when it is written."`
	UpdatedBy string    `json:"updated_by,omitempty" maxLength:"256" doc:"Who wrote it last. Ignored when it is written."`
}

// flowStep is one step of a flow.
type flowStep struct {
	Name    string          `json:"name" example:"DBA 审核"`
	Kind    ticket.StepKind `json:"kind" enum:"review,execute"`
	Note    string          `json:"note,omitempty" maxLength:"255" doc:"What the step is for, to those who keep the flow."`
	Assign  ticket.Assign   `json:"assign,omitempty" enum:"members,platform,creator" doc:"Who acts: members, whom the platform names, or the creator. Left out: the members, or, without any, whom the platform names."`
	Members []string        `json:"members" doc:"Usernames, at most 100; empty unless assign is members." example:"[\"t1\"]"`
	// RemindAfter is written the way people say it.
	RemindAfter   string `json:"remind_after,omitempty" maxLength:"32" doc:"How long the step may wait before its members are reminded, such as 24h, and how long between reminders; empty: never." example:"24h"`
	EscalateAfter string `json:"escalate_after,omitempty" maxLength:"32" doc:"How long the step may wait before escalate_to is told; empty: never." example:"48h"`
	EscalateTo    string `json:"escalate_to,omitempty" maxLength:"128" doc:"Username of whoever is told that the step waits too long." example:"manager"`
	TellCreator   bool   `json:"tell_creator,omitempty" doc:"Whether the creator is told when a ticket reaches the step."`
}

type flowInput struct {
	Key string `path:"key" maxLength:"64" pattern:"^[A-Za-z0-9._-]+$" patternDescription:"letters, digits, dot, dash and underscore"`
}

type flowPut struct {
	Key  string `path:"key" maxLength:"64" pattern:"^[A-Za-z0-9._-]+$" patternDescription:"letters, digits, dot, dash and underscore"`
	Body form[flowFields]
}

type flowOutput struct{ Body flowFields }

type flowsOutput struct {
	Body struct {
		Items []flowFields `json:"items"`
	}
}

func (a *api) registerFlows() {
	const path = "/api/v1/flows/{key}"
	register(a, route{
		method: http.MethodGet, path: "/api/v1/flows", id: "list-flows", scope: access.ConfigRead, tag: tagFlows, title: "List flows",
	}, a.listFlows)
	register(a, route{
		method: http.MethodGet, path: path, id: "get-flow", scope: access.ConfigRead, tag: tagFlows, title: "One flow", fails: []int{400, 404},
	}, a.getFlow)
	register(a, route{
		method: http.MethodPut, path: path, id: "put-flow", scope: access.ConfigWrite, tag: tagFlows, title: "Write a flow",
		text: "Tickets of the built-in desk that are under way keep the flow they began with; those of other platforms take it with their next event.", unchecked: true, fails: []int{400, 409},
		example: map[string]any{"name": "结构变更", "projects": []string{"pay"}, "steps": []any{
			map[string]any{"name": "DBA 审核", "kind": "review", "members": []string{"t1"}, "remind_after": "24h"},
			map[string]any{"name": "上线", "kind": "execute", "members": []string{"admin"}},
		}},
	}, a.putFlow)
	register(a, route{
		method: http.MethodDelete, path: path, id: "delete-flow", scope: access.ConfigWrite, tag: tagFlows, title: "Remove a flow", fails: []int{400, 404},
	}, a.deleteFlow)
}

func (a *api) listFlows(ctx context.Context, _ *struct{}) (*flowsOutput, error) {
	flows, err := a.Flows.Flows(ctx)
	if err != nil {
		return nil, err
	}
	out := &flowsOutput{}
	out.Body.Items = mapped(flows, flowOf)
	return out, nil
}

func (a *api) getFlow(ctx context.Context, in *flowInput) (*flowOutput, error) {
	f, err := a.Flows.Flow(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return &flowOutput{flowOf(f)}, nil
}

func (a *api) putFlow(ctx context.Context, in *flowPut) (*flowOutput, error) {
	body, wrong := in.Body.read(a)
	f, err := body.read(in.Key)
	if err := together(wrong, err); err != nil {
		return nil, err
	}
	f.UpdatedAt, f.UpdatedBy = a.Now(), by(ctx)
	if err := a.Flows.PutFlow(ctx, f); err != nil {
		return nil, err
	}
	return a.getFlow(ctx, &flowInput{in.Key})
}

func (a *api) deleteFlow(ctx context.Context, in *flowInput) (*struct{}, error) {
	return nil, a.Flows.DeleteFlow(ctx, in.Key)
}

func flowOf(f ticket.Flow) flowFields {
	return flowFields{
		Key: f.Key, Name: f.Name, Projects: append([]string{}, f.Projects...), Types: f.Types, UpdatedAt: f.UpdatedAt, UpdatedBy: f.UpdatedBy,
		Steps: mapped(f.Steps, func(s ticket.FlowStep) flowStep {
			return flowStep{
				Name: s.Name, Kind: s.Kind, Note: s.Note, Assign: s.Assign, Members: append([]string{}, s.Members...),
				RemindAfter: durationText(s.RemindAfter), EscalateAfter: durationText(s.EscalateAfter), EscalateTo: s.EscalateTo, TellCreator: s.TellCreator,
			}
		}),
	}
}

// read returns the flow under key, or names what the schema cannot.
func (f flowFields) read(key string) (ticket.Flow, error) {
	var wrong []ticket.FieldError
	if f.Key != "" && f.Key != key {
		wrong = append(wrong, ticket.FieldError{Field: "key", Code: "invalid", Message: "cannot be changed"})
	}
	flow := ticket.Flow{Key: key, Name: f.Name, Projects: append([]string{}, f.Projects...), Types: f.Types}
	for i, s := range f.Steps {
		remind, badRemind := readWait(fmt.Sprintf("steps[%d].remind_after", i), s.RemindAfter)
		escalate, badEscalate := readWait(fmt.Sprintf("steps[%d].escalate_after", i), s.EscalateAfter)
		wrong = append(append(wrong, badRemind...), badEscalate...)
		flow.Steps = append(flow.Steps, ticket.FlowStep{
			Name: s.Name, Kind: s.Kind, Note: s.Note, Assign: s.Assign, Members: s.Members, RemindAfter: remind, EscalateAfter: escalate, EscalateTo: s.EscalateTo,
			TellCreator: s.TellCreator,
		})
	}
	if e, ok := errors.AsType[*ticket.Invalid](flow.Validate()); ok {
		wrong = append(wrong, e.Fields...)
	}
	if len(wrong) > 0 {
		return ticket.Flow{}, &ticket.Invalid{Fields: wrong}
	}
	return flow, nil
}

// readWait reads how long a step may wait, or names the field.
func readWait(field, text string) (time.Duration, []ticket.FieldError) {
	wait, err := readDuration(text)
	if err != nil {
		return 0, []ticket.FieldError{{Field: field, Code: "invalid", Message: "must be a duration such as 24h"}}
	}
	return wait, nil
}

// readDuration reads "24h", "90m" and the like; nothing is 0.
func readDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("read duration: %q is none", text)
	}
	return d, nil
}

// durationText writes d the way people say it: "24h", not "24h0m0s".
func durationText(d time.Duration) string {
	return ticket.Span(d).String()
}
