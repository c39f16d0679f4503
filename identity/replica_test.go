package identity

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Users is the roster.
func (o *office) Users(_ context.Context, _ string, limit int, cursor string) ([]ticket.User, string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var page []ticket.User
	for _, name := range slices.Sorted(maps.Keys(o.users)) {
		if name > cursor {
			page = append(page, o.users[name])
		}
	}
	if len(page) > limit {
		return page[:limit], page[limit-1].Username, nil
	}
	return page, "", nil
}

func (o *office) Match(_ context.Context, people []ticket.Person) ([]ticket.User, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := make([]ticket.User, len(people))
	for i, p := range people {
		for _, u := range o.users {
			if u.Same(p) {
				found[i] = u
			}
		}
	}
	return found, nil
}

func (o *office) UserByID(_ context.Context, ch notify.Channel, id string) (ticket.User, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, u := range o.users {
		if enteredID(ch, u) == id {
			return u, nil
		}
	}
	return ticket.User{}, notify.ErrNotFound
}

func (o *office) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.calls)
}

// hire adds n people with an e-mail address and a phone number that Feishu knows.
func (o *office) hire(n int) []ticket.User {
	o.mu.Lock()
	defer o.mu.Unlock()
	staff := make([]ticket.User, 0, n)
	for i := range n {
		u := person(fmt.Sprintf("p%04d", i), fmt.Sprintf("p%04d@corp.com", i), fmt.Sprintf("+861390000%04d", i))
		o.users[u.Username], o.ids[u.Email] = u, u.Username
		staff = append(staff, u)
	}
	return staff
}

// town is an office whose directories share a Redis.
type town struct {
	*office
	t      *testing.T
	wire   *wire
	prefix string
	log    *lockedBuffer
	wait   time.Duration
	clock  func() time.Time
}

func newTown(t *testing.T) *town {
	t.Helper()
	o, _ := open(t)
	return &town{office: o, t: t, wire: newWire(t), prefix: notify.NewID("test_") + ":", log: &lockedBuffer{}, wait: 5 * time.Second, clock: time.Now}
}

