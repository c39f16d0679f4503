package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Patience is how long a delivery is tried before it is given up.
const Patience = 24 * time.Hour

// Desk is where events come in.
type Desk struct {
	Ledger   Ledger
	Flows    Flows
	People   People
	Channels Switchboard
	Settings SettingsKeeper
	// Backlog turns events away when too much waits; nil never does.
	Backlog *Backlog
	// Refresh names the channels whose messages can be changed after they were sent.
	Refresh []Channel
	Now     func() time.Time
}

// Accept stores ev with a delivery for each person who is told and each channel
// that is on, and returns once both are safe. A repeat, by source and id, changes
// nothing and returns the first result. An event that is wrong is an
// [*ticket.Invalid]; any other error means that nothing was stored.
func (d *Desk) Accept(ctx context.Context, ev ticket.Event) (Receipt, error) {
	if err := ev.Validate(); err != nil {
		return Receipt{}, err
	}
	if d.Backlog != nil {
		if err := d.Backlog.admit(ctx); err != nil {
			return d.first(ctx, ev, err)
		}
	}
	e := Entry{ID: NewID("evt_"), AcceptedAt: d.Now(), Event: ev}
	return d.Record(ctx, e)
}

// first returns the first result of an event seen before, which costs nothing and may be
// told even when nothing new is accepted, else why not.
func (d *Desk) first(ctx context.Context, ev ticket.Event, full error) (Receipt, error) {
	if ev.ID == "" {
		return Receipt{}, full
	}
	r, seen, err := d.Ledger.Seen(ctx, ev.Source, ev.ID)
	if err == nil && !seen {
		err = full
	}
	return r, err
}

// Record is [Desk.Accept] for an entry that is valid already; the built-in desk
// hands its flow along with the event.
func (d *Desk) Record(ctx context.Context, e Entry) (Receipt, error) {
	if e.Event.ID == "" {
		e.Event.ID = e.ID
	}
	if e.Event.OccurredAt.IsZero() {
		e.Event.OccurredAt = e.AcceptedAt
	}
	a, err := d.prepare(ctx, &e)
	if err != nil {
		return Receipt{}, err
	}
	r, err := d.Ledger.Record(ctx, e, a.plan)
	if err != nil {
		return Receipt{}, fmt.Errorf("record event %s of %s: %w", e.Event.ID, e.Event.Source, err)
	}
	d.Backlog.add(r)
	return r, nil
}

// prepare gathers what the plan needs, and completes the event by what is known:
// the ticket so far, the project's flow, the people.
func (d *Desk) prepare(ctx context.Context, e *Entry) (*acceptance, error) {
	known, err := d.Ledger.Known(ctx, e.Event.Source, e.Event.Ticket.Key)
	if err != nil {
		return nil, fmt.Errorf("look up ticket %s: %w", e.Event.Ticket.Key, err)
	}
	if known.ID != "" {
		e.Event = inherit(e.Event, known.Last.Ticket)
	}
	if err := d.followFlow(ctx, e); err != nil {
		return nil, err
	}
	users, err := d.recognise(ctx, &e.Event, stepBefore(known))
	if err != nil {
		return nil, err
	}
	settings, err := d.Settings.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	channels, err := d.Channels.Enabled(ctx)
	if err != nil {
		return nil, fmt.Errorf("list channels: %w", err)
	}
	return &acceptance{
		entry: *e, users: users, channels: e.channels(channels), refresh: d.Refresh,
		quietPass: !settings.TellCreatorOnPass, zone: settings.Location, ways: settings.ways(), quiet: settings.QuietHours,
	}, nil
}

func (d *Desk) followFlow(ctx context.Context, e *Entry) error {
	if e.Flow != nil {
		e.Event = e.Event.WithFlow(*e.Flow)
		return nil
	}
	f, ok, err := d.Flows.FlowOf(ctx, e.Event.Ticket.Project.Key, e.Event.Ticket.Type)
	if err != nil {
		return fmt.Errorf("find the flow of project %s: %w", e.Event.Ticket.Project.Key, err)
	}
	if ok {
		e.Event = e.Event.WithFlow(f)
	}
	return nil
}

