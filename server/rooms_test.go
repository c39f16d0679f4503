package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ticketbell/audit"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// rooms is the rest of the house: people, flows, settings, channels, platforms,
// deliveries and the built-in desk.
type rooms struct {
	mu          sync.Mutex
	users       map[string]ticket.User
	flows       map[string]ticket.Flow
	settings    notify.Settings
	logo        *notify.Logo
	platforms   map[string]notify.Platform
	deliveries  []notify.Delivery
	attempts    map[string][]notify.Attempt
	liked       map[string]notify.Preferences
	mutes       []string // "username ticket"
	unconfirmed []notify.Unconfirmed
	channel     map[string]json.RawMessage
	version     int
	tests       []notify.TestRequest
	ticket      ticket.Event
	remindedBy  string
	flow        ticket.Flow
	hold        chan struct{} // when not nil, a look-up waits until it is closed
	noted       []audit.Entry // the audit log
	lost        string        // whom no provider finds
	edited      []string      // e-mail addresses of people whose identities were forgotten
	cleared     []string      // channels and people of which what was looked up was
}

func newRooms() *rooms {
	return &rooms{
		users: map[string]ticket.User{}, flows: map[string]ticket.Flow{}, platforms: map[string]notify.Platform{},
		settings: notify.DefaultSettings(), attempts: map[string][]notify.Attempt{}, liked: map[string]notify.Preferences{}, channel: map[string]json.RawMessage{},
	}
}

func (r *rooms) Deliveries(_ context.Context, f notify.DeliveryFilter) ([]notify.Delivery, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.Cursor == "junk" {
		return nil, "", fmt.Errorf("list deliveries: %w", notify.ErrCursor)
	}
	found := []notify.Delivery{}
	for _, d := range r.deliveries {
		if (f.Ticket == "" || d.Ticket == f.Ticket) && (f.Person == "" || d.Person == f.Person) &&
			(f.Channel == "" || d.Channel == f.Channel) && (f.Status == "" || d.Status == f.Status) &&
			(f.EventID == "" || d.Event == f.EventID) && strings.Contains(d.Person+d.Reason, f.Query) && d.ID > f.Cursor {
			found = append(found, d)
		}
	}
	if len(found) > f.Limit {
		return found[:f.Limit], found[f.Limit-1].ID, nil
	}
	return found, "", nil
}

func (r *rooms) find(id string) (int, error) {
	i := slices.IndexFunc(r.deliveries, func(d notify.Delivery) bool { return d.ID == id })
	if i < 0 {
		return 0, fmt.Errorf("find delivery %s: %w", id, notify.ErrNotFound)
	}
	return i, nil
}

func (r *rooms) Delivery(_ context.Context, id string) (notify.Delivery, []notify.Attempt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, err := r.find(id)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	return r.deliveries[i], r.attempts[id], nil
}

func (r *rooms) CancelDelivery(_ context.Context, id string, _ time.Time) (notify.Delivery, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, err := r.find(id)
	if err != nil {
		return notify.Delivery{}, err
	}
	d := &r.deliveries[i]
	if d.Status != notify.Dead {
		return notify.Delivery{}, fmt.Errorf("cancel a delivery that is %s: %w", d.Status, notify.ErrConflict)
	}
	d.Status, d.Reason = notify.Canceled, notify.ReasonDiscarded
	return *d, nil
}

func (r *rooms) RerouteDelivery(_ context.Context, id string, to notify.Channel, now, deadline time.Time) (notify.Delivery, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, err := r.find(id)
	if err != nil {
		return notify.Delivery{}, err
	}
	if r.deliveries[i].Channel == to {
		return notify.Delivery{}, notify.DetourTaken
	}
	d := r.deliveries[i]
	d.ID, d.Channel, d.Status, d.CreatedAt, d.Deadline = "dlv_rerouted", to, notify.Queued, now, deadline
	return d, nil
}

func (r *rooms) Summary(_ context.Context, f notify.DeliveryFilter) (notify.Counts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := notify.Counts{Of: map[notify.Status]int{}}
	for _, d := range r.deliveries {
		if f.Channel == "" || d.Channel == f.Channel {
			counts.Of[d.Status]++
		}
	}
	return counts, nil
}

