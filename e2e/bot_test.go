package e2e

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// bot is a running ticketbell with the devices its messages reach.
type bot struct {
	*process
	door

	devices devices
}

// demo starts everything on one machine.
func demo(t *testing.T) *bot {
	t.Helper()
	p, line := launch(t, "demo", "--http-listen", "127.0.0.1:0", "--data-dir", t.TempDir())
	d := door{t, line.URL, line.Token, &transcript{}}
	return &bot{p, d, devices{d}}
}

// world is the devices without a bot: they outlive it.
type world struct {
	devices

	channels map[string]map[string]any // what connects a bot to them
}

func openWorld(t *testing.T) *world {
	t.Helper()
	_, line := launch(t, "sandbox", "--http-listen", "127.0.0.1:0")
	return &world{devices{door{t, line.URL, "", &transcript{}}}, line.Channels}
}

// serve starts the service on a data directory, with a fresh token for everything.
func serve(t *testing.T, dir string, w *world) *bot {
	t.Helper()
	return serveOn(t, dir, w, nil)
}

// serveOn starts the service as [serve] does, with a database or a Redis of its own when settings
// such as "TICKETBELL_DATABASE_URL=…" say so.
func serveOn(t *testing.T, dir string, w *world, settings []string) *bot {
	t.Helper()
	p, line := launchWith(t, settings, "serve", "--http-listen", "127.0.0.1:0", "--data-dir", dir)
	return &bot{p, door{t, line.URL, newToken(t, dir, "*", settings...), &transcript{}}, w.devices}
}

// newToken makes a token with the operator's command, also while a bot runs.
func newToken(t *testing.T, dir, scopes string, settings ...string) string {
	t.Helper()
	got := command(t, settings, "token", "create", "--data-dir", dir, "--name", "e2e", "--scopes", scopes)
	if got.code != 0 {
		t.Fatalf("token create: got exit code %d, want 0: %s", got.code, got.stderr)
	}
	return strings.TrimSpace(got.stdout)
}

// connect points the channels at the world.
func (b *bot) connect(w *world) {
	b.door.t.Helper()
	for _, ch := range everyChannel() {
		b.patch(ch, w.channels[ch])
	}
}

// patch changes a channel's configuration and returns what can be read of it then.
func (b *bot) patch(channel string, fields map[string]any) map[string]any {
	b.door.t.Helper()
	return read[map[string]any](b.door.t, b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/channels/" + channel, body: fields}))
}

// delivery is a message on its way to somebody.
type delivery struct {
	ID      string `json:"id"`
	Person  string `json:"person"`
	Channel string `json:"channel"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Code    string `json:"code"`

	MessageID string    `json:"message_id"`
	ReadAt    time.Time `json:"read_at"`

	Attempts []struct {
		StartedAt  time.Time `json:"started_at"`
		DurationMS int64     `json:"duration_ms"`
		Outcome    string    `json:"outcome"`
		Code       string    `json:"code"`
		Message    string    `json:"message"`
	} `json:"attempts"`
}

// receipt is the answer to an event (api.md 1).
type receipt struct {
	EventID    string     `json:"event_id"`
	TicketID   string     `json:"ticket_id"`
	Deliveries []delivery `json:"deliveries"`
}

// ticketView is a ticket of the built-in desk.
type ticketView struct {
	ID     string `json:"id"`
	Ticket struct {
		Key    string `json:"key"`
		Status string `json:"status"`
	} `json:"ticket"`
}

// submit opens a ticket in project pay, which t1 reviews and admin executes.
func (b *bot) submit(creator, title string) ticketView {
	b.door.t.Helper()
	return read[ticketView](b.door.t, b.must(http.StatusCreated, request{method: "POST", path: "/api/v1/tickets", body: map[string]any{
		"title": title, "project": "pay", "creator": creator, "path": "/sqle/project/1/exec-workflow/1024",
	}}))
}

// act does something to a ticket in somebody's name.
func (b *bot) act(tk ticketView, who, action, reason string) {
	b.door.t.Helper()
	b.must(http.StatusOK, request{method: "POST", path: "/api/v1/tickets/" + tk.ID + "/actions", body: map[string]any{
		"action": action, "by": who, "reason": reason,
	}})
}

// post hands an event in and returns the receipt.
func (b *bot) post(event map[string]any) receipt {
	b.door.t.Helper()
	return read[receipt](b.door.t, b.must(http.StatusAccepted, request{method: "POST", path: "/api/v1/events", body: event}))
}

// submitted is an event of a foreign platform: somebody is asked to review.
func submitted(key string, reviewers ...map[string]any) map[string]any {
	return map[string]any{
		"source": "sqle", "id": key + "-1", "kind": "submitted", "actor": map[string]any{"username": "zhangsan"},
		"ticket": map[string]any{
			"key": key, "title": "订单表加索引 " + key, "status": "waiting_review", "revision": 1,
			"creator": map[string]any{"username": "zhangsan"},
			"step":    map[string]any{"name": "DBA 审核", "kind": "review", "assignees": reviewers},
		},
	}
}

func byEmail(address string) map[string]any     { return map[string]any{"email": address} }
func byUsername(username string) map[string]any { return map[string]any{"username": username} }

// deliveries lists those that match the query, in the order of person and channel.
func (b *bot) deliveries(query string) []delivery {
	b.door.t.Helper()
	var all []delivery
	for cursor := ""; ; {
		got := read[struct {
			Items      []delivery `json:"items"`
			NextCursor string     `json:"next_cursor"`
		}](b.door.t, b.must(http.StatusOK, request{
			method: "GET", path: "/api/v1/deliveries?limit=200&" + query + "&cursor=" + url.QueryEscape(cursor),
		}))
		all = append(all, got.Items...)
		if cursor = got.NextCursor; cursor == "" {
			slices.SortFunc(all, func(a, b delivery) int {
				return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Channel, b.Channel))
			})
			return all
		}
	}
}

// rest waits until nothing is on its way any more.
func (b *bot) rest() {
	b.door.t.Helper()
	eventually(b.door.t, "nothing is on its way", func() error {
		got := read[struct{ Counts map[string]int }](b.door.t, b.must(http.StatusOK, request{method: "GET", path: "/api/v1/deliveries:count"}))
		if n := got.Counts; n["queued"]+n["sending"]+n["retrying"] > 0 { // counted at once: between two questions it would move on
			return fmt.Errorf("by status there are %v", n)
		}
		return nil
	})
}
