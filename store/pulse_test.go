package store_test

import (
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestCountsOfAllReplicasAddUp(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		beat := notify.Beat{Slot: noon, Channel: notify.Mail, Measure: "ok", N: 2}
		old := notify.Beat{Slot: noon.AddDate(0, 0, -9), Channel: notify.Mail, Measure: "ok", N: 7}
		for range 3 {
			add(t, s, []notify.Beat{beat, old}, notify.Vitals{Channel: notify.Mail, OKAt: noon})
		}
		got, err := s.Pulse(t.Context(), time.Time{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].N != 6 || !got[0].Slot.Equal(noon) || got[0].Channel != notify.Mail {
			t.Errorf("got %+v, want 6 at noon, and nothing of nine days ago", got)
		}
	})
}

func TestCountsOfAnHourAddUpExceptOfLateAndAroundATest(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
		var beats []notify.Beat
		for _, minute := range []int{-60, -5, 0, 5, 10, 15, 45, 50} {
			beats = append(beats, notify.Beat{Slot: at(minute), Channel: notify.Mail, Measure: "ok", N: 1})
		}
		add(t, s, beats, notify.Vitals{Channel: notify.Mail, OKAt: noon})
		if err := s.ClearPulse(t.Context(), notify.Mail, at(10)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Pulse(t.Context(), at(-60), at(45))
		if err != nil {
			t.Fatal(err)
		}
		want := []notify.Beat{{Slot: at(-60), N: 2}, {Slot: at(0), N: 2}, {Slot: at(10), N: 2}, {Slot: at(45), N: 1}, {Slot: at(50), N: 1}}
		same := func(a, b notify.Beat) bool { return a.Slot.Equal(b.Slot) && a.N == b.N }
		if !slices.EqualFunc(got, want, same) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestAStreakGoesOnUntilSomethingSucceeds(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
		bad := func(minute, streak int) notify.Vitals {
			return notify.Vitals{Channel: notify.WeCom, FailedAt: at(minute), Code: "wecom.60020", Message: "from ip", Class: "config", Streak: streak, Since: at(minute)}
		}
		vitals := func() notify.Vitals {
			t.Helper()
			all, err := s.Vitals(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all[notify.WeCom]
		}
		add(t, s, nil, bad(1, 2))
		add(t, s, nil, bad(2, 1))
		if v := vitals(); v.Streak != 3 || !v.Since.Equal(at(1)) || !v.FailedAt.Equal(at(2)) || v.Code != "wecom.60020" {
			t.Errorf("got %+v, want three in a row since the first", v)
		}
		mixed := bad(4, 1)
		mixed.OKAt = at(3)
		add(t, s, nil, mixed)
		if v := vitals(); v.Streak != 1 || !v.Since.Equal(at(4)) || !v.OKAt.Equal(at(3)) {
			t.Errorf("got %+v, want one since the success", v)
		}
		if err := s.ClearPulse(t.Context(), notify.WeCom, at(5)); err != nil {
			t.Fatal(err)
		}
		if v := vitals(); v.Streak != 0 || !v.Since.IsZero() || !v.ClearedAt.Equal(at(5)) || v.Code == "" {
			t.Errorf("got %+v, want it cleared, and the last error still known", v)
		}
	})
}

func TestAFailedTestIsKeptUntilAnotherSucceeds(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		rec := withSecret("right")
		rec.SwitchedAt, rec.SwitchedBy = noon, "admin"
		if err := s.PutChannel(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		if got := readChannel(t, s); !got.SwitchedAt.Equal(noon) || got.SwitchedBy != "admin" {
			t.Errorf("got it switched at %s by %q, want at noon by admin", got.SwitchedAt, got.SwitchedBy)
		}
		failed := notify.FailedTest{At: noon, Code: "feishu.230006", Message: "bot", Class: "config"}
		known := func() notify.Vitals {
			t.Helper()
			all, err := s.Vitals(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all[notify.Feishu]
		}
		failing := func() int {
			t.Helper()
			a, err := s.Attention(t.Context(), noon)
			if err != nil {
				t.Fatal(err)
			}
			return len(a.Failing)
		}
		do := func(what string, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		do("forget what nobody knows", s.ForgetTest(t.Context(), notify.Feishu, false))
		do("fail", s.FailTest(t.Context(), notify.Feishu, failed))
		do("see", s.SawAddress(t.Context(), notify.Feishu, "203.0.113.7", noon))
		do("check", s.ForgetTest(t.Context(), notify.Feishu, true))
		if v := known(); v.Tested != failed || v.SeenIP != "203.0.113.7" || !v.SeenIPAt.Equal(noon) || failing() != 1 {
			t.Errorf("got %+v, want the failed test, and the address", v)
		}
		do("clear", s.ClearPulse(t.Context(), notify.Feishu, noon))
		if v := known(); !v.Tested.At.IsZero() || failing() != 0 {
			t.Errorf("got %+v, want the failed test forgotten", v)
		}
		do("fail early", s.FailTest(t.Context(), notify.Feishu, notify.FailedTest{At: noon, Early: true}))
		do("check", s.ForgetTest(t.Context(), notify.Feishu, true))
		if v := known(); !v.Tested.At.IsZero() {
			t.Errorf("got %+v, want what a check found taken back by a check", v)
		}
	})
}

func add(t engineTest, s *store.Store, beats []notify.Beat, v notify.Vitals) {
	t.Helper()
	if err := s.AddPulse(t.Context(), beats, []notify.Vitals{v}); err != nil {
		t.Fatal(err)
	}
}

func TestTheQueueIsCountedByWhatWaits(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if empty, err := s.Queue(t.Context()); err != nil || len(empty) != 0 {
			t.Errorf("got %v, %v; want nothing in an empty house", empty, err)
		}
		waiting := recordTo(t, s, "1", "a", "b", "c")
		claimed := claim(t, s, "lease", 2, noon)
		settle(t, s, "lease", noon,
			notify.Settlement{DeliveryID: claimed[0].Delivery.ID, Status: notify.Dead, Code: "feishu.230013"},
			notify.Settlement{DeliveryID: claimed[1].Delivery.ID, Status: notify.Retrying, Wait: time.Hour})
		got, err := s.Queue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d := got[waiting[0].Channel]
		if d.Waiting != 2 || d.Retrying != 1 || d.Dead != 1 || d.OldestAt.IsZero() {
			t.Errorf("got %+v, want two waiting, one of them again, and one dead", d)
		}
	})
}