func (r *rooms) Causes(_ context.Context, f notify.DeliveryFilter) ([]notify.Cause, int, error) {
	if f.Channel == notify.Mail {
		return nil, 0, nil
	}
	return []notify.Cause{{Channel: notify.WeCom, Code: "wecom.60020", Count: 12, Last: noon()}, {Channel: notify.WeCom, Count: 1, Last: noon()}}, 10_000, nil
}

func (r *rooms) Codes(context.Context) ([]string, error) {
	return []string{"wecom.60020", "mail.550"}, nil
}

func (r *rooms) Explain(code, message string) *notify.TestError {
	class := "identity"
	if code == "wecom.60020" {
		class = "config"
	}
	return &notify.TestError{Class: class, Code: code, Message: message, Advice: cards.Text{ZH: "修好它", EN: "mend it"}}
}

func (r *rooms) RetryDeliveries(_ context.Context, f notify.DeliveryFilter, _, _ time.Time) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, d := range r.deliveries {
		if d.Status == f.Status && (f.Code == "" || d.Code == f.Code) {
			r.deliveries[i].Status = notify.Queued
			n++
		}
	}
	return n, nil
}

func (r *rooms) RetryDelivery(_ context.Context, id string, now, deadline time.Time) (notify.Delivery, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, err := r.find(id)
	if err != nil {
		return notify.Delivery{}, err
	}
	d := &r.deliveries[i]
	if d.Status != notify.Dead {
		return notify.Delivery{}, fmt.Errorf("retry a delivery that is %s: %w", d.Status, notify.ErrConflict)
	}
	d.Status, d.Reason, d.NotBefore, d.Deadline = notify.Queued, "", now, deadline
	return *d, nil
}

func (r *rooms) Get(_ context.Context, _ notify.Channel) (json.RawMessage, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.view()
}

func (r *rooms) view() (json.RawMessage, string, error) {
	view := maps.Clone(r.channel)
	if _, ok := view["password"]; ok {
		view["password"] = json.RawMessage(`{"set":true}`)
	}
	body, err := json.Marshal(view)
	return body, fmt.Sprint(r.version), err
}

func (r *rooms) Patch(_ context.Context, _ notify.Channel, patch map[string]json.RawMessage, ifMatch, _ string) (json.RawMessage, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ifMatch != "" && ifMatch != fmt.Sprint(r.version) {
		return nil, "", fmt.Errorf("save channel: %w", notify.ErrConflict)
	}
	if _, ok := patch["hots"]; ok {
		return nil, "", &ticket.Invalid{Fields: []ticket.FieldError{{Field: "hots", Code: "unknown_field", Message: "is not known here"}}}
	}
	for name, value := range patch {
		if string(value) == "null" {
			delete(r.channel, name)
		} else {
			r.channel[name] = value
		}
	}
	r.version++
	return r.view()
}

func (r *rooms) Test(_ context.Context, _ notify.Channel, q notify.TestRequest) (notify.TestReport, error) {
	r.mu.Lock()
	r.tests = append(r.tests, q)
	r.mu.Unlock()
	if q.To.Email == "nobody@corp.com" {
		return notify.TestReport{Error: &notify.TestError{Class: "identity", Code: "mail.550", Message: "no such user"}}, nil
	}
	if _, ok := q.Draft["unfit"]; ok {
		return notify.TestReport{}, &ticket.Invalid{Fields: []ticket.FieldError{{Field: "draft.unfit", Code: "unknown_field", Message: "is not known here"}}}
	}
	if q.Watch != nil {
		q.Watch(notify.TestStage{Name: "send", Running: true})
		q.Watch(notify.TestStage{Name: "send", OK: true})
	}
	return notify.TestReport{Success: true, Stages: []notify.TestStage{{Name: "send", OK: true}}, ProviderID: "m1"}, nil
}

func (r *rooms) Overview(context.Context, int) (notify.Overview, error) {
	return notify.Overview{At: noon(), Channels: map[notify.Channel]notify.Health{notify.Mail: {State: "ok"}}}, nil
}

func (r *rooms) Health(context.Context, notify.Channel) (notify.Health, error) {
	return notify.Health{State: "ok", Waiting: 2}, nil
}

func (r *rooms) Users(_ context.Context, q string, limit int, cursor string) ([]ticket.User, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := []ticket.User{}
	for _, name := range slices.Sorted(maps.Keys(r.users)) {
		if u := r.users[name]; name > cursor && strings.Contains(u.Username+u.Name+u.Email, q) {
			found = append(found, u)
		}
	}
	if len(found) > limit {
		return found[:limit], found[limit-1].Username, nil
	}
	return found, "", nil
}

