package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestAClaimCarriesAllThatIsNeededToSayIt(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		trail := []cards.Mark{{Kind: ticket.KindPassed, By: "李四", Step: "DBA 审核", At: noon}}
		r := record(t, s, e, func(k notify.Known) notify.Plan {
			p := planned(e, delivery(e, "lisi", notify.Feishu))(k)
			p.Trail = trail
			return p
		})
		want := r.Deliveries[0]
		want.Status, want.Lease = notify.Sending, "w1"
		got := claim(t, s, "w1", 10, noon)
		if diff := cmp.Diff([]notify.Notice{{Delivery: want, Event: e.Event, Current: "waiting_review/1", Trail: trail}}, got); diff != "" {
			t.Errorf("claim (-want +got):\n%s", diff)
		}
		if wait, ok, err := s.DueIn(t.Context(), notify.Feishu); err != nil || !ok || wait != 15*time.Second {
			t.Errorf("got next due in %s, %v, %v, want the end of the lease, in 15 s", wait, ok, err)
		}
	})
}

func TestTheOldestIsClaimedFirst(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		at := func(person string, created, notBefore time.Time) notify.Delivery {
			d := delivery(e, person, notify.Feishu)
			d.CreatedAt, d.NotBefore = created, notBefore
			return d
		}
		record(t, s, e, planned(e,
			at("third", noon, noon.Add(2*time.Second)),
			at("first", noon.Add(-time.Second), time.Time{}),
			at("second", noon, noon),
			at("later", noon, noon.Add(time.Hour)),
		))
		var got []string
		for i := range 4 {
			for _, n := range claim(t, s, fmt.Sprint("w", i), 1, noon.Add(3*time.Second)) {
				got = append(got, n.Delivery.Person)
			}
		}
		if want := []string{"first", "second", "third"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// A card that shows what is over is a trap for whoever reads it: it is mended before
// new messages go out, but no message waits for ever on that account.
func TestCardsAreMendedBeforeNewMessagesGoOut(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		shown := recordTo(t, s, "1", "lisi")[0]
		claim(t, s, "w0", 1, noon)
		settle(t, s, "w0", noon, sent(shown))

		told := func(id, person string, at time.Time, role ticket.Role) {
			e := entry(id)
			e.AcceptedAt, e.Event.Ticket.Key = at, id
			d := delivery(e, person, notify.Feishu)
			d.Role = role
			s.SetClock(func() time.Time { return at })
			record(t, s, e, planned(e, d))
		}
		told("long ago", "waits long", noon.Add(time.Second), ticket.RoleCreator)
		decided := noon.Add(6 * time.Minute)
		told("tells", "hears", decided.Add(-20*time.Second), ticket.RoleCreator)
		told("asks", "acts", decided.Add(-10*time.Second), ticket.RoleAssignee)
		e := entry("2")
		e.AcceptedAt = decided
		s.SetClock(func() time.Time { return decided })
		record(t, s, e, refreshing(e, notify.Feishu))

		var got []string
		for i := range 4 {
			lease := fmt.Sprint("w", i)
			for _, n := range claim(t, s, lease, 1, decided) {
				got = append(got, n.Delivery.Person)
			}
			if i == 1 { // what is put back keeps its place
				settle(t, s, lease, decided, notify.Settlement{DeliveryID: shown.ID, Status: notify.Queued, Untouched: true, Free: true})
				claim(t, s, "again", 1, decided)
			}
		}
		if want := []string{"waits long", "lisi", "acts", "hears"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestAClaimTakesOnlyWhatIsDueOnItsChannel(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		var ds []notify.Delivery
		for _, st := range notify.Statuses() {
			d := delivery(e, string(st), notify.Feishu)
			d.Status = st
			ds = append(ds, d)
		}
		ds = append(ds, delivery(e, "other", notify.Mail))
		record(t, s, e, planned(e, ds...))
		var got []string
		for _, n := range claim(t, s, "w", 100, noon) {
			got = append(got, n.Delivery.Person)
		}
		slices.Sort(got)
		if want := []string{"queued", "retrying", "sending"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v (sending without a lease that lasts is due again)", got, want)
		}
	})
}

func TestManyWorkersClaimEachDeliveryOnce(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		var people []string
		for i := range 60 {
			people = append(people, fmt.Sprint("p", i))
		}
		recordTo(t, s, "1", people...)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for range 20 {
					notices, err := s.Claim(t.Context(), notify.Feishu, 3, fmt.Sprint("w", w), time.Minute)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					for _, n := range notices {
						seen[n.Delivery.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(seen) != 60 {
			t.Errorf("got %d deliveries claimed, want 60", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("got %s claimed %d times, want once", id, n)
			}
		}
	})
}

func TestAnExpiredLeaseIsClaimedAgainAndItsHolderFenced(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		d := claim(t, s, "slow", 1, noon)[0].Delivery
		if n := claim(t, s, "early", 1, noon.Add(14*time.Second)); len(n) != 0 {
			t.Errorf("got %d claimed while the lease lasts, want none", len(n))
		}
		later := noon.Add(15 * time.Second)
		if n := claim(t, s, "next", 1, later); len(n) != 1 || n[0].Delivery.ID != d.ID {
			t.Fatalf("got %+v after the lease, want %s", n, d.ID)
		} else if since := n[0].Delivery.UnknownSince; !since.Equal(noon) {
			t.Errorf("got a doubt since %s, want since the claim that nobody settled", since)
		}
		settle(t, s, "slow", later, sent(d)) // too late
		after, attempts, err := s.Delivery(t.Context(), d.ID)
		if err != nil || after.Status != notify.Sending || after.MessageID != "" || len(attempts) != 0 {
			t.Errorf("got %s, message %q, %d attempts, %v, want it untouched", after.Status, after.MessageID, len(attempts), err)
		}
		settle(t, s, "next", later, sent(d))
		if after := read(t, s, d.ID); after.Status != notify.Accepted || after.Lease != "" {
			t.Errorf("got %s under lease %q, want accepted under none", after.Status, after.Lease)
		}
		settle(t, s, "next", later, notify.Settlement{DeliveryID: d.ID, Status: notify.Dead})
		if after := read(t, s, d.ID); after.Status != notify.Accepted {
			t.Errorf("got %s after settling twice, want accepted", after.Status)
		}
	})
}

func TestARenewedLeaseLasts(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi", "wangwu")
		ours := idsOf(claim(t, s, "w", 2, noon))
		settled := claim(t, s, "other", 1, noon.Add(time.Hour))[0].Delivery // the other took one over
		held, err := s.Renew(t.Context(), "w", ours, time.Hour)
		if err != nil || len(held) != 1 || held[0] == settled.ID {
			t.Fatalf("got %v held, %v, want what the other did not take over", held, err)
		}
		got := claim(t, s, "third", 2, noon.Add(90*time.Minute))
		if len(got) != 1 || got[0].Delivery.ID != settled.ID {
			t.Errorf("got %+v, want only %s, whose lease was not renewed", got, settled.ID)
		}
	})
}

