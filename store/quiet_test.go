package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestQuietHoursAreKept(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		u := ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
		createUser(t, s, u)
		for _, q := range []ticket.Quiet{{From: "22:00", To: "08:00", Weekends: true, Timezone: "Asia/Shanghai"}, {}} {
			u.Quiet = q
			if err := s.UpdateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			got, err := s.User(t.Context(), "lisi")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(u, got); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
		}
	})
}

func TestWhatWaitedForOnePersonsQuietHoursIsClaimedTogether(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		after := func(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
		for i, wait := range []struct {
			who, reason string
			ms          int
		}{
			{"lisi", notify.ReasonQuiet, 0},
			{"lisi", notify.ReasonQuiet, 3},
			{"wangwu", notify.ReasonQuiet, 5},
			{"lisi", "", 7},
			{"lisi", notify.ReasonQuiet, 9},
			{"lisi", notify.ReasonQuiet, 24 * 3600 * 1000}, // of another night
		} {
			e := entry(fmt.Sprint(i))
			d := delivery(e, wait.who, notify.Feishu)
			d.Reason, d.NotBefore = wait.reason, after(wait.ms)
			record(t, s, e, planned(e, d))
		}
		claim := func(n, ms int, want map[string]int) {
			t.Helper()
			s.SetClock(func() time.Time { return after(ms) })
			notices, err := s.Claim(t.Context(), notify.Feishu, n, notify.NewID("lse_"), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, n := range notices {
				got[n.Delivery.Person+" "+n.Delivery.Reason]++
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("claim of %d after %d ms (-want +got):\n%s", n, ms, diff)
			}
		}
		claim(1, 1, map[string]int{"lisi quiet_hours": 3})
		claim(100, 10, map[string]int{"wangwu quiet_hours": 1, "lisi ": 1})
	})
}