// People knows of reach that whoever has no e-mail address is not reached.
func (r *rooms) People(ctx context.Context, f notify.PeopleFilter) ([]ticket.User, string, error) {
	all, _, err := r.Users(ctx, f.Query, 10_000, "")
	found := slices.DeleteFunc(all, func(u ticket.User) bool {
		return f.Role != "" && u.Role != f.Role || f.Reach != "" && (f.Reach == notify.ReachNone) != (u.Email == "") ||
			f.Usernames != nil && !slices.Contains(f.Usernames, u.Username) || u.Username <= f.Cursor
	})
	if f.Limit > 0 && len(found) > f.Limit {
		return found[:f.Limit], found[f.Limit-1].Username, err
	}
	return found, "", err
}

func (r *rooms) CountPeople(ctx context.Context, f notify.PeopleFilter) (int, error) {
	f.Limit, f.Cursor = 0, ""
	found, _, err := r.People(ctx, f)
	return len(found), err
}

func (r *rooms) User(_ context.Context, username string) (ticket.User, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.users[username]
	if !ok {
		return ticket.User{}, fmt.Errorf("find user %s: %w", username, notify.ErrNotFound)
	}
	return u, nil
}

func (r *rooms) CreateUser(_ context.Context, u ticket.User) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.users[u.Username]; ok {
		return fmt.Errorf("create user: %w", &notify.Taken{Field: "username", By: u.Username})
	}
	return r.put(u)
}

func (r *rooms) UpdateUser(_ context.Context, u ticket.User) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.put(u)
}

// put keeps u in the form the real store does.
func (r *rooms) put(u ticket.User) error {
	u.Email = strings.ToLower(u.Email)
	if u.Phone != "" {
		phone, err := ticket.NormalizePhone(u.Phone)
		if err != nil {
			return err
		}
		u.Phone = phone
	}
	for _, o := range r.users {
		if o.Username != u.Username && u.Email != "" && o.Email == u.Email {
			return fmt.Errorf("keep user: %w", &notify.Taken{Field: "email", By: o.Username})
		}
	}
	r.users[u.Username] = u
	return nil
}

func (r *rooms) Owners(_ context.Context, u ticket.User) ([]notify.Taken, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.users {
		if o.Username != u.Username && u.Email != "" && o.Email == u.Email {
			return []notify.Taken{{Field: "email", By: o.Username}}, nil
		}
	}
	return nil, nil
}

func (r *rooms) DeleteUser(_ context.Context, username string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.users[username]; !ok {
		return fmt.Errorf("delete user %s: %w", username, notify.ErrNotFound)
	}
	delete(r.users, username)
	return nil
}

func (r *rooms) Identities(_ context.Context, u ticket.User) ([]notify.Identity, error) {
	id := notify.Identity{Channel: notify.Mail, Address: u.Email, Origin: "entered", OK: u.Email != ""}
	if !id.OK {
		id.Reason = notify.ReasonNoEmail
	}
	return []notify.Identity{id}, nil
}

func (r *rooms) IdentitiesOf(ctx context.Context, users []ticket.User) [][]notify.Identity {
	return mapped(users, func(u ticket.User) []notify.Identity {
		ids, _ := r.Identities(ctx, u) // it never fails
		return ids
	})
}

func (r *rooms) Resolve(_ context.Context, u ticket.User, on ...notify.Channel) ([]notify.Identity, error) {
	if len(on) > 0 && !slices.Contains(on, notify.WeCom) {
		return nil, nil
	}
	if r.hold != nil {
		<-r.hold
	}
	if u.Username == r.lost {
		return []notify.Identity{{Channel: notify.WeCom, Reason: notify.ReasonNotFound}}, nil
	}
	return []notify.Identity{{Channel: notify.WeCom, Address: u.Username, Origin: "looked_up", OK: true, CheckedAt: noon()}}, nil
}

func (r *rooms) Clear(_ context.Context, ch notify.Channel, u ticket.User) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ch == notify.WeCom && u.WeComUserID != "" {
		return fmt.Errorf("clear: %w", notify.ErrEntered)
	}
	r.cleared = append(r.cleared, string(ch)+" "+u.Username)
	return nil
}

