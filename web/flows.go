package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/ticket"
)

// flowsPage is 流程模板: the steps of a kind of ticket, and who hears of each.
func flowsPage() page {
	return page{
		name: "flows", path: "/flows", scope: access.ConfigRead, letter: "f",
		styles: []string{"preview.css"}, scripts: []string{"preview.js", "flows.js"},
		routes: []route{
			shows("/flows", access.ConfigRead, showFlows),
			shows("/flows/-/picture", access.ConfigRead, showSample),
			shows("/flows/{key}", access.ConfigRead, showFlow),
			takes("/flows/{key}", access.ConfigWrite, saveFlow),
			takes("/flows/{key}/edit", access.ConfigRead, editFlow),
			takes("/flows/{key}/remove", access.ConfigWrite, removeFlow),
			takes("/flows/{key}/try", access.TicketsWrite, tryFlow),
		},
	}
}

// newFlow is the key in the address of a flow that has none yet.
const newFlow = "-"

// flowRow is a flow as the API writes it.
type flowRow struct {
	Key      string     `json:"key,omitempty"`
	Name     string     `json:"name"`
	Projects []string   `json:"projects,omitempty"`
	Types    []string   `json:"types,omitempty"`
	Steps    []flowStep `json:"steps"`

	UpdatedAt time.Time `json:"updated_at,omitzero"`
	UpdatedBy string    `json:"updated_by,omitempty"`
}

type flowStep struct {
	Name          string          `json:"name"`
	Kind          ticket.StepKind `json:"kind"`
	Note          string          `json:"note,omitempty"`
	Assign        ticket.Assign   `json:"assign,omitempty"`
	Members       []string        `json:"members"`
	RemindAfter   string          `json:"remind_after,omitempty"`
	EscalateAfter string          `json:"escalate_after,omitempty"`
	EscalateTo    string          `json:"escalate_to,omitempty"`
	TellCreator   bool            `json:"tell_creator,omitempty"`
	// Reached are the members with how each is reached, Escalated is whom it escalates to.
	Reached   []reached `json:"-"`
	Escalated *reached  `json:"-"`
}

// reached is a member of a step.
type reached struct {
	Username string
	// Known is false for a name nobody has here.
	Known bool
	User  userRow
}

// Deliverable reports whether the member can be told anything.
func (r reached) Deliverable() bool {
	return r.Known && (r.User.Reach() == "all" || r.User.Reach() == "some")
}

// By is who acts, in a word also where the flow has none.
func (s flowStep) By() ticket.Assign {
	if s.Assign == "" && s.Name != "" && len(s.Members) == 0 {
		return ticket.AssignPlatform
	}
	return cmp.Or(s.Assign, ticket.AssignMembers)
}

// Ways are who can act on a step.
func (flowStep) Ways() []ticket.Assign {
	return []ticket.Assign{ticket.AssignMembers, ticket.AssignPlatform, ticket.AssignCreator}
}

// Unheard counts the members who cannot be told anything.
func (s flowStep) Unheard() int {
	n := 0
	for _, r := range s.Reached {
		if !r.Deliverable() {
			n++
		}
	}
	return n
}

// Deaf reports whether nobody of a step's members can be told anything.
func (s flowStep) Deaf() bool { return len(s.Reached) > 0 && s.Unheard() == len(s.Reached) }

// Rest reports whether the flow is for whatever no other is for.
func (f flowRow) Rest() bool { return len(f.Projects) == 0 && len(f.Types) == 0 }

type flowsView struct {
	Flows []flowRow
	// Default is the key of the flow for whatever no other is for: the first of its kind.
	Default string
	// Flow is the one that is looked at, nil for the list.
	Flow *flowView
}

type flowView struct {
	flowRow

	IsNew bool
	Saved bool
	// NoKey: it was to be saved without one.
	NoKey   bool
	Refusal *refusal
	Prefix  string
	Samples []sample
	// Tries says whether there is a playground to try it in.
	Tries bool
	// Moved is the number of the step that was moved or added, from 1: it has the focus.
	Moved int
}

