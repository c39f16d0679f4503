package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestARepeatReturnsTheFirstResult(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1024-1")
		first := record(t, s, e, planned(e, delivery(e, "lisi", notify.Feishu), delivery(e, "lisi", notify.Mail)))
		settle(t, s, "w", noon, sent(claim(t, s, "w", 10, noon)[0].Delivery))

		again := entry("1024-1")
		again.ID = "evt_other"
		second := record(t, s, again, func(notify.Known) notify.Plan {
			t.Error("the plan of a repeat was made")
			return notify.Plan{}
		})

		if first.Replayed || !second.Replayed {
			t.Errorf("got replayed %v, then %v, want false, then true", first.Replayed, second.Replayed)
		}
		if second.EventID != first.EventID || second.TicketID != first.TicketID {
			t.Errorf("got %s of %s, want %s of %s", second.EventID, second.TicketID, first.EventID, first.TicketID)
		}
		got := []notify.Status{second.Deliveries[0].Status, second.Deliveries[1].Status}
		if want := []notify.Status{notify.Accepted, notify.Queued}; !cmp.Equal(got, want) {
			t.Errorf("got the states %v, want those of now, %v", got, want)
		}
	})
}

func TestTheSameEventTwiceAtOnceIsRecordedOnce(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		const callers = 8
		receipts := make([]notify.Receipt, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				e := entry("same")
				e.ID = fmt.Sprintf("evt_%d", i)
				e.Event.Ticket.Key = fmt.Sprint(i % 2) // even under two tickets: source and id decide
				receipts[i], _ = s.Record(t.Context(), e, planned(e, delivery(e, "lisi", notify.Feishu)))
			})
		}
		wg.Wait()
		fresh := 0
		for _, r := range receipts {
			if !r.Replayed {
				fresh++
			}
			if r.EventID == "" || r.EventID != receipts[0].EventID {
				t.Errorf("got event %q, want %q for everybody", r.EventID, receipts[0].EventID)
			}
		}
		if fresh != 1 {
			t.Errorf("got %d first results, want 1", fresh)
		}
		if n := len(claim(t, s, "w", 100, noon)); n != 1 {
			t.Errorf("got %d deliveries, want 1", n)
		}
	})
}

func TestEventsOfANewTicketAtOnceMakeOneTicket(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		tickets := map[string]int{}
		for i := range 8 {
			wg.Go(func() {
				e := entry(fmt.Sprint("e", i))
				r, err := s.Record(t.Context(), e, func(k notify.Known) notify.Plan {
					p := planned(e)(k)
					if k.ID == "" {
						p.TicketID = notify.NewID("tkt_")
					}
					return p
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				tickets[r.TicketID]++
			})
		}
		wg.Wait()
		if len(tickets) != 1 {
			t.Errorf("got the tickets %v, want one with 8 events", tickets)
		}
	})
}

func TestThePlanIsMadeOfWhatIsKnown(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		first := entry("1")
		record(t, s, first, func(k notify.Known) notify.Plan {
			if k.ID != "" || k.Last.ID != "" || k.Trail != nil {
				t.Errorf("got %+v of a new ticket, want nothing", k)
			}
			p := planned(first)(k)
			p.Trail = []cards.Mark{{Kind: ticket.KindSubmitted, By: "张三", At: noon}}
			return p
		})
		second := entry("2")
		var got notify.Known
		record(t, s, second, func(k notify.Known) notify.Plan { got = k; return planned(second)(k) })
		want := notify.Known{
			ID: "tkt_1024", Last: first.Event,
			Trail: []cards.Mark{{Kind: ticket.KindSubmitted, By: "张三", At: noon}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("known (-want +got):\n%s", diff)
		}
	})
}