func (r *rooms) Chances(context.Context) (notify.Chances, error) {
	return notify.Chances{Feishu: true, WeCom: true, MissesAllowed: 120, Misses: 3}, nil
}

func (r *rooms) Edited(_ context.Context, people ...ticket.User) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range people {
		r.edited = append(r.edited, u.Email)
	}
}

func (r *rooms) Flows(context.Context) ([]ticket.Flow, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.flows)), nil
}

func (r *rooms) Flow(_ context.Context, key string) (ticket.Flow, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.flows[key]
	if !ok {
		return ticket.Flow{}, fmt.Errorf("find flow %s: %w", key, notify.ErrNotFound)
	}
	return f, nil
}

func (r *rooms) PutFlow(_ context.Context, f ticket.Flow) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.flows {
		if o.Key != f.Key && slices.ContainsFunc(f.Projects, func(p string) bool { return slices.Contains(o.Projects, p) }) {
			return &notify.Taken{Field: "projects", By: o.Key}
		}
	}
	r.flows[f.Key] = f
	return nil
}

func (r *rooms) DeleteFlow(_ context.Context, key string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.flows[key]; !ok {
		return notify.ErrNotFound
	}
	delete(r.flows, key)
	return nil
}

func (r *rooms) Settings(context.Context) (notify.Settings, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settings, nil
}

func (r *rooms) PutSettings(_ context.Context, s notify.Settings) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settings = s
	return nil
}

func (r *rooms) Logo(context.Context) (notify.Logo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.logo == nil {
		return notify.Logo{}, notify.ErrNotFound
	}
	return *r.logo, nil
}

func (r *rooms) PutLogo(_ context.Context, l notify.Logo) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logo = &l
	return nil
}

func (r *rooms) DeleteLogo(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.logo == nil {
		return notify.ErrNotFound
	}
	r.logo = nil
	return nil
}

func (r *rooms) Platform(_ context.Context, source string) (notify.Platform, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.platforms[source]
	if !ok {
		return notify.Platform{}, notify.ErrNotFound
	}
	return p, nil
}

func (r *rooms) PutPlatform(_ context.Context, p notify.Platform) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.platforms[p.Source] = p
	return nil
}

// The built-in desk, with room for one ticket.

func (r *rooms) Check(_ context.Context, t ticket.Ticket) error {
	t.Key = "1"
	return ticket.Submit(t, r.flow, noon()).Validate()
}

func (r *rooms) Submit(_ context.Context, t ticket.Ticket) (notify.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flow = ticket.Flow{Key: "ddl", Name: "DDL", Steps: []ticket.FlowStep{
		{Name: "DBA", Kind: ticket.Review, Members: []string{"t1"}}, {Name: "run", Kind: ticket.Execute, Members: []string{"admin"}},
	}}
	t.Key = "1"
	ev := ticket.Submit(t, r.flow, noon())
	if err := ev.Validate(); err != nil {
		return notify.Receipt{}, err
	}
	ev.Source, r.ticket = "ticketbell", ev
	return notify.Receipt{EventID: "evt_1", TicketID: "tkt_1"}, nil
}

func (r *rooms) Act(_ context.Context, id string, a ticket.Action, reason, by string) (notify.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "tkt_1" {
		return notify.Receipt{}, notify.ErrNotFound
	}
	ev, err := ticket.Apply(r.ticket.Ticket, r.flow, ticket.Move{Action: a, By: ticket.Person{Username: by}, Reason: reason, At: noon()})
	if err != nil {
		return notify.Receipt{}, err
	}
	ev.Source, r.ticket = "ticketbell", ev
	return notify.Receipt{EventID: "evt_2", TicketID: id}, nil
}

// Remind reminds of ticket tkt_1 once.
func (r *rooms) Remind(_ context.Context, id, by string) (notify.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "tkt_1" {
		return notify.Receipt{}, notify.ErrNotFound
	}
	if r.remindedBy != "" {
		return notify.Receipt{}, &notify.TooEarly{Again: noon().Add(time.Hour)}
	}
	r.remindedBy = by
	return notify.Receipt{EventID: "evt_3", TicketID: id}, nil
}