// Full reports whether there are as many reviews as there may be.
func (f flowView) Full() bool { return len(f.Steps) > ticket.MaxReviews }

// Last reports whether the step of that index is the execution.
func (f flowView) Last(i int) bool { return i == len(f.Steps)-1 }

func showFlows(v *visit) error {
	view, err := v.flows()
	if err != nil {
		return err
	}
	return v.show(view)
}

func (v *visit) flows() (flowsView, error) {
	var list struct {
		Items []flowRow `json:"items"`
	}
	err := v.ask(http.MethodGet, "/api/v1/flows", nil, &list)
	view := flowsView{Flows: list.Items}
	if i := slices.IndexFunc(list.Items, flowRow.Rest); i >= 0 {
		view.Default = list.Items[i].Key
	}
	return view, err
}

func showFlow(v *visit) error {
	key := v.r.PathValue("key")
	if key == newFlow {
		return v.showFlowView(&flowView{IsNew: true, flowRow: flowRow{Steps: []flowStep{
			{Kind: ticket.Review}, {Kind: ticket.Execute},
		}}})
	}
	f, err := v.flow(key)
	if err != nil {
		return err
	}
	return v.showFlowView(f)
}

func (v *visit) flow(key string) (*flowView, error) {
	f := &flowView{}
	err := v.ask(http.MethodGet, "/api/v1/flows/"+url.PathEscape(key), nil, &f.flowRow)
	f.Key = key
	return f, err
}

func (v *visit) showFlowView(f *flowView) error {
	if err := v.complete(f); err != nil {
		return err
	}
	view := flowsView{Flow: f}
	switch {
	case f.Refusal != nil || f.NoKey:
		return v.refused("flow", view)
	case v.htmx():
		return v.part("flow", view)
	}
	return v.show(view)
}

// complete adds what the page tells of a flow: how its people are reached, and the
// cards they get.
func (v *visit) complete(f *flowView) error {
	f.Prefix = "flow-"
	for i := range f.Steps {
		f.Steps[i].Reached = nil
		for _, name := range f.Steps[i].Members {
			r, err := v.reach(name)
			if err != nil {
				return err
			}
			f.Steps[i].Reached = append(f.Steps[i].Reached, r)
		}
		if to := f.Steps[i].EscalateTo; to != "" {
			r, err := v.reach(to)
			if err != nil {
				return err
			}
			f.Steps[i].Escalated = &r
		}
	}
	f.Samples = samples(f.flowRow)
	return v.tries(f)
}

// tries finds out whether the flow can be tried: a second one for all other tickets would
// try the first.
func (v *visit) tries(f *flowView) error {
	if f.Tries = v.site.cfg.Visitor != "" && !f.IsNew; !f.Tries || !f.Rest() {
		return nil
	}
	all, err := v.flows()
	f.Tries = all.Default == f.Key
	return err
}

func (v *visit) reach(username string) (reached, error) {
	r := reached{Username: username}
	err := v.ask(http.MethodGet, "/api/v1/users/"+url.PathEscape(username), nil, &r.User)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status == http.StatusNotFound {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Known = true
	r.User.Ways, err = v.ways(username)
	return r, err
}

// typedFlow reads a flow from its form.
func typedFlow(v *visit) *flowView {
	key := v.r.PathValue("key")
	f := &flowView{IsNew: key == newFlow, flowRow: flowRow{
		Key: key, Name: strings.TrimSpace(v.r.PostFormValue("name")),
		Projects: words(v.r.PostFormValue("projects")), Types: phrases(v.r.PostFormValue("types")),
	}}
	if f.IsNew {
		f.Key = strings.TrimSpace(v.r.PostFormValue("key"))
	}
	count, _ := strconv.Atoi(v.r.PostFormValue("count"))
	count = min(max(count, 1), ticket.MaxReviews+1)
	for i := range count {
		text := func(name string) string {
			return strings.TrimSpace(v.r.PostFormValue("steps[" + strconv.Itoa(i) + "]." + name))
		}
		step := flowStep{
			Name: text("name"), Kind: ticket.Review, Note: text("note"), Assign: ticket.Assign(text("assign")), Members: words(text("members")),
			RemindAfter: text("remind_after"), EscalateAfter: text("escalate_after"), EscalateTo: text("escalate_to"), TellCreator: text("tell_creator") != "",
		}
		if i == count-1 {
			step.Kind = ticket.Execute
		}
		if step.Assign == ticket.AssignPlatform || step.Assign == ticket.AssignCreator {
			step.Members = []string{} // what stands in the field is not meant
		}
		f.Steps = append(f.Steps, step)
	}
	return f
}

// words are what is written between commas, blanks or ends of lines.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;； \t\r\n", r) })
}

