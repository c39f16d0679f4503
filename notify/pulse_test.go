package notify_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
)

// countsKeeper keeps what it is given.
type countsKeeper struct {
	beats  map[string]int
	vitals map[notify.Channel]notify.Vitals
}

func (k *countsKeeper) AddPulse(_ context.Context, beats []notify.Beat, vitals []notify.Vitals) error {
	for _, b := range beats {
		k.beats[string(b.Channel)+" "+b.Measure] += b.N
	}
	for _, v := range vitals {
		k.vitals[v.Channel] = v
	}
	return nil
}

func TestAttemptsAreCountedTogether(t *testing.T) {
	k := &countsKeeper{beats: map[string]int{}, vitals: map[notify.Channel]notify.Vitals{}}
	p := &notify.Pulse{Keeper: k, Log: slog.New(slog.DiscardHandler)}
	at := time.Date(2026, 10, 1, 12, 3, 0, 0, time.UTC)
	for i, a := range []notify.Attempt{
		{Number: 1, Outcome: "accepted"},
		{Number: 1, Outcome: "config", Code: "wecom.60020", Message: "from ip"},
		{Number: 2, Outcome: "config", Code: "wecom.60020", Message: "from ip"},
	} {
		a.StartedAt = at.Add(time.Duration(i) * time.Second)
		p.Attempted(notify.WeCom, a)
	}
	p.Flush(t.Context())
	p.Flush(t.Context()) // nothing is counted twice
	for measure, want := range map[string]int{"wecom ok": 1, "wecom bad:config": 2, "wecom code:wecom.60020": 2, "wecom took:AA": 3} {
		if k.beats[measure] != want {
			t.Errorf("got %d of %s, want %d: %v", k.beats[measure], measure, want, k.beats)
		}
	}
	v := k.vitals[notify.WeCom]
	if v.Streak != 2 || !v.Since.Equal(at.Add(time.Second)) || !v.OKAt.Equal(at) || v.Code != "wecom.60020" {
		t.Errorf("got %+v, want a streak of two since the first refusal", v)
	}
}

func TestADurationIsCountedWithItsLike(t *testing.T) {
	k := &countsKeeper{beats: map[string]int{}, vitals: map[notify.Channel]notify.Vitals{}}
	for _, d := range []time.Duration{0, time.Millisecond, 80 * time.Millisecond, 1500 * time.Millisecond, 10 * time.Minute} {
		clear(k.beats)
		p := &notify.Pulse{Keeper: k, Log: slog.New(slog.DiscardHandler)}
		p.Attempted(notify.Mail, notify.Attempt{Number: 1, Outcome: "accepted", Duration: d})
		p.Flush(t.Context())
		var most time.Duration
		for measure := range k.beats {
			_, name, _ := strings.Cut(measure, " ")
			most = max(most, notify.TookAtMost(name))
		}
		if most < d || float64(most) > 1.2501*float64(max(d, time.Millisecond)) {
			t.Errorf("got %s said to take at most %s, want at most a quarter more", d, most)
		}
	}
	if got := notify.TookAtMost("code:mail.535"); got != 0 {
		t.Errorf("got %s for another measure, want 0", got)
	}
}
