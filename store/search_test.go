package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// stage puts three tickets with different people on record.
func stage(t engineTest, s *store.Store) map[string]notify.Delivery {
	t.Helper()
	made := map[string]notify.Delivery{}
	for i, spec := range []struct {
		key, title, project, person, name string
		kind                              ticket.Kind
		channel                           notify.Channel
	}{
		{"1024", "订单表加索引", "pay", "zhangsan", "张三", ticket.KindSubmitted, notify.Feishu},
		{"1025", "Add column to Users", "core", "lisi", "李四", ticket.KindFailed, notify.Mail},
		{"PAY-7", "清理历史订单", "pay", "t1", "Tom Lee", ticket.KindSubmitted, notify.WeCom},
	} {
		e := entry(fmt.Sprint(i))
		e.AcceptedAt = noon.Add(time.Duration(i) * time.Minute)
		e.Event.Kind = spec.kind
		e.Event.Ticket.Key, e.Event.Ticket.Title, e.Event.Ticket.Project.Key = spec.key, spec.title, spec.project
		d := delivery(e, spec.person, spec.channel)
		d.To.Name = spec.name
		made[spec.person] = record(t, s, e, planned(e, d)).Deliveries[0]
	}
	return made
}

func TestATypedWordLeadsToItsDeliveries(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		made := stage(t, s)
		claimed := claim(t, s, "l1", 1, noon)
		settle(t, s, "l1", noon, sent(claimed[0].Delivery))
		for q, want := range map[string][]string{
			"#1024": {"zhangsan"}, "102": {"lisi", "zhangsan"}, "订单": {"t1", "zhangsan"}, "加索引": {"zhangsan"},
			"users": {"lisi"}, "COLUMN to": {"lisi"}, "pay-7": {"t1"}, "7": {"t1"}, "三": {"zhangsan"}, "李": {"lisi"}, "lee": {"t1"}, "t1": {"t1"},
			"sers": {}, "om_" + made["zhangsan"].ID: {"zhangsan"}, made["lisi"].ID: {"lisi"}, "  张三 ": {"zhangsan"},
			"om_": {}, "%": {}, `'; DROP TABLE deliveries; --`: {},
		} {
			if got := people(t, s, notify.DeliveryFilter{Query: q}); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", q, got, want)
			}
		}
	})
}

func TestFiltersNarrowEachOther(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		stage(t, s)
		for _, tc := range []struct {
			name string
			f    notify.DeliveryFilter
			want []string
		}{
			{"kind", notify.DeliveryFilter{Kind: ticket.KindFailed}, []string{"lisi"}},
			{"project", notify.DeliveryFilter{Project: "pay"}, []string{"t1", "zhangsan"}},
			{"project and channel", notify.DeliveryFilter{Project: "pay", Channel: notify.WeCom}, []string{"t1"}},
			{"time", notify.DeliveryFilter{Since: noon.Add(time.Minute), Until: noon.Add(2 * time.Minute)}, []string{"lisi"}},
			{"word and project", notify.DeliveryFilter{Query: "订单", Project: "core"}, []string{}},
			{"word and status", notify.DeliveryFilter{Query: "订单", Status: notify.Queued}, []string{"t1", "zhangsan"}},
			{"codes, none", notify.DeliveryFilter{Codes: []string{}}, []string{}},
			{"queued", notify.DeliveryFilter{Status: notify.Queued, Kind: ticket.KindFailed}, []string{"lisi"}},
		} {
			if got := people(t, s, tc.f); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
			}
		}
	})
}

func TestATicketIsFoundByItsNewTitleAndNoLongerByTheOld(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		e := entry("2")
		e.Event.Ticket.Title = "用户表加列"
		record(t, s, e, planned(e))
		for q, want := range map[string][]string{"用户表": {"lisi"}, "加列": {"lisi"}, "1024": {"lisi"}, "索引": {}} {
			if got := people(t, s, notify.DeliveryFilter{Query: q}); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", q, got, want)
			}
		}
	})
}

