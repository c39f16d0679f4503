package store_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

func TestWhatWasSentIsCountedForWhoGotMost(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, id := range []string{"1", "2", "3"} {
			recordTo(t, s, id, "lisi")
		}
		recordTo(t, s, "4", "wangwu")
		finish(t, s, noon, notify.Settlement{Status: notify.Accepted, Attempt: &notify.Attempt{StartedAt: noon, Outcome: "accepted"}})
		recordTo(t, s, "5", "lisi")
		claim(t, s, "killed", 1, noon) // may have gone out
		recordTo(t, s, "6", "lisi")    // has not
		for _, tc := range []struct {
			ch        notify.Channel
			since     time.Time
			most, all int
		}{
			{notify.Feishu, noon, 4, 5},
			{notify.Feishu, noon.Add(time.Second), 1, 1},
			{notify.Mail, noon, 0, 0},
		} {
			most, all, err := s.SentTo(t.Context(), tc.ch, tc.since)
			if err != nil || most != tc.most || all != tc.all {
				t.Errorf("got %d of %d on %s since %s, %v; want %d of %d", most, all, tc.ch, tc.since, err, tc.most, tc.all)
			}
		}
	})
}
