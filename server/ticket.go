package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Tickets is the built-in desk. It refuses an action with one of the errors of
// package ticket and an unknown ticket with [notify.ErrNotFound].
type Tickets interface {
	// Check returns what Submit would refuse t for, as one error.
	Check(ctx context.Context, t ticket.Ticket) error
	// Submit opens a ticket on the flow of its project, in the name of its creator.
	Submit(ctx context.Context, t ticket.Ticket) (notify.Receipt, error)
	// Act makes the action in the name of the person with that username.
	Act(ctx context.Context, id string, action ticket.Action, reason, by string) (notify.Receipt, error)
	// Ticket returns the ticket by its id, or by the number the desk calls it by.
	Ticket(ctx context.Context, id string) (notify.TicketRecord, error)
}

// submission is a ticket somebody asks for.
type submission struct {
	Title       string          `json:"title" doc:"One line of plain text, at most 256 characters." example:"订单表加索引"`
	Project     projectRef      `json:"project,omitzero"`
	Type        string          `json:"type,omitempty" maxLength:"64" doc:"What kind of change it is; with the project it picks the flow." example:"export"`
	Description string          `json:"description,omitempty" doc:"Plain text, at most 10,000 characters."`
	Creator     string          `json:"creator,omitempty" maxLength:"128" doc:"Username of whoever asks; default: the caller." example:"zhangsan"`
	URL         string          `json:"url,omitempty" doc:"Absolute http or https link to the ticket; wins over path."`
	Path        string          `json:"path,omitempty" doc:"Path of the ticket below the configured URL prefix."`
	Targets     []ticket.Target `json:"targets,omitempty" doc:"Where the change is made."`
	Audit       *ticket.Audit   `json:"audit,omitempty" doc:"What an automatic audit found."`
	Fields      []ticket.Field  `json:"fields,omitempty" doc:"Further lines for the card."`
}

// projectRef is a project as a submission names it: {"key","name"}, or the key alone.
type projectRef ticket.Project

// UnmarshalJSON takes both forms.
func (p *projectRef) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &p.Key)
	}
	return json.Unmarshal(data, (*ticket.Project)(p))
}

// Schema tells the API's description of both forms.
func (projectRef) Schema(r huma.Registry) *huma.Schema {
	limit := ticket.MaxName
	return &huma.Schema{
		Description: "The project; its key picks the flow. The key alone may stand for it.",
		Examples:    []any{map[string]any{"key": "pay", "name": "支付中心"}},
		OneOf: []*huma.Schema{
			{Type: huma.TypeString, MaxLength: &limit},
			r.Schema(reflect.TypeFor[ticket.Project](), true, "Project"),
		},
	}
}

// ticketView is a ticket of the built-in desk as it stands.
type ticketView struct {
	ID     string `json:"id" doc:"The ticket in ticketbell."`
	Source string `json:"source"`
	ticket.Ticket
	Kind      ticket.Kind  `json:"kind" doc:"What happened last."`
	Reason    string       `json:"reason,omitempty" doc:"The reason of a rejection, or the error of a failure."`
	Trail     []cards.Mark `json:"trail" doc:"Who decided what so far, oldest first."`
	Actions   []choice     `json:"actions" doc:"What can be done now, and by whom."`
	UpdatedAt time.Time    `json:"updated_at" doc:"When it happened."`
	// EventID and Deliveries tell what the call itself led to.
	EventID    string    `json:"event_id,omitempty" doc:"The event this call led to."`
	Deliveries []planned `json:"deliveries,omitzero" doc:"Who is told of it."`
}

// choice is an action that fits the ticket's state, and whose it is.
type choice struct {
	Action ticket.Action `json:"action" enum:"approve,reject,start,succeed,fail,complete,cancel,resubmit"`
	By     []string      `json:"by" doc:"Usernames."`
}

func choicesOf(t ticket.Ticket) []choice {
	choices := []choice{}
	for _, c := range ticket.Choices(t) {
		by := []string{}
		for _, p := range c.By {
			if p.Username != "" && !slices.Contains(by, p.Username) {
				by = append(by, p.Username)
			}
		}
		choices = append(choices, choice{c.Action, by})
	}
	return choices
}

type submitInput struct{ Body form[submission] }

type ticketInput struct {
	ID string `path:"id" doc:"Id of the ticket in ticketbell."`
}

type actInput struct {
	ID   string `path:"id" doc:"Id of the ticket in ticketbell."`
	Body form[move]
}

