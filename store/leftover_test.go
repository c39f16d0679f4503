package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

// waitOn records an event with one delivery of that state for each person and channel.
func waitOn(t engineTest, s *store.Store, ds ...notify.Delivery) []notify.Delivery {
	t.Helper()
	e := entry("1")
	return record(t, s, e, planned(e, ds...)).Deliveries
}

// on is a delivery of event 1, changed as told.
func on(person string, ch notify.Channel, change func(*notify.Delivery)) notify.Delivery {
	d := delivery(entry("1"), person, ch)
	if change != nil {
		change(&d)
	}
	return d
}

// enabled switches Feishu and the other channels on.
func enabled(t engineTest, s *store.Store, others ...notify.Channel) notify.ChannelRecord {
	t.Helper()
	for _, rec := range append([]notify.ChannelRecord{withSecret("right")}, recordsOf(others)...) {
		if err := s.PutChannel(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	off := withSecret("right")
	off.Version, off.Enabled = 1, false
	return off
}

func recordsOf(chs []notify.Channel) []notify.ChannelRecord {
	var recs []notify.ChannelRecord
	for _, ch := range chs {
		recs = append(recs, notify.ChannelRecord{Channel: ch, Enabled: true})
	}
	return recs
}

// fates are who has what, in which state and why.
func fates(t engineTest, s *store.Store) map[string]string {
	t.Helper()
	items, _, err := s.Deliveries(t.Context(), notify.DeliveryFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range items {
		got[d.Person+" "+string(d.Channel)] = string(d.Status) + " " + d.Reason
	}
	return got
}

func TestWhatWaitsGoesAnotherWayWhenItsChannelIsSwitchedOff(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		off := enabled(t, s, notify.Mail)
		accepted := func(d *notify.Delivery) { d.Status, d.MessageID = notify.Accepted, "om_1" }
		waitOn(t, s,
			on("alone", notify.Feishu, nil),
			on("both", notify.Feishu, nil), on("both", notify.Mail, nil),
			on("told", notify.Feishu, nil), on("told", notify.WeCom, accepted),
			on("offside", notify.Feishu, nil), on("offside", notify.WeCom, nil), // which is off
			on("dead", notify.Feishu, nil), on("dead", notify.Mail, func(d *notify.Delivery) { d.Status = notify.Dead }),
			on("mailless", notify.Feishu, func(d *notify.Delivery) { d.To.Email = "" }),
			on("out", notify.Feishu, accepted),
		)
		left, err := s.SwitchOff(t.Context(), off, notify.RerouteWaiting, []notify.Channel{notify.Mail})
		if want := (notify.Left{Rerouted: 2, Elsewhere: 2, Stranded: 2}); err != nil || left != want {
			t.Errorf("got %+v, %v, want %+v", left, err, want)
		}
		want := map[string]string{
			"alone feishu": "canceled rerouted", "alone mail": "queued ",
			"both feishu": "canceled told_elsewhere", "both mail": "queued ",
			"told feishu": "canceled told_elsewhere", "told wecom": "accepted ",
			"offside feishu": "canceled rerouted", "offside mail": "queued ", "offside wecom": "queued ",
			"dead feishu": "skipped no_other_channel", "dead mail": "dead ",
			"mailless feishu": "skipped no_other_channel",
			"out feishu":      "accepted ",
		}
		if got := fates(t, s); !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got))
		}
		if readChannel(t, s).Enabled {
			t.Error("got the channel on, want it off in the same transaction")
		}
		if again, err := s.SwitchOff(t.Context(), off, notify.DiscardWaiting, nil); !errors.Is(err, store.ErrConflict) || again != (notify.Left{}) {
			t.Errorf("got %+v, %v from a version that is no more, want ErrConflict", again, err)
		}
	})
}

func TestARerouteIsSentAndNotHeldBack(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		off := enabled(t, s, notify.Mail)
		waitOn(t, s, on("lisi", notify.Feishu, nil))
		if _, err := s.SwitchOff(t.Context(), off, notify.RerouteWaiting, []notify.Channel{notify.Mail}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Claim(t.Context(), notify.Mail, 5, "lease", time.Minute)
		if err != nil || len(got) != 1 || got[0].Delivery.Person != "lisi" || got[0].Event.ID != "1" {
			t.Errorf("got %+v, %v, want lisi's message of the event, at once", got, err)
		}
	})
}

func TestWhatWaitsIsKeptOrCalledOffAsAsked(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		off := enabled(t, s)
		ds := recordTo(t, s, "1", "a", "b", "c")
		held := claim(t, s, "lease", 1, noon)
		left, err := s.SwitchOff(t.Context(), off, notify.KeepWaiting, nil)
		if err != nil || left != (notify.Left{Kept: 2}) {
			t.Errorf("got %+v, %v, want the two kept that nobody sends", left, err)
		}
		off.Version = 2
		left, err = s.SwitchOff(t.Context(), off, notify.DiscardWaiting, nil)
		if err != nil || left != (notify.Left{Discarded: 2}) {
			t.Errorf("got %+v, %v, want two called off", left, err)
		}
		settle(t, s, "lease", noon, sent(held[0].Delivery))
		for _, d := range ds {
			want := "canceled discarded"
			if d.ID == held[0].Delivery.ID {
				want = "accepted " // it was on its way
			}
			if got := read(t, s, d.ID); string(got.Status)+" "+got.Reason != want {
				t.Errorf("got %s %s %s, want %s", d.Person, got.Status, got.Reason, want)
			}
		}
	})
}
