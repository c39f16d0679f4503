package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

func TestSettlingWritesDownTheOutcome(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		later := noon.Add(time.Second)
		failed := claim(t, s, "w1", 1, noon)[0].Delivery
		settle(t, s, "w1", later, notify.Settlement{
			DeliveryID: failed.ID, Status: notify.Retrying, Reason: "failing", Code: "feishu.230020", Wait: 0,
			Attempt: &notify.Attempt{
				StartedAt: noon, Duration: 1500 * time.Microsecond, Outcome: "transient",
				Code: "feishu.230020", Message: "rate limited", RequestID: "req-0",
			},
		})
		if d := read(t, s, failed.ID); d.Status != notify.Retrying || d.Reason != "failing" || d.Attempts != 1 || !d.NotBefore.Equal(later) {
			t.Errorf("got %+v, want it to be tried again", d)
		}
		settle(t, s, "w2", later, sent(claim(t, s, "w2", 1, later)[0].Delivery))

		d, attempts, err := s.Delivery(t.Context(), failed.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := failed
		want.Status, want.Lease, want.Attempts, want.UpdatedAt = notify.Accepted, "", 2, later
		want.MessageID, want.Form, want.Payload, want.Shown = "om_"+d.ID, "post", `{"card":1}`, "evt_1"
		want.About = notify.About{TicketKey: "1024", TicketTitle: "订单表加索引", Kind: "submitted", Took: 40 * time.Millisecond}
		if diff := cmp.Diff(want, d); diff != "" {
			t.Errorf("delivery (-want +got):\n%s", diff)
		}
		tried := []notify.Attempt{
			{
				Number: 1, StartedAt: noon, Duration: 1500 * time.Microsecond, Outcome: "transient",
				Code: "feishu.230020", Message: "rate limited", RequestID: "req-0",
			},
			{Number: 2, StartedAt: noon, Duration: 40 * time.Millisecond, Outcome: "accepted", RequestID: "req-1"},
		}
		if diff := cmp.Diff(tried, attempts); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestWhatASettlementLeavesOutStays(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		e := entry("2")
		record(t, s, e, refreshing(e, notify.Feishu))
		settle(t, s, "w", noon, notify.Settlement{DeliveryID: claim(t, s, "w", 1, noon)[0].Delivery.ID, Status: notify.Retrying})
		after := read(t, s, d.ID)
		if after.MessageID != d.MessageID || after.Form != "post" || after.Payload != d.Payload || after.Shown != "evt_1" {
			t.Errorf("got message %q, form %q, payload %q, shown %q, want them kept", after.MessageID, after.Form, after.Payload, after.Shown)
		}
	})
}

func TestAFreeAttemptIsWrittenDownAndNotCounted(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		for range 2 {
			d := claim(t, s, "w", 1, noon)[0].Delivery
			settle(t, s, "w", noon, notify.Settlement{
				DeliveryID: d.ID, Status: notify.Queued, Free: true, Attempt: &notify.Attempt{StartedAt: noon, Outcome: "rate"},
			})
		}
		d, attempts, err := s.Delivery(t.Context(), claim(t, s, "w", 1, noon)[0].Delivery.ID)
		if err != nil || d.Attempts != 0 || len(attempts) != 2 || attempts[1].Number != 2 {
			t.Errorf("got %d attempts counted, %+v written, %v, want 0 and two", d.Attempts, attempts, err)
		}
	})
}

// sentDelivery is one of event 1 that the provider accepted.
func sentDelivery(tb testing.TB, s *store.Store) notify.Delivery {
	tb.Helper()
	recordTo(tb, s, "1", "lisi")
	d := claim(tb, s, "w", 1, noon)[0].Delivery
	settle(tb, s, "w", noon, sent(d))
	return read(tb, s, d.ID)
}

func TestARefreshBringsBackWhatIsOut(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		d := sentDelivery(t, s)
		e := entry("2")
		e.AcceptedAt = noon.Add(48 * time.Hour) // long after the first deadline
		record(t, s, e, refreshing(e, notify.Feishu))

		got := claim(t, s, "w", 10, e.AcceptedAt)
		if len(got) != 1 || got[0].Delivery.ID != d.ID || got[0].Event.ID != "2" || got[0].Delivery.MessageID == "" {
			t.Fatalf("got %+v, want the message that is out, to show event 2", got)
		}
		if want := e.AcceptedAt.Add(notify.Patience); !got[0].Delivery.Deadline.Equal(want) {
			t.Errorf("got deadline %s, want as long for the update as for the message, %s", got[0].Delivery.Deadline, want)
		}
		updated := notify.Settlement{DeliveryID: d.ID, Status: notify.Updated, Shown: "evt_2"}
		settle(t, s, "w", e.AcceptedAt, updated)
		if d := read(t, s, d.ID); d.Status != notify.Updated || d.Shown != "evt_2" {
			t.Errorf("got %s showing %s, want updated showing evt_2", d.Status, d.Shown)
		}
	})
}

