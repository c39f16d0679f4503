package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// noon is when the tests take place.
var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// key is the master key of the tests.
var key = bytes.Repeat([]byte("k"), 32)

// engineTest is a test while it is played on one engine.
type engineTest interface{ testing.TB }

// onEach runs do on every engine, each time with an empty store.
func onEach(t *testing.T, do func(t engineTest, s *store.Store)) {
	t.Helper()
	onEachURL(t, func(t engineTest, url string) { do(t, open(t, url)) })
}

// onEachURL runs do with the URL of an empty database on every engine.
func onEachURL(t *testing.T, do func(t engineTest, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { do(t, sqliteURL(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, postgresURL(t)) })
}

func sqliteURL(tb testing.TB) string {
	tb.Helper()
	return "sqlite:" + filepath.Join(tb.TempDir(), "ticketbell.db")
}

// open opens the database until the end of the test.
func open(tb testing.TB, url string) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), config(url))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	s.SetClock(func() time.Time { return noon })
	return s
}

func config(url string) store.Config {
	return store.Config{URL: url, Key: key, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)}
}

// entry is an event of ticket 1024 at noon; its id in ticketbell is "evt_" and id.
func entry(id string) notify.Entry {
	return notify.Entry{ID: "evt_" + id, AcceptedAt: noon, Event: ticket.Event{
		Source: "sqle", ID: id, Kind: ticket.KindSubmitted, OccurredAt: noon,
		Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Status: ticket.WaitingReview,
			Step: &ticket.Step{Index: 1, Total: 2, Name: "DBA 审核", Kind: ticket.Review},
		},
	}}
}

// delivery is one of the entry to that person on that channel.
func delivery(e notify.Entry, person string, ch notify.Channel) notify.Delivery {
	return notify.Delivery{
		ID: notify.NewID("dlv_"), Event: e.ID, Want: e.ID, Person: person, Channel: ch,
		To:   ticket.User{Person: ticket.Person{Username: person, Email: person + "@corp.com"}, Language: "zh"},
		Role: ticket.RoleAssignee, Status: notify.Queued, State: notify.StateOf(e.Event.Ticket),
		Deadline: e.AcceptedAt.Add(notify.Patience), CreatedAt: e.AcceptedAt, UpdatedAt: e.AcceptedAt,
	}
}

// planned is a plan that makes those deliveries and refreshes nothing.
func planned(e notify.Entry, ds ...notify.Delivery) func(notify.Known) notify.Plan {
	return func(k notify.Known) notify.Plan {
		id := k.ID
		if id == "" {
			id = "tkt_" + e.Event.Ticket.Key
		}
		for i := range ds {
			ds[i].Ticket = id
		}
		return notify.Plan{TicketID: id, State: notify.StateOf(e.Event.Ticket), Trail: k.Trail, Deliveries: ds}
	}
}

// refreshing is a plan that makes no deliveries and refreshes those on the channels.
func refreshing(e notify.Entry, channels ...notify.Channel) func(notify.Known) notify.Plan {
	return func(k notify.Known) notify.Plan {
		p := planned(e)(k)
		p.Refresh = channels
		return p
	}
}

func record(tb testing.TB, s *store.Store, e notify.Entry, plan func(notify.Known) notify.Plan) notify.Receipt {
	tb.Helper()
	r, err := s.Record(tb.Context(), e, plan)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// recordTo records an event with one delivery for each person on Feishu.
func recordTo(tb testing.TB, s *store.Store, id string, people ...string) []notify.Delivery {
	tb.Helper()
	e := entry(id)
	var ds []notify.Delivery
	for _, p := range people {
		ds = append(ds, delivery(e, p, notify.Feishu))
	}
	return record(tb, s, e, planned(e, ds...)).Deliveries
}

func claim(tb testing.TB, s *store.Store, lease string, n int, now time.Time) []notify.Notice {
	tb.Helper()
	s.SetClock(func() time.Time { return now })
	notices, err := s.Claim(tb.Context(), notify.Feishu, n, lease, 15*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	return notices
}

func idsOf(notices []notify.Notice) []string {
	var ids []string
	for _, n := range notices {
		ids = append(ids, n.Delivery.ID)
	}
	return ids
}

func settle(tb testing.TB, s *store.Store, lease string, now time.Time, settled ...notify.Settlement) {
	tb.Helper()
	s.SetClock(func() time.Time { return now })
	if err := s.Settle(tb.Context(), lease, settled); err != nil {
		tb.Fatal(err)
	}
}

// sent is how a delivery fares that the provider accepts.
func sent(d notify.Delivery) notify.Settlement {
	return notify.Settlement{
		DeliveryID: d.ID, Status: notify.Accepted, MessageID: "om_" + d.ID, Form: "post", Payload: `{"card":1}`, Shown: d.Want,
		Attempt: &notify.Attempt{StartedAt: noon, Duration: 40 * time.Millisecond, Outcome: "accepted", RequestID: "req-1"},
	}
}

func read(tb testing.TB, s *store.Store, id string) notify.Delivery {
	tb.Helper()
	d, _, err := s.Delivery(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// eventually waits for the condition.
func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("waited in vain: %s", what)
		}
	}
}
