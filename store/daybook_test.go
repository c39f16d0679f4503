package store_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// wantSpent enters n messages of WeCom with a limit of 10 a day.
func wantSpent(t engineTest, s *store.Store, n, want int, day string) notify.Spent {
	t.Helper()
	got, err := s.Spend(t.Context(), notify.WeCom, 10, n)
	if err != nil || got.N != want || got.Day != day {
		t.Errorf("got room for %d of %d on %s, %v; want %d on %s", got.N, n, got.Day, err, want, day)
	}
	return got
}

func TestADayHasRoomForItsLimitAndTheNextForAsMuch(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		at := time.Date(2026, 10, 1, 15, 59, 0, 0, time.UTC) // 23:59 in Shanghai
		s.SetClock(func() time.Time { return at })
		first := wantSpent(t, s, 7, 7, "2026-10-01")
		if first.Wait != time.Minute {
			t.Errorf("got a wait of %v, want the minute until the day ends in Shanghai", first.Wait)
		}
		if other, err := s.Spend(t.Context(), notify.Mail, 10, 8); err != nil || other.N != 8 {
			t.Errorf("got room for %d on another channel, %v; want 8", other.N, err)
		}
		wantSpent(t, s, 7, 3, "2026-10-01")
		wantSpent(t, s, 1, 0, "2026-10-01")
		must(t, s.Unspend(t.Context(), notify.WeCom, first, 2))
		wantSpent(t, s, 5, 2, "2026-10-01")
		at = at.Add(time.Minute)
		wantSpent(t, s, 11, 10, "2026-10-02")
		must(t, s.Unspend(t.Context(), notify.WeCom, first, 5)) // of a day that is over
		wantSpent(t, s, 1, 0, "2026-10-02")
	})
}

func TestReplicasCountADayTogetherAndOverARestart(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s := open(t, url)
		replicas := []*store.Store{s, s}
		if strings.HasPrefix(url, "postgres") {
			replicas[1] = open(t, url)
		}
		var room atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				spent, err := replicas[i%2].Spend(t.Context(), notify.WeCom, 10, 3)
				if err != nil {
					t.Error(err)
				}
				room.Add(int64(spent.N))
			})
		}
		all.Wait()
		if got := room.Load(); got != 10 {
			t.Errorf("got room for %d, want 10 for both together", got)
		}
		if spent, err := open(t, url).Spend(t.Context(), notify.WeCom, 11, 3); err != nil || spent.N != 1 {
			t.Errorf("got room for %d after a restart with a limit of 11, %v; want 1", spent.N, err)
		}
	})
}

func TestAChangeOfTheChannelFreesWhatWaitsForTheNextDay(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi", "wangwu")
		held := claim(t, s, "l", 2, noon)
		must(t, s.Settle(t.Context(), "l", []notify.Settlement{
			{DeliveryID: held[0].Delivery.ID, Status: notify.Queued, Reason: notify.ReasonDayFull, Wait: time.Hour, Free: true},
			{DeliveryID: held[1].Delivery.ID, Status: notify.Queued, Reason: notify.ReasonLimited, Wait: time.Hour, Free: true},
		}))
		if got := claim(t, s, "m", 2, noon); len(got) != 0 {
			t.Fatalf("got %d claimed before the day ends, want none", len(got))
		}
		must(t, s.PutChannel(t.Context(), notify.ChannelRecord{Channel: notify.Feishu, Enabled: true}))
		got := claim(t, s, "n", 2, noon)
		if len(got) != 1 || got[0].Delivery.ID != held[0].Delivery.ID {
			t.Errorf("got %d claimed after the change, want the one that waited for the day's end", len(got))
		}
	})
}