// phrases are what is written between commas or ends of lines, and may hold blanks.
func phrases(text string) []string {
	var all []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，、;；\r\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// editFlow changes the form and saves nothing: "add", "up 1", "down 0", "move 0 2",
// "remove 1", or nothing, to look at it.
func editFlow(v *visit) error {
	f := typedFlow(v)
	what, where, _ := strings.Cut(v.r.FormValue("do"), " ")
	from, to, _ := strings.Cut(where, " ")
	i, _ := strconv.Atoi(from)
	j, _ := strconv.Atoi(to)
	last := len(f.Steps) - 1
	switch {
	case what == "add" && !f.Full():
		f.Steps = slices.Insert(f.Steps, last, flowStep{Kind: ticket.Review})
		f.Moved = last + 1
	case what == "up":
		f.move(i, i-1)
	case what == "down":
		f.move(i, i+1)
	case what == "move":
		f.move(i, j)
	case what == "remove" && i >= 0 && i < last:
		f.Steps = slices.Delete(f.Steps, i, i+1)
		f.Moved = i + 1
	}
	return v.showFlowView(f)
}

// move puts a step where another stands. The last one, which executes, stays the last.
func (f *flowView) move(from, to int) {
	last := len(f.Steps) - 1
	if from < 0 || from >= last || to < 0 || to >= last || from == to {
		return
	}
	step := f.Steps[from]
	f.Steps = slices.Insert(slices.Delete(f.Steps, from, from+1), to, step)
	f.Moved = to + 1
}

func saveFlow(v *visit) error {
	f := typedFlow(v)
	if f.Key == "" || f.Key == newFlow { // the API would not find its way there
		f.NoKey = true
		return v.showFlowView(f)
	}
	err := v.ask(http.MethodPut, "/api/v1/flows/"+url.PathEscape(f.Key), f.flowRow, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		f.Refusal = no.gathered("projects", f.Projects).gathered("types", f.Types)
		return v.showFlowView(f)
	}
	if err != nil {
		return err
	}
	if f.IsNew {
		return v.to("/flows/" + url.PathEscape(f.Key))
	}
	f.Saved = true
	return v.showFlowView(f)
}

// tryFlow submits a made-up ticket that takes the flow, and goes to look at it in the playground.
func tryFlow(v *visit) error {
	f, err := v.flow(v.r.PathValue("key"))
	if err != nil {
		return err
	}
	title := cards.Text{ZH: "试运行：" + f.Name, EN: "Trial run: " + f.Name}.In(v.lang)
	project := map[string]string{"key": "trial", "name": "trial"} // nobody's: the flow for all others
	if len(f.Projects) > 0 {
		project = map[string]string{"key": f.Projects[0], "name": f.Projects[0]}
	}
	var made struct {
		ID string `json:"id"`
	}
	asked := map[string]any{"title": title, "project": project}
	if len(f.Types) > 0 {
		asked["type"] = f.Types[0]
	}
	if err := v.ask(http.MethodPost, "/api/v1/tickets", asked, &made); err != nil {
		return err
	}
	return v.to("/playground?ticket=" + url.QueryEscape(made.ID))
}

func removeFlow(v *visit) error {
	if err := v.ask(http.MethodDelete, "/api/v1/flows/"+url.PathEscape(v.r.PathValue("key")), nil, nil); err != nil {
		return err
	}
	return v.to("/flows")
}
