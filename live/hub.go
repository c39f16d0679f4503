package live

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"ticketbell/jobs"
	"ticketbell/notify"
)

// How often those who look on are told.
const (
	batch = 300 * time.Millisecond // of deliveries
	round = time.Second            // of jobs, and at most so often what needs attention
	slow  = 5                      // rounds between questions nobody gave a reason for
)

// MaxNamed is how many deliveries one event names; more are "many".
const MaxNamed = 200

// waiting is how many events a slow listener may be behind before it is let go.
const waiting = 32

// Source is what the hub asks.
type Source interface {
	// Changed waits until deliveries were written and returns their ids; many is true
	// when more were than ids names.
	Changed(ctx context.Context) (ids []string, many bool, err error)
	// DeliveriesByID returns those of the deliveries that are still there.
	DeliveriesByID(ctx context.Context, ids []string) ([]notify.Delivery, error)
	// Attention says what needs somebody's attention.
	Attention(ctx context.Context, since time.Time) (notify.Attention, error)
}

// Jobs lists the jobs of this process.
type Jobs interface{ List() []jobs.View }

// Event is one thing that changed; only one of its fields is set.
type Event struct {
	// Deliveries are as they are now. Many says that more changed than are named.
	Deliveries []notify.Delivery
	Many       bool
	Attention  *notify.Attention
	Job        *jobs.View
}

// Hub passes what changes on to all who listen. Run it once.
type Hub struct {
	source Source
	jobs   Jobs
	now    func() time.Time
	log    *slog.Logger

	mu        sync.Mutex
	listeners map[chan Event]bool // guarded by mu
	attention *notify.Attention   // guarded by mu: what was told last
	news      time.Time           // guarded by mu: when deliveries were written last
	over      bool                // guarded by mu

	told map[string]jobs.View // Run's own: the jobs as they were told
}

// New returns a hub that tells what source and j know.
func New(source Source, j Jobs, now func() time.Time, log *slog.Logger) *Hub {
	return &Hub{source: source, jobs: j, now: now, log: log, listeners: map[chan Event]bool{}, told: map[string]jobs.View{}}
}

// Listen returns what changes from now on, beginning with how things stand. To somebody
// who looked at since, it first says "many" when deliveries were written after that; the
// zero time is not asked about. The channel is closed when the hub ends, or when the
// listener is too far behind: it may listen again and should look anew at what it shows.
// stop must be called.
func (h *Hub) Listen(since time.Time) (events <-chan Event, stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan Event, waiting)
	if h.over {
		close(ch)
		return ch, func() {}
	}
	if !since.IsZero() && !since.After(h.news) {
		ch <- Event{Many: true}
	}
	if h.attention != nil {
		ch <- Event{Attention: h.attention}
	}
	for _, j := range h.jobs.List() {
		if len(ch) < waiting && !j.State.Over() {
			ch <- Event{Job: &j}
		}
	}
	h.listeners[ch] = true
	return ch, func() { h.drop(ch) }
}

func (h *Hub) drop(ch chan Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[ch] {
		delete(h.listeners, ch)
		close(ch)
	}
}

func (h *Hub) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listeners) > 0
}

// noted keeps the time for those who listen next, and reports whether anybody does.
func (h *Hub) noted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.news = h.now()
	return len(h.listeners) > 0
}

func (h *Hub) tell(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Attention != nil {
		h.attention = e.Attention
	}
	for ch := range h.listeners {
		select {
		case ch <- e:
		default:
			delete(h.listeners, ch)
			close(ch)
		}
	}
}

// Run tells until ctx is done, and then lets every listener go.
func (h *Hub) Run(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() { h.followDeliveries(ctx) })
	h.followRest(ctx)
	work.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for ch := range h.listeners {
		delete(h.listeners, ch)
		close(ch)
	}
}

// followDeliveries gathers what is written in quick succession.
func (h *Hub) followDeliveries(ctx context.Context) {
	for {
		ids, many, err := h.source.Changed(ctx)
		if err != nil {
			return // ctx is done
		}
		if h.noted() {
			h.tellDeliveries(ctx, ids, many)
		}
		if !pause(ctx, batch) {
			return
		}
	}
}

func (h *Hub) tellDeliveries(ctx context.Context, ids []string, many bool) {
	if len(ids) > MaxNamed {
		ids, many = ids[:MaxNamed], true
	}
	var found []notify.Delivery
	if len(ids) > 0 {
		var err error
		if found, err = h.source.DeliveriesByID(ctx, ids); err != nil {
			h.log.WarnContext(ctx, "could not read the deliveries that changed", "error", err)
			many = true
		}
	}
	if many || len(found) > 0 {
		h.tell(Event{Deliveries: found, Many: many})
	}
}

// followRest asks for what changes without telling the store.
func (h *Hub) followRest(ctx context.Context) {
	for n := 0; ; n++ {
		if h.watched() {
			h.tellJobs()
			if n%slow == 0 || h.unknown() {
				h.tellAttention(ctx)
			}
		}
		if !pause(ctx, round) {
			return
		}
	}
}

func (h *Hub) unknown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.attention == nil
}

func (h *Hub) tellJobs() {
	now := map[string]jobs.View{}
	for _, j := range h.jobs.List() {
		now[j.ID] = j
		before, known := h.told[j.ID]
		if known && reflect.DeepEqual(before, j) || !known && h.past(j) {
			continue
		}
		h.tell(Event{Job: &j})
	}
	h.told = now
}

// past reports whether a job ended before the hub last looked: one that began and ended
// in between is still told.
func (h *Hub) past(j jobs.View) bool { return j.State.Over() && h.now().Sub(j.EndedAt) > 2*round }

func (h *Hub) tellAttention(ctx context.Context) {
	a, err := h.source.Attention(ctx, h.now().Add(-24*time.Hour))
	if err != nil {
		h.log.WarnContext(ctx, "could not count what needs attention", "error", err)
		return
	}
	h.mu.Lock()
	same := h.attention != nil && reflect.DeepEqual(*h.attention, a)
	h.mu.Unlock()
	if !same {
		h.tell(Event{Attention: &a})
	}
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
