package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

// watched records an event of the ticket with that key, with the watch to keep.
func watched(t engineTest, s *store.Store, id, key string, aside bool, w notify.Watch) {
	t.Helper()
	e := entry(id)
	e.Event.Ticket.Key = key
	record(t, s, e, func(k notify.Known) notify.Plan {
		p := planned(e)(k)
		p.Aside, p.Watch, p.Turn = aside, w, k.Turn
		return p
	})
}

// overdue returns the keys of the tickets whose watch is due at that time.
func overdue(t engineTest, s *store.Store, n int, at time.Time) []string {
	t.Helper()
	due, err := s.Overdue(t.Context(), n, at)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, rec := range due {
		keys = append(keys, rec.Event.Ticket.Key)
	}
	return keys
}

func TestTicketsAreOverdueByWhatComesFirst(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
		watched(t, s, "1", "reminds", false, notify.Watch{Remind: at(20)})
		watched(t, s, "2", "escalates", false, notify.Watch{Remind: at(30), Escalate: at(10)})
		watched(t, s, "3", "never", false, notify.Watch{Nudged: at(-5)})
		for minutes, want := range map[int][]string{9: {}, 10: {"escalates"}, 20: {"escalates", "reminds"}} {
			if got := overdue(t, s, 10, at(minutes)); !slices.Equal(got, want) {
				t.Errorf("after %d minutes: got %q overdue, want %q", minutes, got, want)
			}
		}
		if got := overdue(t, s, 1, at(60)); !slices.Equal(got, []string{"escalates"}) {
			t.Errorf("got %q of one, want what waited longest", got)
		}
	})
}

func TestAReminderMovesTheWatchAndNothingElse(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		watched(t, s, "1", "1024", false, notify.Watch{Remind: noon, Escalate: noon.Add(time.Hour)})
		before, err := s.Known(t.Context(), "sqle", "1024")
		if err != nil {
			t.Fatal(err)
		}
		next := notify.Watch{Remind: noon.Add(30 * time.Minute), Escalate: noon.Add(time.Hour), Reminded: 1, Nudged: noon}
		watched(t, s, "2", "1024", true, next)
		after, err := s.Known(t.Context(), "sqle", "1024")
		if err != nil {
			t.Fatal(err)
		}
		before.Watch = next
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("ticket (-want +got):\n%s", diff)
		}
		if got := overdue(t, s, 10, noon.Add(29*time.Minute)); len(got) != 0 {
			t.Errorf("got %q overdue, want none before the next reminder", got)
		}
		watched(t, s, "3", "1024", true, notify.Watch{})
		if got := overdue(t, s, 10, noon.Add(48*time.Hour)); len(got) != 0 {
			t.Errorf("got %q overdue, want none once the watch has ended", got)
		}
	})
}

func TestAReminderThatMayNotBeMadeLeavesNothing(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		watched(t, s, "1", "1024", false, notify.Watch{Remind: noon})
		e := entry("2")
		_, err := s.Record(t.Context(), e, func(notify.Known) notify.Plan { return notify.Plan{Err: notify.ErrConflict} })
		if !errors.Is(err, notify.ErrConflict) {
			t.Errorf("got %v, want the plan's own error", err)
		}
		if _, seen, err := s.Seen(t.Context(), "sqle", "2"); seen || err != nil {
			t.Errorf("got seen %v, %v, want nothing on record", seen, err)
		}
	})
}