// inherit keeps what a later event leaves out: a platform need not repeat it all.
func inherit(ev ticket.Event, last ticket.Ticket) ticket.Event {
	t := &ev.Ticket
	if t.Creator.IsZero() {
		t.Creator = last.Creator
	}
	if t.Executors == nil {
		t.Executors = last.Executors
	}
	if t.Project == (ticket.Project{}) {
		t.Project = last.Project
	}
	if t.Type == "" {
		t.Type = last.Type
	}
	if t.URL == "" && t.Path == "" {
		t.URL, t.Path = last.URL, last.Path
	}
	if t.Targets == nil {
		t.Targets = last.Targets
	}
	if t.Audit == nil {
		t.Audit = last.Audit
	}
	if t.Description == "" {
		t.Description = last.Description
	}
	if t.ExtraFields == nil {
		t.ExtraFields = last.ExtraFields
	}
	if t.Step == nil && ev.Kind == ticket.KindReminded && t.Status == last.Status {
		t.Step = last.Step // nothing moved: it is the step that waits
	}
	return ev
}

// recognise puts the known person in the place of everybody the event names, and
// returns them by key.
// Those who were asked to act until now are looked up too: they may be told that
// they no longer have to.
func (d *Desk) recognise(ctx context.Context, ev *ticket.Event, before *ticket.Step) (map[string]ticket.User, error) {
	named := everybody(ev)
	if before != nil {
		asked := slices.Clone(before.Assignees)
		for i := range asked {
			named = append(named, &asked[i])
		}
	}
	people := make([]ticket.Person, len(named))
	for i, p := range named {
		people[i] = *p
	}
	users, err := d.People.Match(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("recognise people: %w", err)
	}
	byKey := make(map[string]ticket.User, len(users))
	for i, u := range users {
		u.Person = tidy(u.Person)
		*named[i] = u.Person
		byKey[u.Key()] = u
	}
	return byKey, nil
}

// tidy writes addresses the way they are compared and cached.
func tidy(p ticket.Person) ticket.Person {
	p.Email = strings.ToLower(p.Email)
	if phone, err := ticket.NormalizePhone(p.Phone); err == nil {
		p.Phone = phone
	}
	return p
}

// everybody returns the places in ev that name a person. Lists are copied first,
// so that the caller's event stays as it is.
func everybody(ev *ticket.Event) []*ticket.Person {
	var all []*ticket.Person
	add := func(p *ticket.Person) {
		if !p.IsZero() {
			all = append(all, p)
		}
	}
	addAll := func(list *[]ticket.Person) {
		*list = slices.Clone(*list)
		for i := range *list {
			add(&(*list)[i])
		}
	}
	add(&ev.Actor)
	add(&ev.Ticket.Creator)
	addAll(&ev.Ticket.Executors)
	addAll(&ev.Audience)
	if ev.Ticket.Step != nil {
		step := *ev.Ticket.Step
		ev.Ticket.Step = &step
		addAll(&step.Assignees)
	}
	return all
}

// acceptance is an event with all that is needed to plan it.
type acceptance struct {
	entry     Entry
	users     map[string]ticket.User
	channels  []Channel
	refresh   []Channel
	quietPass bool
	zone      func() *time.Location // asked when needed: a file is read for it
	ways      ways
	quiet     ticket.Quiet // of those who have none of their own
}