func (r *rooms) Ticket(_ context.Context, id string) (notify.TicketRecord, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "tkt_1" || r.ticket.Kind == "" {
		return notify.TicketRecord{}, notify.ErrNotFound
	}
	return notify.TicketRecord{ID: id, Source: r.ticket.Source, Event: r.ticket}, nil
}

// Note writes an entry down.
func (r *rooms) Note(_ context.Context, e audit.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.ID = fmt.Sprintf("aud_%d", len(r.noted))
	r.noted = append(r.noted, e)
	return nil
}

// AuditEntries returns what was noted of that action, the newest first.
func (r *rooms) AuditEntries(_ context.Context, f audit.Filter) (entries []audit.Entry, next string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Backward(r.noted) {
		if f.Action == "" || e.Action == f.Action {
			entries = append(entries, e)
		}
	}
	return entries, "", nil
}

func (r *rooms) Preferences(_ context.Context, username string) (notify.Preferences, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.liked[username], nil
}

func (r *rooms) SavePreferences(_ context.Context, username string, p notify.Preferences) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.liked[username] = p
	return nil
}

func (r *rooms) Mutes(_ context.Context, username string) (list []notify.Mute, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.mutes {
		if who, id, _ := strings.Cut(m, " "); who == username {
			list = append(list, notify.Mute{Ticket: id, Key: "1", Title: "add an index", Project: "Payments", At: noon()})
		}
	}
	return list, nil
}

// Ask keeps a new address; the code of each is "123456".
func (r *rooms) Ask(_ context.Context, u ticket.User, field, value string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if value == r.lost {
		return &ticket.Invalid{Fields: []ticket.FieldError{{Field: field, Code: "unreachable", Message: "cannot be confirmed"}}}
	}
	r.unconfirmed = append(slices.DeleteFunc(r.unconfirmed, func(n notify.Unconfirmed) bool { return n.Field == field }),
		notify.Unconfirmed{Username: u.Username, Field: field, Value: value, Channel: notify.Mail, SentAt: noon(), EndsAt: noon().Add(notify.CodeTime), Left: 5})
	return nil
}

func (r *rooms) Again(_ context.Context, u ticket.User, field string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, n := range r.unconfirmed {
		if n.Username == u.Username && n.Field == field {
			r.unconfirmed[i].SentAt = noon().Add(time.Minute)
			return nil
		}
	}
	return notify.ErrNotFound
}

func (r *rooms) Waiting(_ context.Context, username string) (waiting []notify.Unconfirmed, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.unconfirmed {
		if n.Username == username {
			waiting = append(waiting, n)
		}
	}
	return waiting, nil
}

func (r *rooms) Confirm(ctx context.Context, username, field, code string) (string, error) {
	waiting, err := r.Waiting(ctx, username)
	for _, n := range waiting {
		switch {
		case n.Field == field && code == "123456":
			u := r.users[username]
			*addressOf(&u, field) = n.Value
			return n.Value, errors.Join(r.UpdateUser(ctx, u), r.Cancel(ctx, username, field))
		case n.Field == field:
			return "", &ticket.Invalid{Fields: []ticket.FieldError{{Field: "code", Code: "wrong", Message: "is not the code"}}}
		}
	}
	return "", errors.Join(err, notify.ErrNotFound)
}

func (r *rooms) Cancel(_ context.Context, username, field string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unconfirmed = slices.DeleteFunc(r.unconfirmed, func(n notify.Unconfirmed) bool { return n.Username == username && n.Field == field })
	return nil
}

// Mute knows of one ticket, and of one that is over.
func (r *rooms) Mute(_ context.Context, username, id string, _ time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch id {
	case "tkt_1":
		r.mutes = append(r.mutes, username+" "+id)
		return nil
	case "tkt_over":
		return fmt.Errorf("mute: %w", notify.ErrConflict)
	}
	return fmt.Errorf("mute: %w", notify.ErrNotFound)
}

func (r *rooms) Unmute(_ context.Context, username, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mutes = slices.DeleteFunc(r.mutes, func(m string) bool { return m == username+" "+id })
	return nil
}

func (r *rooms) Draw(_ context.Context, ch notify.Channel, d notify.Drawing) (string, error) {
	words, err := json.Marshal(map[string]string{"content": string(ch) + " " + d.DeliveryID + string(d.Event.Ticket.Status) + " " + string(d.Reader) + " " + string(d.Language)})
	return string(words), err
}