// move is an action somebody makes.
type move struct {
	Action ticket.Action `json:"action" enum:"approve,reject,start,succeed,fail,complete,cancel,resubmit"`
	Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"Why; a rejection needs one."`
	By     string        `json:"by,omitempty" maxLength:"128" doc:"Username of whoever acts; default: the caller." example:"lisi"`
}

type ticketOutput struct{ Body ticketView }

// Reminders has the people a ticket waits for reminded. Too early is a
// [*notify.TooEarly]; a ticket that waits for nobody a [notify.ErrConflict].
type Reminders interface {
	Remind(ctx context.Context, id, by string) (notify.Receipt, error)
}

type remindInput struct {
	ID string `path:"id" doc:"Id of the ticket in ticketbell."`
	By string `query:"by" maxLength:"128" doc:"Username of whoever asks; default: the caller."`
}

type remindOutput struct{ Body receipt }

func (a *api) registerTickets() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tickets", id: "submit-ticket", scope: access.TicketsWrite, tag: tagTickets,
		title: "Ask for a change", text: "Opens a ticket on the flow of its project and tells the people of the first step.",
		status: http.StatusCreated, unchecked: true, fails: []int{400, 413},
		example: map[string]any{"title": "订单表加索引", "project": map[string]any{"key": "pay", "name": "支付中心"}, "description": "为慢查询 #881 增加联合索引", "creator": "zhangsan"},
	}, a.submitTicket)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tickets/{id}/actions", id: "act-on-ticket", scope: access.TicketsWrite, tag: tagTickets,
		title: "Approve, reject, execute, close", text: "409 with the code `settled` when the ticket has moved on, 403 with `not_allowed` when the action is somebody else's.",
		unchecked: true, fails: []int{400, 404, 409}, example: map[string]any{"action": "reject", "reason": "索引与 idx_user 重复", "by": "lisi"},
	}, a.actOnTicket)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/tickets/{id}:remind", id: "remind-of-ticket", scope: access.TicketsWrite, tag: tagTickets,
		title: "Remind the people a ticket waits for", text: "A ticket of any source. Once an hour per ticket; 409 until then, and when the ticket waits for nobody.",
		status: http.StatusAccepted, fails: []int{404, 409},
	}, a.remindOfTicket)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/tickets/{id}", id: "get-ticket", scope: access.TicketsWrite, tag: tagTickets,
		title: "A ticket as it stands", fails: []int{404},
	}, a.getTicket)
}

func (a *api) submitTicket(ctx context.Context, in *submitInput) (*ticketOutput, error) {
	s, wrong := in.Body.read(a)
	if s.Creator == "" {
		s.Creator = by(ctx)
	}
	if len(wrong) > 0 {
		return nil, together(wrong, bare(a.Tickets.Check(ctx, s.ticket())))
	}
	got, err := a.Tickets.Submit(ctx, s.ticket())
	if err != nil {
		return nil, bare(err)
	}
	return a.afterwards(ctx, got)
}

func (s submission) ticket() ticket.Ticket {
	return ticket.Ticket{
		Title: s.Title, Description: s.Description, Project: ticket.Project(s.Project), Type: s.Type, URL: s.URL, Path: s.Path,
		Creator: ticket.Person{Username: s.Creator}, Targets: s.Targets, Audit: s.Audit, ExtraFields: s.Fields,
	}
}

func (a *api) actOnTicket(ctx context.Context, in *actInput) (*ticketOutput, error) {
	m, wrong := in.Body.read(a)
	if len(wrong) > 0 {
		return nil, together(wrong, m.check())
	}
	got, err := a.Tickets.Act(ctx, in.ID, m.Action, m.Reason, cmp.Or(m.By, by(ctx)))
	if err != nil {
		return nil, err
	}
	return a.afterwards(ctx, got)
}

// check names what can be seen to be missing without the ticket; the desk asks for
// the same once it has the ticket.
func (m move) check() error {
	if m.Action == ticket.ActReject && strings.TrimSpace(m.Reason) == "" {
		return wrongField("reason", "required", "is required")
	}
	return nil
}

func (a *api) remindOfTicket(ctx context.Context, in *remindInput) (*remindOutput, error) {
	got, err := a.Reminders.Remind(ctx, in.ID, cmp.Or(in.By, by(ctx)))
	if err != nil {
		return nil, err
	}
	return &remindOutput{receiptOf(got)}, nil
}

func (a *api) getTicket(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	rec, err := a.Tickets.Ticket(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	ev := rec.Event
	return &ticketOutput{ticketView{
		ID: rec.ID, Source: rec.Source, Ticket: ev.Ticket, Kind: ev.Kind, Reason: ev.Reason,
		Trail: append([]cards.Mark{}, rec.Trail...), Actions: choicesOf(ev.Ticket), UpdatedAt: ev.OccurredAt,
	}}, nil
}

// afterwards returns the ticket as a call left it, with what the call led to.
func (a *api) afterwards(ctx context.Context, got notify.Receipt) (*ticketOutput, error) {
	out, err := a.getTicket(ctx, &ticketInput{got.TicketID})
	if err != nil {
		return nil, err
	}
	r := receiptOf(got)
	out.Body.EventID, out.Body.Deliveries = r.EventID, r.Deliveries
	return out, nil
}

// bare names the fields of a ticket the way a submission spells them: "title", not
// "ticket.title", and "creator", not "ticket.creator.username".
func bare(err error) error {
	e, ok := errors.AsType[*ticket.Invalid](err)
	if !ok {
		return err
	}
	fields := slices.Clone(e.Fields)
	for i := range fields {
		name := strings.TrimPrefix(fields[i].Field, "ticket.")
		if head, _, _ := strings.Cut(name, "."); head == "creator" || head == "project" {
			name = head
		}
		fields[i].Field = name
	}
	return &ticket.Invalid{Fields: fields}
}
