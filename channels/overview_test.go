package channels_test

import (
	"testing"
	"time"

	"ticketbell/notify"
)

func TestTheOverviewGoesBackAsFarAsAskedAndHealthADay(t *testing.T) {
	h := open(t)
	now := time.Now()
	attempted := func(ago time.Duration, n int) notify.Beat {
		return notify.Beat{Slot: now.Add(-ago).Truncate(notify.PulseSlot), Channel: notify.Mail, Measure: "ok", N: n}
	}
	beats := []notify.Beat{attempted(time.Minute, 1), attempted(20*time.Hour, 10), attempted(50*time.Hour, 100)}
	if err := h.store.AddPulse(t.Context(), beats, nil); err != nil {
		t.Fatal(err)
	}
	for hours, want := range map[int]int{6: 1, 24: 11, 72: 111} {
		o, err := h.Overview(t.Context(), hours)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, hour := range o.Hours {
			sum += hour.OK
		}
		if sum != want || len(o.Hours) != hours*len(notify.Channels()) {
			t.Errorf("%d hours: got %d attempts in %d rows, want %d in %d", hours, sum, len(o.Hours), want, hours*len(notify.Channels()))
		}
		if got := o.Channels[notify.Mail].Accepted; got != 11 {
			t.Errorf("%d hours: got %d accepted in mail's health, want the 11 of a day", hours, got)
		}
	}
}
