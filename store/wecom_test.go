package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

// liveCard is a card that two people have.
func liveCard(messageID string) notify.CardRecord {
	return notify.CardRecord{
		MessageID: messageID, TaskID: "evt_1@zh-" + messageID, Addresses: []string{"LiSi", "wangwu"}, Shown: "evt_1", Look: "first", Live: true,
	}
}

func keep(t engineTest, s *store.Store, c notify.CardRecord, code string) {
	t.Helper()
	if err := s.KeepCard(t.Context(), c, code, noon.Add(72*time.Hour)); err != nil {
		t.Fatal(err)
	}
}

func wantTaken(t engineTest, s *store.Store, messageID, look, want string, wantAgain bool) {
	t.Helper()
	got, err := s.TakeCode(t.Context(), notify.CardRecord{MessageID: messageID, Look: look}, noon)
	if err != nil || got.Code != want || got.Again != wantAgain {
		t.Errorf("got code %+v, %v, want %q again %t", got, err, want, wantAgain)
	}
}

func must(t engineTest, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACardIsRememberedWithItsCodes(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		c := liveCard("m1")
		keep(t, s, c, "send")
		keep(t, s, c, "send") // the same call, answered again
		must(t, s.AddCode(t.Context(), c.TaskID, "press", noon.Add(73*time.Hour)))
		must(t, s.AddCode(t.Context(), "evt_9@zh-0", "stray", noon.Add(73*time.Hour)))
		c.Codes = 2
		got, err := s.Card(t.Context(), "m1", noon)
		if diff := cmp.Diff(c, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if got, _ := s.Card(t.Context(), "m1", noon.Add(72*time.Hour)); got.Codes != 1 {
			t.Errorf("got %d codes after 72 hours, want the later one", got.Codes)
		}
		if _, err := s.Card(t.Context(), "m2", noon); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want not found", err)
		}
	})
}

func TestACodeIsSetAsideForOneLookAndWorksOnce(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		c := liveCard("m1")
		keep(t, s, c, "send")
		must(t, s.AddCode(t.Context(), c.TaskID, "press", noon.Add(73*time.Hour)))
		wantTaken(t, s, "m1", "passed", "send", false)
		wantTaken(t, s, "m1", "passed", "send", true)  // no answer came: the same one again
		wantTaken(t, s, "m1", "done", "press", false)  // another look gets another code
		must(t, s.SpendCode(t.Context(), "press"))     //
		wantTaken(t, s, "m1", "closed", "send", false) // what was set aside is better than nothing
		must(t, s.FreeCode(t.Context(), "send"))
		wantTaken(t, s, "m1", "passed", "send", false)
		must(t, s.SpendCode(t.Context(), "send"))
		if _, err := s.TakeCode(t.Context(), notify.CardRecord{MessageID: "m1", Look: "passed"}, noon); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want none left", err)
		}
	})
}

// TestNobodyIsSureOfACardAfterCallsWithoutAnAnswer: each may have made it look as it wanted,
// until one is known to have.
func TestNobodyIsSureOfACardAfterCallsWithoutAnAnswer(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		c := liveCard("m1")
		keep(t, s, c, "send")
		must(t, s.AddCode(t.Context(), c.TaskID, "press", noon.Add(73*time.Hour)))
		must(t, s.AddCode(t.Context(), c.TaskID, "press again", noon.Add(74*time.Hour)))
		want := func(codes, tried int, unsure bool) {
			t.Helper()
			got, err := s.Card(t.Context(), "m1", noon)
			if err != nil || got.Codes != codes || got.Tried != tried || got.Unsure != unsure {
				t.Errorf("got %+v, %v, want %d codes, %d of them tried, unsure %t", got, err, codes, tried, unsure)
			}
		}
		want(3, 0, false)
		wantTaken(t, s, "m1", "passed", "send", false)
		wantTaken(t, s, "m1", "done", "press", false)
		want(3, 2, true)
		wantTaken(t, s, "m1", "passed", "send", false) // "done" may be what it shows by now
		must(t, s.ShowCard(t.Context(), c, "press again"))
		want(2, 2, false)
		wantTaken(t, s, "m1", "passed", "send", false) // it may have been used up before
		want(2, 2, true)
	})
}

