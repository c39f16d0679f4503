package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// hears waits until other is woken by what one records; it may not listen yet.
func hears(t *testing.T, other, one *store.Store) {
	t.Helper()
	eventually(t, "the other replica hears of what is recorded here", func() bool {
		recordTo(t, one, notify.NewID(""), "lisi")
		select {
		case <-other.Wake(notify.Feishu):
			return true
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
}

func TestAReplicaIsWokenByAnother(t *testing.T) {
	url := postgresURL(t)
	hears(t, open(t, url), open(t, url))
}

func TestALostConnectionIsMadeAgain(t *testing.T) {
	url := postgresURL(t)
	one := open(t, url)
	log := &lockedBuffer{}
	c := config(url)
	c.Log = slog.New(slog.NewTextHandler(log, nil))
	other, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	hears(t, other, one)
	dropConnections(t, url)
	eventually(t, "the loss is logged", func() bool { return strings.Contains(log.String(), "lost the connection") })
	eventually(t, "whoever looks on is told to look at everything", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, many, _ := other.Changed(ctx)
		return many
	})
	hears(t, other, one)
	eventually(t, "the other reads over new connections", func() bool { return other.Ping(t.Context()) == nil })
}

// dropConnections ends every connection to the database but its own.
func dropConnections(t *testing.T, url string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestNobodyIsLeftWithAnOldCard lets a worker claim a new delivery at the very time
// the ticket moves on. Either the worker sees that the state is over, or the
// message it sends is brought up to date: never neither.
func TestNobodyIsLeftWithAnOldCard(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for round := range 60 {
			first, second := entry(fmt.Sprint(round, "-1")), entry(fmt.Sprint(round, "-2"))
			first.Event.Ticket.Key, second.Event.Ticket.Key = fmt.Sprint(round), fmt.Sprint(round)
			second.Event.Ticket.Status = ticket.Rejected
			d := delivery(first, "lisi", notify.Feishu)
			record(t, s, first, planned(first, d))

			var wg sync.WaitGroup
			wg.Go(func() { work(t.Context(), s, "early") })
			wg.Go(func() { _, _ = s.Record(t.Context(), second, refreshing(second, notify.Feishu)) })
			wg.Wait()
			work(t.Context(), s, "late")

			if got := read(t, s, d.ID); got.Status != notify.Canceled && got.Shown != second.ID {
				t.Fatalf("round %d: got %s showing %s, want it canceled or showing %s", round, got.Status, got.Shown, second.ID)
			}
		}
	})
}

// work does what a worker does: what is over is canceled, the rest is sent.
func work(ctx context.Context, s *store.Store, lease string) {
	notices, _ := s.Claim(ctx, notify.Feishu, 10, lease, time.Minute)
	var settled []notify.Settlement
	for _, n := range notices {
		outcome := sent(n.Delivery)
		if n.Delivery.MessageID == "" && n.Delivery.State != n.Current {
			outcome = notify.Settlement{DeliveryID: n.Delivery.ID, Status: notify.Canceled}
		}
		settled = append(settled, outcome)
	}
	_ = s.Settle(ctx, lease, settled)
}

func TestRecordingAndSettlingDoNotStandInEachOthersWay(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "0", "a", "b", "c", "d", "e", "f")
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				for i := range 10 {
					e := entry(fmt.Sprint(w, "-", i))
					if _, err := s.Record(t.Context(), e, refreshing(e, notify.Feishu)); err != nil {
						t.Error(err)
					}
					work(t.Context(), s, fmt.Sprint("w", w, "-", i))
				}
			})
		}
		wg.Wait()
		work(t.Context(), s, "last")
		counts, err := s.CountDeliveries(t.Context())
		if got := counts[notify.Feishu]; err != nil || got[notify.Accepted] != 6 || len(got) != 1 {
			t.Errorf("got %v, %v, want 6 accepted", got, err)
		}
	})
}
