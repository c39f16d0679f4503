package server

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/live"
	"ticketbell/notify"
)

// wire is a hub that says what a test has it say.
type wire struct {
	mu        sync.Mutex
	listeners []chan live.Event // guarded by mu
	stopped   int               // guarded by mu
	since     time.Time         // guarded by mu
}

func newWire() *wire { return &wire{} }

func (w *wire) Listen(since time.Time) (<-chan live.Event, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan live.Event, 8)
	w.listeners = append(w.listeners, ch)
	w.since = since
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.stopped++
	}
}

func (w *wire) asked() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since
}

func (w *wire) say(e live.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.listeners {
		ch <- e
	}
}

func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.listeners {
		close(ch)
	}
	w.listeners = nil
}

// listen opens a stream and returns its lines; the first is read already, so that
// whoever speaks now is heard.
func (h *house) listen(path, token string) (lines <-chan string) {
	h.t.Helper()
	srv := httptest.NewServer(h.http)
	h.t.Cleanup(srv.Close)
	ctx, cancel := context.WithCancel(h.t.Context())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Language", "en")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/event-stream" {
		h.t.Fatalf("got %d %s, want a stream of events", res.StatusCode, got)
	}
	said := make(chan string, 64)
	read := bufio.NewScanner(res.Body)
	read.Scan()
	go func() { // ends with the answer
		defer close(said)
		for read.Scan() {
			if read.Text() != "" {
				said <- read.Text()
			}
		}
	}()
	return said
}

func TestTheStreamTellsWhatChangesInTheCallersWords(t *testing.T) {
	h := newHouse(t)
	lines := h.listen("/api/v1/stream", h.token(access.DeliveriesRead))
	h.live.say(live.Event{Deliveries: []notify.Delivery{{ID: "dlv_1", Status: notify.Skipped, Reason: notify.ReasonNoEmail}}})
	h.live.say(live.Event{Attention: &notify.Attention{Dead: 3, Unreachable: 2}})
	h.live.end()
	got := strings.Join(gather(lines), "\n")
	for _, want := range []string{"event: deliveries", `"id":"dlv_1"`, "this person has no e-mail address", "event: attention", `data: {"dead":3,"paused":[],"failing":[],"unreachable":2}`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want it to hold %s", got, want)
		}
	}
}

func TestTheStreamAsksForWhatChangedSinceSomebodyLooked(t *testing.T) {
	h := newHouse(t)
	h.listen("/api/v1/stream?since=2026-10-01T10:00:00.5%2B08:00", h.token(access.DeliveriesRead))
	if want := time.Date(2026, 10, 1, 2, 0, 0, 5e8, time.UTC); !h.live.asked().Equal(want) {
		t.Errorf("got %s, want %s", h.live.asked(), want)
	}
}

func gather(lines <-chan string) (all []string) {
	for line := range lines {
		all = append(all, line)
	}
	return all
}

func TestJobsOnPeopleAreNotToldToWhoMayNotChangeThem(t *testing.T) {
	h := newHouse(t)
	lines := h.listen("/api/v1/stream", h.token(access.DeliveriesRead, access.DeliveriesRetry))
	h.live.say(live.Event{Job: &jobs.View{ID: "job_1", Kind: "import-dms"}})
	h.live.say(live.Event{Job: &jobs.View{ID: "job_2", Kind: jobRetry}})
	h.live.end()
	if got := strings.Join(gather(lines), "\n"); strings.Contains(got, "job_1") || !strings.Contains(got, "job_2") {
		t.Errorf("got %s, want the job on deliveries alone", got)
	}
}

func TestTheStreamOfAJobEndsWithTheJob(t *testing.T) {
	release := make(chan struct{})
	registry := jobs.New(noon, func() string { return "job_1" })
	h := newHouse(t, func(c *Config) { c.Jobs = registry })
	if _, err := registry.Start(t.Context(), jobRetry, func(context.Context, *jobs.Job) error { <-release; return nil }); err != nil {
		t.Fatal(err)
	}
	defer close(release)
	lines := h.listen("/api/v1/jobs/job_1/events", h.token(access.DeliveriesRead, access.DeliveriesRetry))
	h.live.say(live.Event{Job: &jobs.View{ID: "job_2", Kind: jobRetry, State: jobs.Done}})
	h.live.say(live.Event{Job: &jobs.View{ID: "job_1", Kind: jobRetry, State: jobs.Done, Done: 7}})
	got := strings.Join(gather(lines), "\n")
	if strings.Contains(got, "job_2") || !strings.Contains(got, `"state":"running"`) || !strings.Contains(got, `"done":7`) {
		t.Errorf("got %s, want the job running and then done", got)
	}
}

func TestAStrangersJobIsNotShown(t *testing.T) {
	registry := jobs.New(noon, func() string { return "job_1" })
	h := newHouse(t, func(c *Config) { c.Jobs = registry })
	if _, err := registry.Start(t.Context(), "import-dms", func(context.Context, *jobs.Job) error { return nil }); err != nil {
		t.Fatal(err)
	}
	token := h.token(access.DeliveriesRead, access.DeliveriesRetry)
	for _, path := range []string{"/api/v1/jobs/job_1", "/api/v1/jobs/job_1/events"} {
		if got := h.call("GET", path, token, ""); got.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", path, got.status)
		}
	}
	if got := h.call("GET", "/api/v1/jobs", token, ""); strings.Contains(got.body, "job_1") {
		t.Errorf("got %s, want no job", got.body)
	}
}
