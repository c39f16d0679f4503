package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// deliveriesPage is 投递记录: what was said to whom, and how it went.
func deliveriesPage() page {
	return page{
		name: "deliveries", path: "/deliveries", scope: access.DeliveriesRead, letter: "d",
		styles: []string{"records.css", "preview.css"}, scripts: []string{"records.js"},
		routes: []route{
			shows("/deliveries", access.DeliveriesRead, listDeliveries),
			shows("/deliveries/export", access.DeliveriesRead, exportDeliveries),
			takes("/deliveries/columns", access.DeliveriesRead, keepColumns),
			takes("/deliveries/many", access.DeliveriesRetry, manyDeliveries),
			shows("/deliveries/{id}", access.DeliveriesRead, showDelivery),
			shows("/deliveries/{id}/sent", access.DeliveriesRead, showSent),
			takes("/deliveries/{id}/retry", access.DeliveriesRetry, actOnDelivery("retry")),
			takes("/deliveries/{id}/reroute", access.DeliveriesRetry, rerouteDelivery),
			takes("/deliveries/{id}/cancel", access.DeliveriesRetry, actOnDelivery("cancel")),
		},
	}
}

// recordRow is a delivery as the API tells it.
type recordRow struct {
	ID           string         `json:"id"`
	EventID      string         `json:"event_id"`
	TicketID     string         `json:"ticket_id"`
	TicketKey    string         `json:"ticket_key"`
	TicketTitle  string         `json:"ticket_title"`
	Project      string         `json:"project"`
	Kind         ticket.Kind    `json:"kind"`
	Person       string         `json:"person"`
	Name         string         `json:"name"`
	Channel      notify.Channel `json:"channel"`
	Role         ticket.Role    `json:"role"`
	Status       notify.Status  `json:"status"`
	Reason       string         `json:"reason"`
	Explanation  string         `json:"explanation"`
	QuietUntil   string         `json:"quiet_until"`
	Instead      *instead       `json:"instead_of"`
	Code         string         `json:"code"`
	Class        string         `json:"class"`
	MessageID    string         `json:"message_id"`
	AttemptCount int            `json:"attempt_count"`
	TookMS       int64          `json:"took_ms"`
	Unknown      bool           `json:"unknown"`
	NotBefore    time.Time      `json:"not_before"`
	Deadline     time.Time      `json:"deadline"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	ReadAt       time.Time      `json:"read_at"`
	Attempts     []recordTry    `json:"attempts"`
}

// recordTry is one attempt.
type recordTry struct {
	Number     int               `json:"number"`
	StartedAt  time.Time         `json:"started_at"`
	DurationMS int64             `json:"duration_ms"`
	Outcome    string            `json:"outcome"`
	Code       string            `json:"code"`
	Message    string            `json:"message"`
	RequestID  string            `json:"request_id"`
	Advice     *notify.TestError `json:"advice"`
}

// Good reports whether the attempt went well.
func (t recordTry) Good() bool { return t.Outcome == "accepted" || t.Outcome == "updated" }

// Took is how long it took from the event to the acceptance, "" when it did not.
func (r recordRow) Took() string {
	switch {
	case r.TookMS == 0:
		return ""
	case r.TookMS < 100:
		return "< 0.1 s"
	}
	return strconv.FormatFloat(float64(r.TookMS)/1000, 'f', 1, 64) + " s"
}

// Words are why it stands where it stands.
func (r recordRow) Words() cards.Text {
	switch {
	case r.Reason == "":
		return cards.Text{}
	case r.QuietUntil != "":
		return notify.QuietWords(r.QuietUntil)
	}
	return notify.ReasonWords(r.Reason)
}

// instead is the channel before this one, and why it did not get through.
type instead struct {
	Channel notify.Channel `json:"channel"`
	Reason  string         `json:"reason"`
}

// Words say it.
func (i instead) Words() cards.Text { return notify.Instead{Of: i.Channel, Reason: i.Reason}.Words() }

// Retryable reports whether it can be sent again by hand.
func (r recordRow) Retryable() bool {
	return slices.Contains([]notify.Status{notify.Dead, notify.FailedOn, notify.Skipped, notify.Canceled, notify.Retrying}, r.Status)
}

// Detours are the channels it can be said on instead: none while it is being sent.
func (r recordRow) Detours() []notify.Channel {
	if r.Status == notify.Sending {
		return nil
	}
	return slices.DeleteFunc(notify.Channels(), func(ch notify.Channel) bool { return ch == r.Channel })
}

// Out reports whether a message is out, or may be: to say it again may say it twice.
func (r recordRow) Out() bool { return r.Unknown || r.MessageID != "" }

// Cancelable reports whether it can be called off.
func (r recordRow) Cancelable() bool {
	return r.MessageID == "" && slices.Contains([]notify.Status{notify.Queued, notify.Retrying, notify.Dead, notify.FailedOn}, r.Status)
}

// recordFilter is what the address asks for.
type recordFilter struct {
	Query, Status, Channel, Kind, Class, Project, Person, Ticket, Within, Order, Cursor string
}

func (v *visit) recordFilter() recordFilter {
	q := v.r.URL.Query()
	return recordFilter{
		Query: q.Get("q"), Status: q.Get("status"), Channel: q.Get("channel"), Kind: q.Get("kind"), Class: q.Get("class"),
		Project: q.Get("project"), Person: q.Get("person"), Ticket: q.Get("ticket"), Within: q.Get("within"), Order: q.Get("order"), Cursor: q.Get("cursor"),
	}
}

// spans are the stretches of time to choose from.
func spans() map[string]time.Duration {
	return map[string]time.Duration{"1h": time.Hour, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, "30d": 30 * 24 * time.Hour}
}

// ask is the query of the API.
func (f recordFilter) ask(now time.Time) url.Values {
	values := url.Values{}
	for name, value := range map[string]string{
		"q": f.Query, "status": f.Status, "channel": f.Channel, "kind": f.Kind, "class": f.Class, "project": f.Project,
		"person": f.Person, "ticket": f.Ticket, "order": f.Order, "cursor": f.Cursor,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if span, ok := spans()[f.Within]; ok {
		values.Set("since", now.Add(-span).UTC().Format(time.RFC3339))
	}
	return values
}

// With is the address of the list with one filter changed, from its first page.
func (f recordFilter) With(name, value string) string {
	values := f.address()
	values.Del("cursor")
	values.Del(name)
	if value != "" {
		values.Set(name, value)
	}
	if len(values) == 0 {
		return "/deliveries"
	}
	return "/deliveries?" + values.Encode()
}

// Export is the address of the same list as CSV.
func (f recordFilter) Export() string { return "/deliveries/export?" + f.address().Encode() }

func (f recordFilter) address() url.Values {
	values := f.ask(time.Time{})
	values.Del("since")
	if f.Within != "" {
		values.Set("within", f.Within)
	}
	return values
}

// Narrow reports whether anything is asked for.
func (f recordFilter) Narrow() bool {
	f.Order, f.Cursor = "", ""
	return f != recordFilter{}
}

// Sort is a heading by which the list is sorted: where a press on it leads, and how the
// list stands by it now, "" for not at all.
func (f recordFilter) Sort(column string) sorting {
	falls, rises := "newest", "oldest"
	switch column {
	case "took":
		falls, rises = "slowest", "fastest"
	case "attempts":
		falls, rises = "most_attempts", "fewest_attempts"
	}
	switch cmp.Or(f.Order, "newest") {
	case falls:
		return sorting{f.inOrder(rises), "descending"}
	case rises:
		return sorting{f.inOrder(falls), "ascending"}
	default:
		return sorting{f.inOrder(falls), ""}
	}
}

type sorting struct{ Link, Stands string }

// Arrow points where the figures grow smaller.
func (s sorting) Arrow() string {
	return map[string]string{"descending": "↓", "ascending": "↑", "": "↕"}[s.Stands]
}

func (f recordFilter) inOrder(order string) string {
	if order == "newest" {
		order = ""
	}
	return f.With("order", order)
}

// Dead reports whether what can be sent again is listed.
func (f recordFilter) Dead() bool { return f.Status == "dead" || f.Status == "failed" }

// recordsView is what the list's templates see.
type recordsView struct {
	Filter recordFilter
	Items  []recordRow
	Next   string // the address of the next page, "" at the end
	Counts []recordCount
	Newest int
	Open   *recordDrawer
	Causes []cause // why what the filter picks was given up
	// CausesOf, when not 0, says that only so many of the newest were looked at.
	CausesOf int
	Hidden   []string // the columns that this visitor leaves out
	// What can be chosen from.
	Statuses []notify.Status
	Channels []notify.Channel
	Kinds    []ticket.Kind
	Classes  []string
	Within   []string
}

// Columns are those that can be left out; time, event and status always stand.
func (recordsView) Columns() []string { return notify.Columns() }

// Without are the columns that are left out, with blanks between them.
func (r recordsView) Without() string { return strings.Join(r.Hidden, " ") }

// Shows reports whether a column is not left out.
func (r recordsView) Shows(column string) bool { return !slices.Contains(r.Hidden, column) }

// Orders are the orders of the list, the first of which nobody has to ask for.
func (recordsView) Orders() []string {
	return []string{"newest", "oldest", "slowest", "fastest", "most_attempts", "fewest_attempts"}
}

// recordCount is one figure of the summary line.
type recordCount struct {
	Status notify.Status
	N      int
	More   bool
}

func listDeliveries(v *visit) error {
	view, err := v.records()
	if err != nil {
		return err
	}
	if v.htmx() && v.r.Header.Get("HX-Target") == "more" {
		return v.part("rows", view)
	}
	if v.htmx() {
		return v.part("results", view)
	}
	return v.show(view)
}

func (v *visit) records() (recordsView, error) {
	view := recordsView{
		Filter: v.recordFilter(), Statuses: notify.Statuses(), Channels: notify.Channels(),
		Kinds: []ticket.Kind{
			ticket.KindSubmitted, ticket.KindResubmitted, ticket.KindPassed, ticket.KindRejected, ticket.KindExecuting,
			ticket.KindSucceeded, ticket.KindFailed, ticket.KindCompleted, ticket.KindCanceled, ticket.KindReminded,
		},
		Classes: []string{"config", "identity", "rate", "transient", "content", "permanent"},
		Within:  []string{"1h", "24h", "7d", "30d"},
	}
	liked, err := v.liked()
	if err != nil {
		return view, err
	}
	view.Hidden = liked.HiddenColumns
	asked := view.Filter.ask(time.Now())
	var list struct {
		Items []recordRow `json:"items"`
		Next  string      `json:"next_cursor"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/deliveries?"+asked.Encode(), nil, &list); err != nil {
		return view, err
	}
	view.Items = list.Items
	if list.Next != "" {
		view.Next = view.Filter.With("cursor", list.Next)
	}
	asked.Del("cursor")
	asked.Del("order")
	if view.Filter.Dead() {
		if view.Causes, view.CausesOf, err = v.causes(asked); err != nil {
			return view, err
		}
	}
	return view, v.countRecords(&view, asked)
}