// plan says what accepting the event changes, given what is on record.
func (a *acceptance) plan(known Known) Plan {
	ev := a.entry.Event
	p := Plan{TicketID: known.ID, State: StateOf(ev.Ticket), Turn: known.Turn, Watch: known.Watch, Trail: known.Trail}
	if known.ID == "" {
		p.TicketID = NewID("tkt_")
	}
	if p.Aside = a.entry.Aside != nil; p.Aside && a.entry.Aside.Reminding != nil {
		p.Watch, p.Err = a.entry.Aside.Reminding.after(known, a.entry.AcceptedAt)
	}
	p.Late = known.ID != "" && !p.Aside && !ticket.Newer(ev, known.Last)
	if !p.Late && !p.Aside {
		p.Trail = append(slices.Clone(known.Trail), marks(ev, known)...)
		if ev.Kind != ticket.KindReminded {
			p.Refresh = a.refresh
			p.Turn++
			p.Watch = watchOf(ev.Ticket, a.entry.AcceptedAt, known.Watch.Nudged)
		}
	}
	around := ticket.Around{Before: stepBefore(known), QuietPass: a.quietPass}
	for _, l := range ticket.Audience(ev, around) {
		p.Deliveries = append(p.Deliveries, a.deliveries(p, l, known.Muted)...)
	}
	return p
}

func stepBefore(known Known) *ticket.Step {
	if !known.Last.Ticket.Status.Waiting() {
		return nil
	}
	return known.Last.Ticket.Step
}

func marks(ev ticket.Event, known Known) []cards.Mark {
	if !cards.LeavesMark(ev.Kind) {
		return nil
	}
	m := cards.Mark{Kind: ev.Kind, By: ev.Actor.String(), At: ev.OccurredAt}
	if step := stepBefore(known); step != nil && (ev.Kind == ticket.KindPassed || ev.Kind == ticket.KindRejected) {
		m.Step = step.Name
	}
	return []cards.Mark{m}
}

// deliveries are those of one listener: one for each channel that is on, in the listener's
// order, or, when none is, one that says so.
func (a *acceptance) deliveries(p Plan, l ticket.Listener, muted []string) []Delivery {
	u, ok := a.users[l.Person.Key()]
	if !ok {
		u = ticket.User{Person: l.Person}
	}
	if u.Disabled {
		return nil
	}
	role, against := a.reason(u, l, slices.Contains(muted, u.Key()))
	if len(a.channels) == 0 {
		d := a.delivery(p, role, u, Mail)
		d.Status, d.Reason = Skipped, ReasonChannelOff
		return []Delivery{d}
	}
	var all []Delivery
	for _, ch := range a.ways.of(u, a.channels) {
		all = append(all, a.delivery(p, role, u, ch))
	}
	if against != "" {
		return leaveOut(all, against)
	}
	if a.ways.inTurn(u) {
		a.ways.queue(all)
	}
	for i, d := range all {
		all[i] = a.hush(d)
	}
	return all
}

func (a *acceptance) delivery(p Plan, role ticket.Role, u ticket.User, ch Channel) Delivery {
	at := a.entry.AcceptedAt
	d := Delivery{
		ID: NewID("dlv_"), Event: a.entry.ID, Want: a.entry.ID, Ticket: p.TicketID,
		Person: u.Key(), Channel: ch, To: u, Role: role, Status: Queued,
		State: p.State, Turn: p.Turn, Result: a.entry.Event.Kind.Result(),
		NotBefore: at, Deadline: at.Add(Patience), CreatedAt: at, UpdatedAt: at,
	}
	switch reason := Unreached(u, ch); {
	case p.Late && !d.Result:
		d.Status, d.Reason = Canceled, ReasonLate
	case reason != "":
		d.Status, d.Reason = Skipped, reason
	}
	return d
}

// Unreached says why u cannot possibly be found on the channel, "" when it is
// worth trying.
func Unreached(u ticket.User, ch Channel) string {
	contact := u.Email != "" || u.Phone != ""
	switch {
	case ch == Mail && u.Email == "":
		return ReasonNoEmail
	case ch == Feishu && u.FeishuOpenID == "" && !contact, ch == WeCom && u.WeComUserID == "" && !contact:
		return ReasonNoContact
	}
	return ""
}