// replica opens one more directory. It is closed at the end, or before by the test.
func (w *town) replica() *Directory {
	w.t.Helper()
	d, err := Open(w.office, w.office, w.clock, Options{
		Redis: w.wire.client(w.t), Key: []byte("0123456789abcdef0123456789abcdef"), Prefix: w.prefix, RedisWait: w.wait,
		Roster: w.office, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(d.Close)
	return d
}

// address fails the test unless u is found as want.
func (w *town) address(d *Directory, ch notify.Channel, u ticket.User, want string) {
	w.t.Helper()
	if got, err := d.Address(w.t.Context(), ch, u); err != nil || got != want {
		w.t.Errorf("%s: got %q, %v; want %q", u.Username, got, err, want)
	}
}

// play has both replicas look up the people of 2,000 events, as many at once as
// workers do.
func (w *town) play(staff []ticket.User, replicas ...*Directory) {
	w.t.Helper()
	var work sync.WaitGroup
	for r, d := range replicas {
		room := make(chan struct{}, 48)
		work.Go(func() {
			for i := range 2000 / len(replicas) {
				room <- struct{}{}
				work.Go(func() {
					defer func() { <-room }()
					u := staff[(i*7+r*3)%len(staff)]
					w.address(d, notify.Feishu, u, "cli_a/"+u.Username)
				})
			}
		})
	}
	work.Wait()
}

func TestReplicasAskAboutEachPersonOnce(t *testing.T) {
	w := newTown(t)
	staff := w.hire(500)
	a, b := w.replica(), w.replica()
	w.play(staff, a, b)
	if got := w.asked(); got != 10 {
		t.Errorf("got %d calls for 500 people and 2,000 events, want 10: %v", got, w.calls)
	}
	b.Close()
	b = w.replica()
	w.play(staff, a, b)
	if got := w.asked(); got != 10 {
		t.Errorf("got %d calls after a restart, want no more than 10", got)
	}
	flush(t, w.wire.client(t), w.prefix)
	w.play(staff, a, b)
	if got := w.asked(); got != 10 {
		t.Errorf("got %d calls after a flush of Redis, want none more: the processes remember", got)
	}
	flush(t, w.wire.client(t), w.prefix)
	w.play(staff, w.replica(), w.replica())
	if got := w.asked(); got != 20 {
		t.Errorf("got %d calls when nobody remembers, want 10 more", got)
	}
}

func TestAThousandPeopleAreTwentyCalls(t *testing.T) {
	w := newTown(t)
	staff := w.hire(1000)
	d, err := Open(w.office, w.office, time.Now, Options{Roster: w.office})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w.play(staff, d)
	if got := w.asked(); got != 20 {
		t.Errorf("got %d calls, want 20 without Redis too", got)
	}
}

func TestARedisThatGoesAwayLosesNobodyAndHoldsNobodyUp(t *testing.T) {
	for _, trouble := range []string{"cut", "stalled"} {
		t.Run(trouble, func(t *testing.T) {
			w := newTown(t)
			w.wait = 100 * time.Millisecond
			staff := w.hire(500)
			d := w.replica()
			w.play(staff[:100], d)
			w.wire.set(trouble)
			slowest := time.Duration(0)
			for _, u := range staff {
				start := time.Now()
				w.address(d, notify.Feishu, u, "cli_a/"+u.Username)
				slowest = max(slowest, time.Since(start))
			}
			// Each call may wait for Redis, gather, ask, and be held up by a busy machine.
			if limit := 4*w.wait + 500*time.Millisecond; slowest > limit {
				t.Errorf("got %s for the slowest, want at most %s", slowest, limit)
			}
			if d.Redis(t.Context()) == nil {
				t.Error("got no word of Redis being away")
			}
			w.wire.set("")
			eventually(t, "Redis is back", func() bool { return d.Redis(t.Context()) == nil })
			if said := strings.Count(w.log.String(), "redis does not answer"); said != 1 {
				t.Errorf("got %d warnings, want one a minute", said)
			}
		})
	}
}

func TestARedisThatIsGoneIsToldThoughNobodyNeedsIt(t *testing.T) {
	w := newTown(t)
	w.wait = 300 * time.Millisecond
	d := w.replica()
	eventually(t, "Redis answers", func() bool { return d.Redis(t.Context()) == nil })
	w.wire.set("stalled")
	eventually(t, "it is told", func() bool { return d.Redis(t.Context()) != nil })
	w.wire.set("")
	eventually(t, "it is back", func() bool { return d.Redis(t.Context()) == nil })
}

func TestWhoIsEditedIsForgottenOnEveryReplica(t *testing.T) {
	w := newTown(t)
	u := w.hire(1)[0]
	a, b := w.replica(), w.replica()
	for _, d := range []*Directory{a, b} {
		w.address(d, notify.Feishu, u, "cli_a/p0000")
	}
	w.office.ids[u.Email] = "new"
	a.Edited(t.Context(), u)
	w.address(a, notify.Feishu, u, "cli_a/new")
	eventually(t, "b hears of it", func() bool {
		got, err := b.Address(t.Context(), notify.Feishu, u)
		return err == nil && got == "cli_a/new"
	})
}

func TestWhatIsEditedWhileRedisIsAwayIsMadeUpFor(t *testing.T) {
	w := newTown(t)
	w.wait = 300 * time.Millisecond
	u := w.hire(1)[0]
	a, b := w.replica(), w.replica()
	for _, d := range []*Directory{a, b} {
		w.address(d, notify.Feishu, u, "cli_a/p0000")
	}
	w.wire.set("cut")
	w.office.ids[u.Email] = "new"
	a.Edited(t.Context(), u)
	w.address(a, notify.Feishu, u, "cli_a/new")
	w.wire.set("")
	eventually(t, "b hears of it", func() bool {
		got, err := b.Address(t.Context(), notify.Feishu, u)
		return err == nil && got == "cli_a/new"
	})
}

func TestNobodyStandsInRedisInClear(t *testing.T) {
	w := newTown(t)
	staff := w.hire(3)
	a := w.replica()
	for _, u := range staff {
		w.address(a, notify.Feishu, u, "cli_a/"+u.Username)
		_, _ = a.Address(t.Context(), notify.WeCom, u)
	}
	_, _ = a.Address(t.Context(), notify.Feishu, person("who", "", "+8613911111111"))
	sub := w.wire.client(t).Subscribe(t.Context(), w.prefix+"identity:forget")
	defer sub.Close()
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Edited(t.Context(), staff[0])
	heard, err := sub.ReceiveMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := everything(t, w.wire.client(t), w.prefix)
	if len(all) < 8 {
		t.Fatalf("got %d keys, want some for everybody", len(all))
	}
	w.wire.set("cut")
	_, _ = a.Address(t.Context(), notify.Feishu, person("x", "late@corp.com", ""))
	said := fmt.Sprint(all) + heard.Payload + w.log.String()
	for _, open := range []string{"corp.com", "1390000", "13911111111", "p0001@", "cli_a:"} {
		if strings.Contains(said, open) {
			t.Errorf("Redis, its messages or the log hold %q", open)
		}
	}
}

func TestAKeyTooShortIsRefused(t *testing.T) {
	w := newTown(t)
	if _, err := Open(w.office, w.office, time.Now, Options{Redis: w.wire.client(t), Key: []byte("short")}); err == nil {
		t.Error("got nil, want the key refused")
	}
}

// clock is a time that a test sets forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.now, time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))
}

func (c *clock) pass(d time.Duration) {
	now := c.Now().Add(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
