package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// approval is what lisi pressed on the card of ticket 1024.
func approval(id string) notify.Decision {
	return notify.Decision{
		ID: "dec_" + id, Ticket: "tkt_1024", State: "waiting_review/1", Action: cards.Approve,
		By: ticket.Person{Username: "lisi", Name: "李四"}, Channel: notify.Feishu, Address: "ou_lisi", Press: id, Language: cards.Chinese,
		Status: notify.Asking, Due: noon.Add(40 * time.Second), Deadline: noon.Add(time.Hour), At: noon,
	}
}

// inReview records ticket 1024 with a card of lisi's that is out.
func inReview(t engineTest, s *store.Store) notify.Delivery {
	d := recordTo(t, s, "1024-1", "lisi")[0]
	settle(t, s, "w", noon, sent(claim(t, s, "w", 10, noon)[0].Delivery))
	return d
}

func decide(t engineTest, s *store.Store, d notify.Decision) notify.Decision {
	t.Helper()
	stands, err := s.Decide(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return stands
}

// moved is the event that moves ticket 1024 on, by that person.
func moved(id, by string) (notify.Entry, func(notify.Known) notify.Plan) {
	e := entry(id)
	e.Event.Kind, e.Event.Actor = ticket.KindPassed, ticket.Person{Username: by}
	e.Event.Ticket.Step.Index = 2
	return e, func(k notify.Known) notify.Plan {
		p := refreshing(e, notify.Feishu)(k)
		p.Turn = k.Turn + 1
		return p
	}
}

func TestOneDecisionHoldsATurn(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		stands := make([]notify.Decision, 20)
		var presses sync.WaitGroup
		for i := range stands {
			presses.Go(func() {
				var err error
				if stands[i], err = s.Decide(t.Context(), approval(fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			})
		}
		presses.Wait()
		for i, d := range stands {
			if d.ID != stands[0].ID {
				t.Errorf("got %s for press %d, want %s as for all", d.ID, i, stands[0].ID)
			}
		}
	})
}

func TestADecisionThatWasRefusedHoldsNothing(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		first := decide(t, s, approval("1"))
		first.Status, first.Message = notify.Refused, "no"
		if got, err := s.Rule(t.Context(), first, noon); err != nil || got.Status != notify.Refused || got.Tell {
			t.Fatalf("got %s, tell %v, %v, want it refused with nobody to tell", got.Status, got.Tell, err)
		}
		if got := decide(t, s, approval("2")); got.ID != "dec_2" {
			t.Errorf("got %s, want the second press to count", got.ID)
		}
		if got := decide(t, s, approval("1")); got.ID != "dec_1" || got.Message != "no" {
			t.Errorf("got %s %q for the first press once more, want what became of it", got.ID, got.Message)
		}
	})
}

func TestATurnThatIsOverIsNotDecided(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		e, plan := moved("1024-2", "wangwu")
		record(t, s, e, plan)
		if _, err := s.Decide(t.Context(), approval("1")); !errors.Is(err, store.ErrConflict) {
			t.Errorf("got %v, want a conflict", err)
		}
	})
}

func TestCardsShowThatADecisionIsInProgressAndGetTheirButtonsBack(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		out := inReview(t, s)
		d := decide(t, s, approval("1"))
		if stands, err := s.ShowDecision(t.Context(), d, noon); err != nil || !stands.Shown {
			t.Fatalf("got shown %v, %v", stands.Shown, err)
		}
		notices := claim(t, s, "w2", 10, noon)
		if len(notices) != 1 || notices[0].Delivery.ID != out.ID || notices[0].Pending == nil || notices[0].Pending.By != "李四" {
			t.Fatalf("got %+v, want the card that is out, with who pressed", notices)
		}
		d.Status = notify.Refused // while the card is on its way
		if stands, err := s.Rule(t.Context(), d, noon); err != nil || !stands.Tell || !stands.Due.Equal(noon) {
			t.Errorf("got tell %v due %v, %v, want whoever pressed told", stands.Tell, stands.Due, err)
		}
		settle(t, s, "w2", noon, sent(notices[0].Delivery))
		again := claim(t, s, "w3", 10, noon)
		if len(again) != 1 || again[0].Pending != nil {
			t.Errorf("got %+v, want the card once more, without the decision", again)
		}
	})
}