func TestTheCensusFindsWhoCannotBeReached(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, u := range []ticket.User{
			{Person: ticket.Person{Username: "a", Email: "a@corp.com"}},
			{Person: ticket.Person{Username: "b"}},
			{Person: ticket.Person{Username: "c"}, WeComUserID: "c"},
			{Person: ticket.Person{Username: "d"}, Disabled: true},
		} {
			u.Role = ticket.Member
			if err := s.CreateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Census(t.Context()); err != nil || got != (notify.Census{People: 3}) {
			t.Errorf("got %+v, %v; want three people, and nobody counted while no channel is on", got, err)
		}
		switchOn(t, s, notify.WeCom, notify.Mail)
		if got, err := s.Census(t.Context()); err != nil || got != (notify.Census{People: 3, Unreachable: 1}) {
			t.Errorf("got %+v, %v; want three people, b without any address", got, err)
		}
		recordTo(t, s, "1", "b")
		if got, err := s.Census(t.Context()); err != nil || !got.Events || got.WaitedFor != 1 {
			t.Errorf("got %+v, %v; want to know of an event, and that it waits for b", got, err)
		}
		if got, err := s.Attention(t.Context(), noon); err != nil || got.Unreachable != 1 {
			t.Errorf("got %+v, %v; want b named among what needs somebody", got, err)
		}
	})
}
