package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// finish claims what is due and settles all of it alike; it returns how many.
func finish(t engineTest, s *store.Store, now time.Time, as notify.Settlement) int {
	t.Helper()
	notices := claim(t, s, "lease", 100, now)
	for _, n := range notices {
		as.DeliveryID = n.Delivery.ID
		settle(t, s, "lease", now, as)
	}
	return len(notices)
}

func TestAllOfAClassAreSentAgain(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "li", "wang", "zhao")
		finish(t, s, noon, notify.Settlement{Status: notify.Dead, Code: "feishu.230013", Reason: notify.ReasonRefused})
		recordTo(t, s, "2", "li")
		finish(t, s, noon, notify.Settlement{Status: notify.Dead, Code: "feishu.230028", Reason: notify.ReasonRefused})

		later := noon.Add(time.Hour)
		class := notify.DeliveryFilter{Status: notify.Dead, Code: "feishu.230013"}
		if n, err := s.RetryDeliveries(t.Context(), class, later, later.Add(time.Hour)); err != nil || n != 3 {
			t.Errorf("got %d, %v; want 3 queued again", n, err)
		}
		if n := finish(t, s, later, notify.Settlement{Status: notify.Accepted}); n != 3 {
			t.Errorf("got %d due, want the 3 of the class and not the other", n)
		}
		if n, err := s.RetryDeliveries(t.Context(), notify.DeliveryFilter{Status: notify.Accepted}, later, later); err != nil || n != 0 {
			t.Errorf("what arrived: got %d, %v; want none sent again", n, err)
		}
	})
}

func TestPurgeKeepsWhatWaitsAndEachTicketsLastEvent(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		old := entry("old")
		told := delivery(old, "li", notify.Feishu)
		told.Role = ticket.RoleCreator
		record(t, s, old, planned(old, told))
		finish(t, s, noon, notify.Settlement{Status: notify.Accepted, Attempt: &notify.Attempt{Outcome: "accepted"}})
		waiting := recordTo(t, s, "new", "wang")[0]

		if n, err := s.Purge(t.Context(), noon.Add(time.Hour)); err != nil || n != 1 {
			t.Fatalf("got %d, %v; want the one that came to an end", n, err)
		}
		items, _, err := s.Deliveries(t.Context(), notify.DeliveryFilter{})
		if err != nil || len(items) != 1 || items[0].ID != waiting.ID {
			t.Errorf("got %+v, %v; want the one that waits", items, err)
		}
		if _, err := s.Event(t.Context(), "evt_old"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the event nothing refers to: got %v, want it gone", err)
		}
		if _, err := s.Event(t.Context(), "evt_new"); err != nil {
			t.Errorf("the ticket's last event: got %v, want it kept", err)
		}
		if n, err := s.Waiting(t.Context()); err != nil || n != 1 {
			t.Errorf("got %d waiting, %v; want 1", n, err)
		}
	})
}

func TestWhatAsksForADecisionIsKeptForAsLongAsTheTicketWaits(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		for _, want := range []int{0, 1} { // as it waits, and after it moved on
			if n, err := s.Purge(t.Context(), noon.Add(time.Hour)); err != nil || n != want {
				t.Errorf("got %d deleted, %v, want %d", n, err, want)
			}
			e, _ := moved("1024-2", "lisi")
			record(t, s, e, planned(e))
		}
	})
}

func TestTheFirstDoubtIsRemembered(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := recordTo(t, s, "1", "li")[0]
		for i, unknown := range []bool{true, true, false} {
			now := noon.Add(time.Duration(i) * time.Minute)
			finish(t, s, now, notify.Settlement{Status: notify.Retrying, Unknown: unknown, Wait: time.Second})
		}
		if got := read(t, s, d.ID).UnknownSince; !got.Equal(noon) {
			t.Errorf("got %v, want the first time, %v", got, noon)
		}
	})
}

func TestAPurgeGoesToTheEndInSteps(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		const late = 1200 // events without a delivery: more than two steps of them
		for i := range late {
			record(t, s, entry(fmt.Sprintf("late-%d", i)), planned(entry(fmt.Sprintf("late-%d", i))))
		}
		record(t, s, entry("last"), planned(entry("last")))
		if _, err := s.Purge(t.Context(), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		left := 0
		for i := range late {
			if _, err := s.Event(t.Context(), fmt.Sprintf("evt_late-%d", i)); err == nil {
				left++
			}
		}
		if left != 0 {
			t.Errorf("got %d events left that nothing refers to, want none after one sweep", left)
		}
		if _, err := s.Event(t.Context(), "evt_last"); err != nil {
			t.Errorf("the ticket's last event: got %v, want it kept", err)
		}
	})
}