func TestARefreshWhileSendingMakesItDueAgain(t *testing.T) {
	for _, tc := range []struct {
		name   string
		settle func(notify.Delivery) notify.Settlement
		want   notify.Status
	}{
		{"accepted", sent, notify.Queued},
		{"accepted without an id to change it by", func(d notify.Delivery) notify.Settlement {
			return notify.Settlement{DeliveryID: d.ID, Status: notify.Accepted, Shown: d.Want}
		}, notify.Accepted},
		{"accepted, never to be changed", func(d notify.Delivery) notify.Settlement {
			s := sent(d)
			s.Fixed = true
			return s
		}, notify.Accepted},
		{"failed for now", func(d notify.Delivery) notify.Settlement {
			return notify.Settlement{DeliveryID: d.ID, Status: notify.Retrying}
		}, notify.Retrying},
		{"failed for good", func(d notify.Delivery) notify.Settlement {
			return notify.Settlement{DeliveryID: d.ID, Status: notify.Dead}
		}, notify.Dead},
	} {
		t.Run(tc.name, func(t *testing.T) {
			onEach(t, func(t engineTest, s *store.Store) {
				recordTo(t, s, "1", "lisi")
				d := claim(t, s, "w", 1, noon)[0].Delivery
				e := entry("2")
				record(t, s, e, refreshing(e, notify.Feishu))
				settle(t, s, "w", noon, tc.settle(d))
				if got := read(t, s, d.ID); got.Status != tc.want || got.Want != "evt_2" {
					t.Errorf("got %s wanting %s, want %s wanting evt_2", got.Status, got.Want, tc.want)
				}
			})
		})
	}
}

// One that may be out says its own event once more, so that it is found, and then the newest.
func TestARefreshReachesAMessageOfWhichNobodyKnowsWhetherItIsOut(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		d := claim(t, s, "w", 1, noon)[0].Delivery
		settle(t, s, "w", noon, notify.Settlement{DeliveryID: d.ID, Status: notify.Retrying, Unknown: true})
		e := entry("2")
		record(t, s, e, refreshing(e, notify.Feishu))
		again := claim(t, s, "w", 1, noon)
		if len(again) != 1 || again[0].Event.ID != "1" || again[0].Delivery.UnknownSince.IsZero() {
			t.Fatalf("got %+v, want event 1 to be said once more", again)
		}
		settle(t, s, "w", noon, sent(again[0].Delivery))
		update := claim(t, s, "w", 1, noon)
		if len(update) != 1 || update[0].Event.ID != "2" || update[0].Delivery.MessageID == "" {
			t.Errorf("got %+v, want the message to show event 2 then", update)
		}
	})
}

func TestARefreshLeavesAMessageAloneThatCanNeverBeChanged(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		recordTo(t, s, "1", "lisi")
		d := claim(t, s, "w", 1, noon)[0].Delivery
		fixed := sent(d)
		fixed.Fixed = true
		settle(t, s, "w", noon, fixed)
		e := entry("2")
		record(t, s, e, refreshing(e, notify.Feishu))
		if got := read(t, s, d.ID); got.Status != notify.Accepted || got.Want != "evt_1" {
			t.Errorf("got %s wanting %s, want accepted wanting evt_1", got.Status, got.Want)
		}
	})
}

func TestARefreshLeavesTheRestAlone(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		first, other, second := entry("1"), entry("other"), entry("2")
		other.Event.Ticket.Key = "2048"
		waits := delivery(first, "waits", notify.Feishu)
		gone := delivery(first, "gone", notify.Feishu)
		gone.Status = notify.Dead
		mail := delivery(first, "mail", notify.Mail)
		mail.Status, mail.MessageID = notify.Accepted, "<1@corp.com>"
		elsewhere := delivery(other, "elsewhere", notify.Feishu)
		elsewhere.Status, elsewhere.MessageID = notify.Accepted, "om_1"
		record(t, s, first, planned(first, waits, gone, mail))
		record(t, s, other, planned(other, elsewhere))
		record(t, s, second, refreshing(second, notify.Feishu))
		waits.Want = second.ID // once it has said its own event
		for _, d := range []notify.Delivery{waits, gone, mail, elsewhere} {
			if got := read(t, s, d.ID); got.Want != d.Want || got.Status != d.Status || !got.Deadline.Equal(d.Deadline) {
				t.Errorf("got %s %s wanting %s, want %s wanting %s", d.Person, got.Status, got.Want, d.Status, d.Want)
			}
		}
	})
}
