package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a desk and workers on a real ledger, with stand-ins for the world
// outside. It stands in a bubble: time passes only when everybody waits, so that a
// back-off of minutes takes none. A goroutine left behind fails the test.
type house struct {
	*store.Store
	t         *testing.T
	desk      *notify.Desk
	board     *board
	addresses *phonebook
	log       *bytes.Buffer
	decider   *notify.Decider
	quit      context.CancelFunc
	shifts    sync.WaitGroup
}

// inHouse plays a scene in a fresh house where every channel is on and zhangsan,
// lisi, wangwu and admin are known.
func inHouse(t *testing.T, play func(t *testing.T, h *house)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Config{
			URL: "sqlite:" + filepath.Join(dir, "ticketbell.db"), Key: bytes.Repeat([]byte("k"), 32),
		})
		if err != nil {
			t.Fatal(err)
		}
		h := &house{Store: s, t: t, board: newBoard(), addresses: newPhonebook(), log: new(bytes.Buffer), quit: func() {}}
		h.desk = &notify.Desk{
			Ledger: s, Flows: s, People: s, Channels: h.board, Settings: s,
			Refresh: []notify.Channel{notify.Feishu}, Now: time.Now,
		}
		defer h.close()
		h.employ(person("zhangsan"), person("lisi"), person("wangwu"), person("admin"))
		play(t, h)
	})
}

func (h *house) close() {
	h.stop()
	if err := h.Close(); err != nil {
		h.t.Errorf("close: %v", err)
	}
}

// person is somebody with an e-mail address.
func person(username string) ticket.User {
	return ticket.User{Person: ticket.Person{Username: username, Email: username + "@corp.com"}, Role: ticket.Member}
}

func (h *house) employ(people ...ticket.User) {
	h.t.Helper()
	for _, u := range people {
		if err := h.CreateUser(h.t.Context(), u); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) update(u ticket.User) {
	h.t.Helper()
	if err := h.UpdateUser(h.t.Context(), u); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) set(change func(*notify.Settings)) {
	h.t.Helper()
	s, err := h.Settings(h.t.Context())
	if err == nil {
		change(&s)
		err = h.PutSettings(h.t.Context(), s)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// worker returns a worker of the channel that makes up to parallel calls at once.
func (h *house) worker(ch notify.Channel, parallel int) *notify.Worker {
	return &notify.Worker{
		Channel: ch, Queue: h.Store, Switch: h.board, Addresses: h.addresses, Settings: h.Store, Platforms: h.Store,
		Parallel: parallel, Now: time.Now, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
}

// work has a worker for each channel deliver what is due, until stop.
func (h *house) work(channels ...notify.Channel) {
	var workers []*notify.Worker
	for _, ch := range channels {
		workers = append(workers, h.worker(ch, 4))
	}
	h.start(workers...)
}

func (h *house) start(workers ...*notify.Worker) {
	ctx, quit := context.WithCancel(h.t.Context())
	before := h.quit
	h.quit = func() { before(); quit() }
	for _, w := range workers {
		h.shifts.Go(func() { w.Run(ctx) })
	}
	synctest.Wait()
}

// stop ends the workers and waits for the end.
func (h *house) stop() {
	h.quit()
	h.shifts.Wait()
}

// pass lets time pass, and everybody do what is due.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble's time: none really passes
	synctest.Wait()
}

func (h *house) accept(ev ticket.Event) notify.Receipt {
	h.t.Helper()
	r, err := h.desk.Accept(h.t.Context(), ev)
	if err != nil {
		h.t.Fatal(err)
	}
	synctest.Wait()
	return r
}

// of returns every delivery to the person on the channel, the newest first.
func (h *house) of(who string, ch notify.Channel) []notify.Delivery {
	h.t.Helper()
	all, _, err := h.Deliveries(h.t.Context(), notify.DeliveryFilter{Person: who, Channel: ch})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// one returns the only delivery to the person on the channel.
func (h *house) one(who string, ch notify.Channel) notify.Delivery {
	h.t.Helper()
	all := h.of(who, ch)
	if len(all) != 1 {
		h.t.Fatalf("got %d deliveries to %s on %s, want 1", len(all), who, ch)
	}
	return all[0]
}

func (h *house) attempts(d notify.Delivery) []notify.Attempt {
	h.t.Helper()
	_, attempts, err := h.Delivery(h.t.Context(), d.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return attempts
}

// wantFate checks how the only delivery to the person on the channel fared.
func (h *house) wantFate(who string, ch notify.Channel, status notify.Status, reason string) notify.Delivery {
	h.t.Helper()
	d := h.one(who, ch)
	if d.Status != status || d.Reason != reason {
		h.t.Errorf("got delivery to %s on %s %s %q, want %s %q", who, ch, d.Status, d.Reason, status, reason)
	}
	return d
}

// manyTickets accepts the submission of n tickets to lisi.
func (h *house) manyTickets(n int) {
	h.t.Helper()
	for i := range n {
		ev := submitted("lisi")
		ev.ID, ev.Ticket.Key = fmt.Sprint("many-", i), fmt.Sprint(i)
		h.accept(ev)
	}
}

func (h *house) count(ch notify.Channel, s notify.Status) int {
	h.t.Helper()
	counts, err := h.CountDeliveries(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return counts[ch][s]
}
