package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"ticketbell/notify"
	"ticketbell/store"
)

// fresh is how many subjects are not sorted in.
func fresh(tb testing.TB, s *store.Store) int {
	tb.Helper()
	n, err := s.Fresh(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func wantFound(tb testing.TB, s *store.Store, q string, want ...string) {
	tb.Helper()
	got := people(tb, s, notify.DeliveryFilter{Query: q})
	if slices.Sort(want); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		tb.Errorf("%q: got %v, want %v", q, got, want)
	}
}

// recordTitled records a ticket of its own, named word and number, to one person.
func recordTitled(tb testing.TB, s *store.Store, n int) {
	tb.Helper()
	e := entry(fmt.Sprint(n))
	e.Event.Ticket.Key, e.Event.Ticket.Title = fmt.Sprintf("k%d", n), fmt.Sprintf("表%d号", n)
	if _, err := s.Record(tb.Context(), e, planned(e, delivery(e, fmt.Sprintf("p%03d", n), notify.Feishu))); err != nil {
		tb.Error(err)
	}
}

func TestWhatWasSaidLastIsFoundLikeTheRest(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		const tickets = 50 // two subjects each: a ticket and a person
		s.SortEvery(40)
		var work sync.WaitGroup
		for half := range 2 {
			work.Go(func() {
				for n := half; n < tickets; n += 2 {
					recordTitled(t, s, n)
				}
			})
		}
		work.Wait()
		if n := fresh(t, s); n == 0 || n >= 40 {
			t.Errorf("got %d of %d subjects not sorted in, want some of the last ones", n, 2*tickets)
		}
		for _, n := range []int{0, 1, 25, 48, 49} {
			person := fmt.Sprintf("p%03d", n)
			wantFound(t, s, fmt.Sprintf("表%d号", n), person)
			wantFound(t, s, person, person)
		}
	})
}

func TestATitleIsForgottenWhereverItsTermsAre(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s := open(t, url)
		recordTo(t, s, "1", "lisi")
		rename := func(s *store.Store, id, title string) {
			e := entry(id)
			e.Event.Ticket.Title = title
			record(t, s, e, planned(e))
		}
		rename(s, "2", "用户表加列")
		wantFound(t, s, "索引")
		wantFound(t, s, "加列", "lisi")
		again := open(t, url) // sorts in what the other has left
		if n := fresh(t, again); n != 0 {
			t.Errorf("got %d subjects not sorted in after opening, want none", n)
		}
		wantFound(t, again, "加列", "lisi")
		rename(again, "3", "用户表")
		wantFound(t, again, "加列")
		wantFound(t, again, "用户表", "lisi")
	})
}