func TestAnEventEndsTheDecisionsOfTheTurnBefore(t *testing.T) {
	for _, tt := range []struct {
		by   string
		kind ticket.Kind
		want notify.DecisionStatus
	}{
		{"lisi", ticket.KindPassed, notify.Decided},
		{"", ticket.KindPassed, notify.Decided},
		{"robot", ticket.KindPassed, notify.Decided},
		{"robot", ticket.KindRejected, notify.Refused},
	} {
		t.Run(string(tt.kind)+" by "+tt.by, func(t *testing.T) {
			onEach(t, func(t engineTest, s *store.Store) {
				inReview(t, s)
				d := decide(t, s, approval("1"))
				e, plan := moved("1024-2", tt.by)
				e.Event.Kind = tt.kind
				record(t, s, e, plan)
				got, err := s.DecisionOf(t.Context(), notify.Feishu, "1")
				if err != nil || got.Status != tt.want || !got.Due.IsZero() {
					t.Errorf("got %s due %v, %v, want %s and nothing left to do", got.Status, got.Due, err, tt.want)
				}
				d.Status = notify.Decided // the platform's own word comes last
				if stands, err := s.Rule(t.Context(), d, noon); err != nil || stands.Status != notify.Decided {
					t.Errorf("got %s, %v, want the platform's word to stand", stands.Status, err)
				}
			})
		})
	}
}

func TestADueDecisionIsTakenByOne(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		decide(t, s, approval("1"))
		later := noon.Add(time.Minute)
		if got, err := s.ClaimDecisions(t.Context(), 10, noon, later); err != nil || len(got) != 0 {
			t.Errorf("got %d, %v before it is due, want none", len(got), err)
		}
		for i, want := range []int{1, 0} {
			got, err := s.ClaimDecisions(t.Context(), 10, later, later.Add(time.Minute))
			if err != nil || len(got) != want {
				t.Errorf("got %d, %v at look %d, want %d", len(got), err, i, want)
			}
		}
	})
}

func TestAPressFindsItsCardByMessageOrEvent(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		out := inReview(t, s)
		for _, p := range []notify.Press{
			{Channel: notify.Feishu, MessageID: "om_" + out.ID},
			{Channel: notify.WeCom, Notice: "evt_1024-1"},
			{Channel: notify.Feishu, MessageID: "om_unknown", Notice: "evt_1024-1"},
		} {
			got, err := s.Pressed(t.Context(), p)
			if err != nil || got.ID != "tkt_1024" || got.CardState != "waiting_review/1" || got.Event.ID != "1024-1" {
				t.Errorf("got %+v, %v for %+v, want ticket 1024", got, err, p)
			}
		}
		for _, p := range []notify.Press{{Channel: notify.WeCom, MessageID: "om_" + out.ID}, {Channel: notify.Feishu}, {Channel: notify.WeCom, Notice: "evt_x"}} {
			if _, err := s.Pressed(t.Context(), p); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("got %v for %+v, want ErrNotFound", err, p)
			}
		}
	})
}

func TestADecisionIsPurgedOnceItsTurnIsOver(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		inReview(t, s)
		d := decide(t, s, approval("1"))
		d.Status, d.Due = notify.Decided, time.Time{}
		if _, err := s.Rule(t.Context(), d, noon); err != nil {
			t.Fatal(err)
		}
		purge := func() {
			t.Helper()
			if _, err := s.Purge(t.Context(), noon.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		purge()
		if got := decide(t, s, approval("2")); got.ID != "dec_1" {
			t.Errorf("got %s for a second press, want the decision kept while its turn waits", got.ID)
		}
		e, plan := moved("1024-2", "wangwu")
		record(t, s, e, plan)
		purge()
		if _, err := s.Rule(t.Context(), d, noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v of the decision on a turn that is over, want it gone", err)
		}
	})
}