func TestACardIsFoundByTheTaskItShowsNow(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		c := liveCard("m1")
		keep(t, s, c, "send")
		c.TaskID, c.Shown, c.Look, c.Live = "evt_2@zh-1", "evt_2", "second", false
		must(t, s.ShowCard(t.Context(), c, ""))
		must(t, s.AddCode(t.Context(), "evt_2@zh-1", "press", noon.Add(time.Hour)))
		c.Codes = 2
		got, err := s.Card(t.Context(), "m1", noon)
		if diff := cmp.Diff(c, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestAPressOnWhatAnUnheardChangeMadeOfACardBringsACode(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		c := liveCard("m1")
		keep(t, s, c, "send")
		next := notify.CardRecord{MessageID: "m1", TaskID: "evt_2@zh-1", Look: "second", Live: true}
		for range 2 { // the answer is lost, and asked for again
			if _, err := s.TakeCode(t.Context(), next, noon); err != nil {
				t.Fatal(err)
			}
		}
		must(t, s.SpendCode(t.Context(), "send"))
		must(t, s.AddCode(t.Context(), next.TaskID, "press", noon.Add(time.Hour)))
		if got, err := s.Card(t.Context(), "m1", noon); err != nil || got.Codes != 1 || got.Tried != 0 {
			t.Errorf("got %+v, %v, want the press's code", got, err)
		}
	})
}

// TestAPressOnACardThatStandsBehindCatchesUp: the code that comes with it changes the card.
func TestAPressOnACardThatStandsBehindCatchesUp(t *testing.T) {
	for name, tc := range map[string]struct {
		shown string
		want  notify.Status
	}{"behind": {"evt_1", notify.Queued}, "up to date": {"evt_2", notify.Accepted}} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t engineTest, s *store.Store) {
				first, second := entry("1"), entry("2")
				d := delivery(first, "lisi", notify.WeCom)
				d.Status, d.MessageID, d.Shown = notify.Accepted, "m1", "evt_1"
				record(t, s, first, planned(first, d))
				record(t, s, second, refreshing(second, notify.WeCom))
				claimed, err := s.Claim(t.Context(), notify.WeCom, 1, "w", time.Second)
				must(t, err)
				settle(t, s, "w", noon, notify.Settlement{DeliveryID: claimed[0].Delivery.ID, Status: notify.Accepted, Shown: tc.shown})

				keep(t, s, liveCard("m1"), "send")
				must(t, s.AddCode(t.Context(), liveCard("m1").TaskID, "press", noon.Add(time.Hour)))
				if got := read(t, s, d.ID); got.Status != tc.want {
					t.Errorf("got %s, want %s", got.Status, tc.want)
				}
			})
		})
	}
}

func TestACardKnowsWhatItsDeliveriesShouldShow(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		first, second := entry("2"), entry("1") // accepted by two replicas: their ids do not sort as they came
		d := delivery(first, "lisi", notify.WeCom)
		d.Status, d.MessageID = notify.Accepted, "m1"
		record(t, s, first, planned(first, d))
		keep(t, s, liveCard("m1"), "send")
		want := func(e notify.Entry) {
			t.Helper()
			if got, err := s.Card(t.Context(), "m1", noon); err != nil || got.Wanted != e.ID {
				t.Errorf("got a card that should show %q, %v, want %s", got.Wanted, err, e.ID)
			}
		}
		want(first)
		record(t, s, second, refreshing(second, notify.WeCom))
		want(second)
	})
}

func TestACallbackIsRememberedForADay(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		want := func(id string, want bool) {
			t.Helper()
			if got, err := s.HasCallback(t.Context(), id); got != want || err != nil {
				t.Errorf("%s: got known %t, %v, want %t", id, got, err, want)
			}
		}
		want("msg:1\x00", false)
		must(t, s.KeepCallback(t.Context(), "msg:1\x00", noon))
		must(t, s.KeepCallback(t.Context(), "msg:1\x00", noon))
		must(t, s.KeepCallback(t.Context(), "msg:2", noon.Add(8*time.Hour)))
		want("msg:1\x00", true)
		must(t, s.KeepCallback(t.Context(), "msg:3", noon.Add(25*time.Hour)))
		want("msg:1\x00", false)
		want("msg:2", true)
	})
}

func TestACardIsPurgedAfterItsDeliveries(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		d := delivery(e, "lisi", notify.WeCom)
		d.Status, d.MessageID = notify.Accepted, "m1"
		record(t, s, e, planned(e, d))
		keep(t, s, liveCard("m1"), "1")
		keep(t, s, liveCard("gone"), "2")
		if _, err := s.Purge(t.Context(), noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Card(t.Context(), "gone", noon); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want the card gone with its deliveries", err)
		}
		if _, err := s.TakeCode(t.Context(), notify.CardRecord{MessageID: "gone", Look: "x"}, noon); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want its codes gone too", err)
		}
	})
}
