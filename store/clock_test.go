package store_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// skewed opens the database as a replica whose clock is off by that much.
func skewed(t *testing.T, url string, by time.Duration) *store.Store {
	t.Helper()
	c := config(url)
	c.Now = func() time.Time { return time.Now().Add(by) }
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// claimed is how many deliveries the replica gets, for 15 s by whatever clock counts.
func claimed(t *testing.T, s *store.Store, lease string) []notify.Notice {
	t.Helper()
	got, err := s.Claim(t.Context(), notify.Feishu, 10, lease, 15*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestReplicasWhoseClocksDifferGoByTheDatabases(t *testing.T) {
	url := postgresURL(t)
	right, fast, slow := skewed(t, url, 0), skewed(t, url, 2*time.Minute), skewed(t, url, -2*time.Minute)
	for name, s := range map[string]*store.Store{"right": right, "fast": fast, "slow": slow} {
		e := entry("by the one that is " + name)
		e.AcceptedAt = time.Now()
		if s == fast {
			e.AcceptedAt = e.AcceptedAt.Add(2 * time.Minute)
		}
		d := delivery(e, "lisi", notify.Feishu)
		d.NotBefore = e.AcceptedAt
		record(t, s, e, planned(e, d))
	}
	held := claimed(t, right, "r")
	if len(held) != 3 {
		t.Fatalf("got %d claimed, want all 3 due at once, whoever accepted them", len(held))
	}
	for name, s := range map[string]*store.Store{"fast": fast, "slow": slow} {
		if got := claimed(t, s, name); len(got) != 0 {
			t.Errorf("got %d claimed by the replica that is %s, want none: they are held", len(got), name)
		}
	}
	if _, err := slow.Renew(t.Context(), "r", idsOf(held), 15*time.Second); err != nil {
		t.Fatal(err)
	}
	if got := claimed(t, right, "again"); len(got) != 0 {
		t.Errorf("got %d claimed after a renewal by the slow clock, want none", len(got))
	}
	back := []notify.Settlement{
		{DeliveryID: held[0].Delivery.ID, Status: notify.Queued, Untouched: true},
		{DeliveryID: held[1].Delivery.ID, Status: notify.Retrying, Wait: time.Hour},
	}
	if err := slow.Settle(t.Context(), "r", back); err != nil {
		t.Fatal(err)
	}
	if got := claimed(t, fast, "next"); len(got) != 1 || got[0].Delivery.ID != held[0].Delivery.ID {
		t.Errorf("got %d claimed, want the one that went back untouched", len(got))
	}
}