func TestKnownIsWhatRecordShows(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if k, err := s.Known(t.Context(), "sqle", "1024"); err != nil || k.ID != "" {
			t.Errorf("got %+v, %v of a ticket never seen, want nothing", k, err)
		}
		e := entry("1")
		record(t, s, e, planned(e))
		k, err := s.Known(t.Context(), "sqle", "1024")
		if err != nil || k.ID != "tkt_1024" || k.Last.ID != "1" {
			t.Errorf("got %+v, %v, want ticket tkt_1024 after event 1", k, err)
		}
	})
}

func TestALateEventIsKeptAndMovesNothing(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		now := entry("2")
		record(t, s, now, planned(now))
		late := entry("1")
		late.Event.Ticket.Status, late.AcceptedAt = ticket.Succeeded, noon.Add(time.Minute)
		record(t, s, late, func(k notify.Known) notify.Plan {
			p := planned(late)(k)
			p.Late, p.Trail = true, []cards.Mark{{Kind: ticket.KindPassed}}
			return p
		})
		got, err := s.Ticket(t.Context(), "tkt_1024")
		if err != nil {
			t.Fatal(err)
		}
		if got.Event.ID != "2" || len(got.Trail) != 0 || !got.UpdatedAt.Equal(noon) {
			t.Errorf("got event %s, trail %v, updated %s, want the ticket as before", got.Event.ID, got.Trail, got.UpdatedAt)
		}
		if ev, err := s.Event(t.Context(), "evt_1"); err != nil || ev.Ticket.Status != ticket.Succeeded {
			t.Errorf("got the late event as %+v, %v, want it kept", ev, err)
		}
	})
}

func TestAPersonIsToldOnceOfAnEventOnAChannel(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		r := record(t, s, e, planned(e, delivery(e, "lisi", notify.Feishu), delivery(e, "lisi", notify.Feishu), delivery(e, "lisi", notify.Mail)))
		if len(r.Deliveries) != 2 {
			t.Errorf("got %d deliveries, want one on Feishu and one by mail", len(r.Deliveries))
		}
	})
}

func TestAnEventWithoutAnIDIsNoRepeat(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, id := range []string{"evt_a", "evt_b"} {
			e := entry("")
			e.ID = id
			if r := record(t, s, e, planned(e)); r.Replayed || r.EventID != id {
				t.Errorf("got %+v, want a first result for %s", r, id)
			}
		}
	})
}

func TestAFailedRecordLeavesNothing(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		first := recordTo(t, s, "1", "lisi")
		e := entry("2")
		twin := delivery(e, "wangwu", notify.Feishu)
		twin.ID = first[0].ID // an id that is in use
		if _, err := s.Record(t.Context(), e, planned(e, delivery(e, "lisi", notify.Feishu), twin)); err == nil {
			t.Fatal("got no error for a delivery whose id is in use")
		}
		if _, err := s.Event(t.Context(), "evt_2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for the event, want ErrNotFound", err)
		}
		if n := len(claim(t, s, "w", 10, noon)); n != 1 {
			t.Errorf("got %d deliveries, want the first one only", n)
		}
	})
}

func TestWhatAStrangerWritesIsStored(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		e.Event.ID = "1\x00"
		e.Event.Ticket.Title = "zero \x00 and broken \xff"
		record(t, s, e, planned(e, delivery(e, "li\x00si", notify.Feishu)))
		n := claim(t, s, "w", 1, noon)[0]
		outcome := sent(n.Delivery)
		outcome.Payload, outcome.Attempt.Message = "\xff\x00", "550 \xd3\xca\xcf\xe4 \x00"
		settle(t, s, "w", noon, outcome)
		if d := read(t, s, n.Delivery.ID); d.Status != notify.Accepted || d.Payload != "\uFFFD" {
			t.Errorf("got %s with payload %q, want it settled and the bytes replaced", d.Status, d.Payload)
		}
	})
}

func TestAPanicInThePlanIsTheCallers(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want the plan's own")
				}
			}()
			_, _ = s.Record(t.Context(), entry("1"), func(notify.Known) notify.Plan { panic("a plan that cannot be made") })
		}()
		recordTo(t, s, "2", "lisi") // and the store goes on
	})
}