func TestDueInIsHowLongUntilSomethingCanBeClaimed(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if _, ok, err := s.DueIn(t.Context(), notify.Feishu); ok || err != nil {
			t.Errorf("got %v, %v of an empty queue, want nothing", ok, err)
		}
		e := entry("1")
		d := delivery(e, "lisi", notify.Feishu)
		d.NotBefore = noon.Add(time.Minute)
		record(t, s, e, planned(e, d))
		wait, ok, err := s.DueIn(t.Context(), notify.Feishu)
		if err != nil || !ok || wait != time.Minute {
			t.Errorf("got %s, %v, %v, want a minute", wait, ok, err)
		}
		if n := claim(t, s, "w", 1, noon); len(n) != 0 {
			t.Errorf("got %d claimed before it is due, want none", len(n))
		}
		settle(t, s, "w", noon, sent(claim(t, s, "w", 1, d.NotBefore)[0].Delivery))
		if _, ok, err := s.DueIn(t.Context(), notify.Feishu); ok || err != nil {
			t.Errorf("got %v, %v after all is sent, want nothing", ok, err)
		}
	})
}

func TestWorkersAreWoken(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		quiet(s.Wake(notify.Feishu))
		var sending notify.Delivery
		for _, step := range []struct {
			by string
			do func()
		}{
			{"a new delivery", func() { recordTo(t, s, "1", "lisi") }},
			{"a delivery to be tried again", func() {
				d := claim(t, s, "w", 1, noon)[0].Delivery
				settle(t, s, "w", noon, notify.Settlement{DeliveryID: d.ID, Status: notify.Retrying})
			}},
			{"a retry by hand", func() {
				sending = claim(t, s, "w", 1, noon)[0].Delivery
				settle(t, s, "w", noon, notify.Settlement{DeliveryID: sending.ID, Status: notify.Dead})
				if _, err := s.RetryDelivery(t.Context(), sending.ID, noon, noon.Add(time.Hour)); err != nil {
					t.Error(err)
				}
			}},
			{"a refresh", func() {
				settle(t, s, "w", noon, sent(claim(t, s, "w", 1, noon)[0].Delivery))
				quiet(s.Wake(notify.Feishu))
				e := entry("2")
				record(t, s, e, refreshing(e, notify.Feishu))
			}},
			{"a saved configuration", func() {
				if err := s.PutChannel(t.Context(), notify.ChannelRecord{Channel: notify.Feishu}); err != nil {
					t.Error(err)
				}
			}},
			{"a released channel", func() {
				if err := s.ReleaseChannel(t.Context(), notify.Feishu); err != nil {
					t.Error(err)
				}
			}},
		} {
			step.do()
			select {
			case <-s.Wake(notify.Feishu):
			case <-time.After(10 * time.Second):
				t.Errorf("nobody was woken by %s", step.by)
			}
			quiet(s.Wake(notify.Feishu))
		}
	})
}

// quiet takes a signal that waits already.
func quiet(bell <-chan struct{}) {
	select {
	case <-bell:
	default:
	}
}
