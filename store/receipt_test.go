package store_test

import (
	"errors"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// opened notes that a message was read.
func opened(tb testing.TB, s *store.Store, ch notify.Channel, at time.Time, ids ...string) {
	tb.Helper()
	if err := s.Opened(tb.Context(), notify.ReadReceipt{Channel: ch, Messages: ids, At: at}); err != nil {
		tb.Fatal(err)
	}
}

func TestTheFirstTimeAMessageIsReadIsKept(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		if !d.ReadAt.IsZero() {
			t.Errorf("got it read at %s before anybody did", d.ReadAt)
		}
		first := noon.Add(time.Minute)
		for ch, id := range map[notify.Channel]string{notify.WeCom: d.MessageID, notify.Feishu: "om_of_nobody"} {
			if err := s.Opened(t.Context(), notify.ReadReceipt{Channel: ch, Messages: []string{id}, At: first}); !errors.Is(err, notify.ErrNotFound) {
				t.Errorf("got %v for %s on %s, want it unknown", err, id, ch)
			}
		}
		if got := read(t, s, d.ID); got.Status != notify.Accepted || !got.ReadAt.IsZero() {
			t.Errorf("got %s read at %s, want it untouched", got.Status, got.ReadAt)
		}
		opened(t, s, notify.Feishu, first, "om_of_nobody", d.MessageID)
		opened(t, s, notify.Feishu, first.Add(time.Hour), d.MessageID)
		if got := read(t, s, d.ID); got.Status != notify.Read || !got.ReadAt.Equal(first) {
			t.Errorf("got %s at %s, want read at %s", got.Status, got.ReadAt, first)
		}
	})
}

func TestAReadMessageIsBroughtUpToDateAndStaysRead(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		at := noon.Add(time.Minute)
		opened(t, s, notify.Feishu, at, d.MessageID)
		e := entry("2")
		record(t, s, e, refreshing(e, notify.Feishu))
		if got := read(t, s, d.ID); got.Status != notify.Queued {
			t.Fatalf("got %s, want a read card brought up to date", got.Status)
		}
		n := claim(t, s, "w", 1, at)[0]
		settle(t, s, "w", at, notify.Settlement{DeliveryID: d.ID, Status: notify.Updated, Shown: n.Delivery.Want})
		if got := read(t, s, d.ID); got.Status != notify.Updated || !got.ReadAt.Equal(at) {
			t.Errorf("got %s read at %s, want updated, and when it was read", got.Status, got.ReadAt)
		}
	})
}

func TestAMessageReadWhileItIsBroughtUpToDateKeepsItsPlace(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		e := entry("2")
		record(t, s, e, refreshing(e, notify.Feishu))
		opened(t, s, notify.Feishu, noon, d.MessageID)
		if got := read(t, s, d.ID); got.Status != notify.Queued || !got.ReadAt.Equal(noon) {
			t.Errorf("got %s read at %s, want it still queued", got.Status, got.ReadAt)
		}
	})
}