func TestAWordThatLeadsToVeryManyIsLookedForPageByPage(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		store.Crowd(t, s, 13_000) // 1,300 tickets of one title
		seen := map[string]bool{}
		f := notify.DeliveryFilter{Query: "加索引", Limit: 200}
		for pages := 0; ; pages++ {
			items, next, err := s.Deliveries(t.Context(), f)
			if err != nil || pages > 200 {
				t.Fatalf("page %d: %v, want an end", pages, err)
			}
			for _, d := range items {
				if seen[d.ID] {
					t.Fatalf("got %s twice", d.ID)
				}
				seen[d.ID] = true
			}
			if f.Cursor = next; next == "" {
				break
			}
		}
		if len(seen) != 13_000 {
			t.Errorf("got %d deliveries in all, want 13000", len(seen))
		}
	})
}

func TestWhatIsRareIsFoundHoweverDeepItLies(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		store.Crowd(t, s, 25_000)
		found := 0
		for f := (notify.DeliveryFilter{Kind: ticket.KindFailed}); ; {
			items, next, err := s.Deliveries(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			found += len(items)
			if f.Cursor = next; next == "" {
				break
			}
		}
		if found != 1 {
			t.Errorf("got %d, want the one at the very end", found)
		}
		counts, err := s.Summary(t.Context(), notify.DeliveryFilter{Kind: ticket.KindFailed})
		if err != nil || counts.Newest == 0 {
			t.Errorf("got %+v, %v, want it said that not all were counted", counts, err)
		}
	})
}

func TestOldestFirstGoesTheOtherWay(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		store.Crowd(t, s, 250)
		f := notify.DeliveryFilter{Order: notify.Oldest, Limit: 100}
		var ids []string
		for {
			items, next, err := s.Deliveries(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range items {
				ids = append(ids, d.ID)
			}
			if f.Cursor = next; next == "" {
				break
			}
		}
		if len(ids) != 250 || ids[0] != "dlv_0" || ids[249] != "dlv_249" {
			t.Errorf("got %d from %s to %s, want all from the first to the last", len(ids), ids[0], ids[len(ids)-1])
		}
	})
}

// pages goes through all that f picks.
func pages(tb testing.TB, s *store.Store, f notify.DeliveryFilter) (all []notify.Delivery) {
	tb.Helper()
	for {
		items, next, err := s.Deliveries(tb.Context(), f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, items...)
		if f.Cursor = next; next == "" {
			return all
		}
	}
}

func TestDeliveriesAreSortedOverAllPages(t *testing.T) {
	took := func(d notify.Delivery) int64 { return d.About.Took.Milliseconds() }
	tries := func(d notify.Delivery) int64 { return int64(d.Attempts) }
	onEach(t, func(t engineTest, s *store.Store) {
		store.Crowd(t, s, 250)
		for _, tc := range []struct {
			order notify.Order
			by    func(notify.Delivery) int64
			f     notify.DeliveryFilter
			want  int
		}{
			{notify.Slowest, took, notify.DeliveryFilter{}, 250},
			{notify.Fastest, took, notify.DeliveryFilter{}, 250},
			{notify.MostTries, tries, notify.DeliveryFilter{}, 250},
			{notify.FewestTries, tries, notify.DeliveryFilter{}, 250},
			{notify.Slowest, took, notify.DeliveryFilter{Channel: notify.Feishu}, 84},
			{notify.Fastest, took, notify.DeliveryFilter{Query: "#1"}, 110},
			{notify.MostTries, tries, notify.DeliveryFilter{Status: notify.Updated}, 50},
		} {
			tc.f.Order, tc.f.Limit = tc.order, 20
			got := pages(t, s, tc.f)
			seen := map[string]bool{}
			for i, d := range got {
				seen[d.ID] = true
				if i == 0 {
					continue
				}
				if before, now := tc.by(got[i-1]), tc.by(d); before != now && (before < now) != tc.order.Rising() {
					t.Errorf("%s %+v: got %d before %d", tc.order, tc.f, before, now)
				}
			}
			if len(got) != tc.want || len(seen) != tc.want {
				t.Errorf("%s %+v: got %d, of them %d different, want %d", tc.order, tc.f, len(got), len(seen), tc.want)
			}
		}
	})
}

func TestTheTimeToTheFirstAcceptanceIsKept(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		if d.About.Took <= 0 {
			t.Errorf("got %v, want the time it took", d.About.Took)
		}
	})
}