func (v *visit) countRecords(view *recordsView, asked url.Values) error {
	var counted struct {
		Counts map[notify.Status]int `json:"counts"`
		More   []notify.Status       `json:"more"`
		Newest int                   `json:"newest"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/deliveries:count?"+asked.Encode(), nil, &counted); err != nil {
		return err
	}
	view.Newest = counted.Newest
	for _, s := range notify.Statuses() {
		if n := counted.Counts[s]; n > 0 {
			view.Counts = append(view.Counts, recordCount{s, n, slices.Contains(counted.More, s)})
		}
	}
	return nil
}

// exportDeliveries hands the API's stream on as it comes.
func exportDeliveries(v *visit) error {
	asked := v.recordFilter().ask(time.Now())
	asked.Del("cursor")
	asked.Del("order")
	v.pass("/api/v1/deliveries:export?" + asked.Encode())
	return nil
}

// manyDeliveries sends again or discards what was ticked, or all that the filters pick.
func manyDeliveries(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	verb := "retry"
	if v.r.PostFormValue("do") == "cancel" {
		verb = "cancel"
	}
	asked := map[string]any{"job": true}
	if ids := v.r.PostForm["id"]; len(ids) > 0 && v.r.PostFormValue("all") == "" {
		asked["ids"] = ids
	} else {
		f := v.recordFilter()
		values := f.ask(time.Now())
		for _, name := range []string{"status", "channel", "class", "person", "ticket", "kind", "project", "since", "q"} {
			if value := values.Get(name); value != "" {
				asked[name] = value
			}
		}
	}
	if err := v.ask(http.MethodPost, "/api/v1/deliveries:"+verb, asked, nil); err != nil {
		return err
	}
	if v.htmx() {
		v.w.Header().Set("HX-Trigger", "job-started")
	}
	view, err := v.records()
	if err != nil {
		return err
	}
	return v.part("results", view)
}

// pass has the API answer the visitor itself: for what is streamed.
func (v *visit) pass(path string) {
	r := v.r.Clone(v.who.In(v.r.Context()))
	to, err := url.ParseRequestURI(path)
	if err != nil {
		http.NotFound(v.w, v.r)
		return
	}
	r.URL, r.RequestURI, r.Method = to, path, http.MethodGet
	r.Header.Set("Accept-Language", tag(v.lang))
	r.Header.Del("Authorization")
	v.site.cfg.API.ServeHTTP(v.w, r)
}
