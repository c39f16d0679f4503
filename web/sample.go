package web

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// sample is a message that somebody of a flow would get, of a made-up ticket.
type sample struct {
	State ticket.Status
	// To says who: "assignee" of Step, or "creator".
	To   ticket.Role
	Step *ticket.Step
}

// samples are the messages of a ticket on its way through a flow, in order.
func samples(f flowRow) []sample {
	var all []sample
	for i, s := range f.Steps {
		step := &ticket.Step{Index: i + 1, Total: len(f.Steps), Name: s.Name, Kind: s.Kind}
		for _, r := range s.Reached {
			step.Assignees = append(step.Assignees, ticket.Person{Username: r.Username, Name: r.User.Name})
		}
		state := ticket.WaitingReview
		if s.Kind == ticket.Execute {
			state = ticket.WaitingExecution
		}
		all = append(all, sample{state, ticket.RoleAssignee, step})
		if s.TellCreator {
			all = append(all, sample{state, ticket.RoleCreator, step})
		}
	}
	for _, state := range []ticket.Status{ticket.Rejected, ticket.Succeeded, ticket.Failed} {
		all = append(all, sample{State: state, To: ticket.RoleCreator})
	}
	return all
}

// Label is the key of what the sample is called.
func (s sample) Label() string {
	if s.To == ticket.RoleCreator && s.State.Waiting() {
		return "frame.preview.copy." + string(s.State)
	}
	return "frame.preview.of." + string(s.State)
}

// Query names the sample in the address of its picture.
func (s sample) Query() template.URL {
	q := url.Values{"state": {string(s.State)}, "reader": {string(s.To)}}
	if s.Step != nil {
		q.Set("index", strconv.Itoa(s.Step.Index))
		q.Set("total", strconv.Itoa(s.Step.Total))
		q.Set("step", s.Step.Name)
		q.Set("kind", string(s.Step.Kind))
		for _, p := range s.Step.Assignees {
			q.Add("who", p.Username+" "+p.Name)
		}
	}
	return template.URL(q.Encode()) //nolint:gosec // url.Values writes no markup
}

// sampleOf reads what Query wrote.
func sampleOf(q url.Values) sample {
	s := sample{State: ticket.Status(q.Get("state")), To: ticket.Role(q.Get("reader"))}
	if index, err := strconv.Atoi(q.Get("index")); err == nil {
		total, _ := strconv.Atoi(q.Get("total"))
		s.Step = &ticket.Step{Index: index, Total: total, Name: q.Get("step"), Kind: ticket.StepKind(q.Get("kind"))}
		for _, who := range q["who"] {
			username, name, _ := strings.Cut(who, " ")
			s.Step.Assignees = append(s.Step.Assignees, ticket.Person{Username: username, Name: name})
		}
	}
	return s
}

// showSample draws a message of the editor in its frame.
func showSample(v *visit) error {
	q := v.r.URL.Query()
	s := sampleOf(q)
	asked := map[string]any{"state": s.State, "reader": s.To, "language": string(v.lang)}
	if s.Step != nil {
		asked["step"] = s.Step
	}
	return v.drawSample(notify.Channel(q.Get("channel")), asked)
}

// drawSample draws what the API says a channel would show.
func (v *visit) drawSample(ch notify.Channel, asked map[string]any) error {
	if !ch.Valid() {
		return &refusal{Status: http.StatusNotFound}
	}
	var card json.RawMessage
	if err := v.ask(http.MethodPost, "/api/v1/channels/"+string(ch)+"/preview", asked, &card); err != nil {
		return err
	}
	return v.drawCard(string(card))
}

// StepName is the step's name, "" for what goes to the creator.
func (s sample) StepName() string {
	if s.Step == nil {
		return ""
	}
	return s.Step.Name
}

// showStyle draws a ticket that waits for review in a style that need not be saved.
func showStyle(v *visit) error {
	asked := map[string]any{"state": ticket.WaitingReview, "language": string(v.lang)}
	if style := v.r.URL.Query().Get("style"); style != "" {
		asked["draft"] = map[string]string{"style": style}
	}
	return v.drawSample(notify.Channel(v.r.PathValue("channel")), asked)
}