func TestAFilterIsAnsweredByItsIndex(t *testing.T) {
	s := open(t, sqliteURL(t))
	store.Crowd(t, s, 2000)
	for index, f := range map[string]notify.DeliveryFilter{
		"deliveries_newest": {Kind: ticket.KindFailed, Project: "p7"},
		"deliveries_amiss":  {Status: notify.Dead},
		"deliveries_person": {Person: "user7"},
		"deliveries_code":   {Code: "mail.550"},
		"deliveries_ticket": {Query: "#17"},
	} {
		if got := store.PlanOf(t, s, f); !strings.Contains(got, index) {
			t.Errorf("%+v: got the plan\n%s\nwant it to use %s", f, got, index)
		}
	}
}

func TestStatusesAreCounted(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		store.Crowd(t, s, 2000)
		got, err := s.Summary(t.Context(), notify.DeliveryFilter{Status: notify.Accepted})
		if err != nil || got.Of[notify.Dead] != 2 || got.Of[notify.Updated] != 400 || got.Of[notify.Accepted] != 1598 || got.Newest != 0 {
			t.Errorf("got %+v, %v, want all 2000 by status", got, err)
		}
		got, err = s.Summary(t.Context(), notify.DeliveryFilter{Person: "user7"})
		if err != nil || got.Of[notify.Dead] != 2 || got.Of[notify.Accepted] != 2 {
			t.Errorf("got %+v, %v, want the four of one person", got, err)
		}
	})
}

func TestWhoLooksOnHearsWhatWasWritten(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s := open(t, url)
		made := recordTo(t, s, "1", "lisi")
		ids, many, err := s.Changed(t.Context())
		if err != nil || many || !slices.Equal(ids, []string{made[0].ID}) {
			t.Fatalf("got %v, %t, %v, want the new delivery", ids, many, err)
		}
		found, err := s.DeliveriesByID(t.Context(), append(ids, "dlv_gone"))
		if err != nil || len(found) != 1 || found[0].About.TicketTitle != "订单表加索引" {
			t.Errorf("got %+v, %v, want the one that is there, with its ticket", found, err)
		}
	})
}

func TestAnotherReplicaHearsWhatWasWritten(t *testing.T) {
	url := postgresURL(t)
	a, b := open(t, url), open(t, url)
	hears(t, b, a) // it may not listen yet
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	made := recordTo(t, a, "the last", "lisi")
	for heard := []string(nil); !slices.Contains(heard, made[0].ID); {
		ids, _, err := b.Changed(ctx)
		if err != nil {
			t.Fatalf("got %v, %v, want to hear of %s", heard, err, made[0].ID)
		}
		heard = append(heard, ids...)
	}
}

func TestWhatWasGivenUpNeedsAttention(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		dead := delivery(e, "lisi", notify.Mail)
		dead.Status = notify.Dead
		record(t, s, e, planned(e, dead))
		for since, want := range map[time.Time]int{noon.Add(-time.Hour): 1, noon.Add(time.Hour): 0} {
			if got, err := s.Attention(t.Context(), since); err != nil || got.Dead != want {
				t.Errorf("since %s: got %+v, %v, want %d", since, got, err, want)
			}
		}
	})
}

func TestADeliveryIsCalledOffUnlessItIsOut(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		waiting := recordTo(t, s, "1", "lisi")[0]
		got, err := s.CancelDelivery(t.Context(), waiting.ID, noon)
		if err != nil || got.Status != notify.Canceled || got.Reason != notify.ReasonDiscarded {
			t.Errorf("got %s %s, %v, want it canceled", got.Status, got.Reason, err)
		}
		out := recordTo(t, s, "2", "wangwu")[0]
		claimed := claim(t, s, "l1", 5, noon)
		if len(claimed) != 1 || claimed[0].Delivery.ID != out.ID {
			t.Fatalf("got %d claimed, want the other one alone", len(claimed))
		}
		settle(t, s, "l1", noon, sent(claimed[0].Delivery))
		if _, err := s.CancelDelivery(t.Context(), out.ID, noon); err == nil {
			t.Error("one that is out: got no error, want a conflict")
		}
	})
}
