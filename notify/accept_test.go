package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// fates are the deliveries of a receipt as "person channel status reason".
func fates(r notify.Receipt) []string {
	var all []string
	for _, d := range r.Deliveries {
		line := d.Person + " " + string(d.Channel) + " " + string(d.Status)
		if d.Reason != "" {
			line += " " + d.Reason
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

func wantFates(t *testing.T, r notify.Receipt, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, fates(r)); diff != "" {
		t.Errorf("deliveries, want -, got +:\n%s", diff)
	}
}

func TestEveryListenerGetsADeliveryOnEveryChannelThatIsOn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu, notify.Mail)
		wantFates(t, h.accept(submitted("lisi", "wangwu")),
			"lisi feishu queued", "lisi mail queued", "wangwu feishu queued", "wangwu mail queued")
	})
}

func TestARepeatedEventGivesTheFirstReceipt(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.accept(submitted("lisi"))
		again := submitted("lisi", "wangwu")
		again.Ticket.Title = "said differently"
		second := h.accept(again)
		if first.Replayed || !second.Replayed {
			t.Errorf("got replayed %v and %v, want false and true", first.Replayed, second.Replayed)
		}
		second.Replayed = false
		if diff := cmp.Diff(fates(first), fates(second)); diff != "" || first.EventID != second.EventID || first.TicketID != second.TicketID {
			t.Errorf("got %v, want the first receipt %v", second, first)
		}
		h.one("lisi", notify.Mail)
		if got := h.of("wangwu", notify.Mail); len(got) != 0 {
			t.Errorf("got %d deliveries to wangwu, want none from a repeat", len(got))
		}
	})
}

func TestTheSameIdOfAnotherSourceIsAnotherEvent(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.accept(submitted("lisi"))
		other := submitted("lisi")
		other.Source = "jira"
		if second := h.accept(other); second.Replayed || second.TicketID == first.TicketID {
			t.Errorf("got %+v, want a new ticket beside %s", second, first.TicketID)
		}
	})
}

func TestAnEventWithoutAnIdIsNeverARepeat(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		ev := submitted("lisi")
		ev.ID = ""
		if first, second := h.accept(ev), h.accept(ev); second.Replayed || first.EventID == second.EventID {
			t.Errorf("got %s and %s, want two events", first.EventID, second.EventID)
		}
	})
}

func TestAcceptedTwentyTimesAtOnceIsAcceptedOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		fresh := make(chan bool, 20)
		for range cap(fresh) {
			go func() {
				r, err := h.desk.Accept(t.Context(), submitted("lisi"))
				fresh <- err == nil && !r.Replayed
			}()
		}
		synctest.Wait()
		n := 0
		for range cap(fresh) {
			if <-fresh {
				n++
			}
		}
		if n != 1 {
			t.Errorf("got %d first receipts, want 1", n)
		}
		h.one("lisi", notify.Mail)
	})
}

func TestAWrongEventNamesEveryFieldAndStoresNothing(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		_, err := h.desk.Accept(t.Context(), ticket.Event{Source: "sqle", ID: "1", Kind: "moved"})
		wrong, ok := errors.AsType[*ticket.Invalid](err)
		if !ok {
			t.Fatalf("got %v, want an invalid event", err)
		}
		var fields []string
		for _, f := range wrong.Fields {
			fields = append(fields, f.Field)
		}
		if want := []string{"kind", "ticket.key", "ticket.title", "ticket.status"}; !slices.Equal(fields, want) {
			t.Errorf("got fields %v, want %v", fields, want)
		}
		if _, err := h.TicketByKey(t.Context(), "sqle", ""); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want no ticket", err)
		}
	})
}

func TestAnEventIsKeptEvenWhenNobodyHearsOfIt(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		r := h.accept(executing("admin"))
		wantFates(t, r)
		if ev, err := h.Event(t.Context(), r.EventID); err != nil || ev.Kind != ticket.KindExecuting {
			t.Errorf("got %s, %v, want the event on record", ev.Kind, err)
		}
	})
}

func TestAnEventWithoutATimeHappenedWhenItCameIn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		r := h.accept(submitted("lisi"))
		ev, err := h.Event(t.Context(), r.EventID)
		if err != nil || !ev.OccurredAt.Equal(time.Now()) {
			t.Errorf("got %v, %v, want %v", ev.OccurredAt, err, time.Now())
		}
	})
}

func TestAnEventThatCannotBeStoredLeavesNothing(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		broken := *h.desk
		broken.Ledger = halfLedger{h.Store}
		if _, err := broken.Accept(t.Context(), submitted("lisi")); err == nil {
			t.Fatal("got no error, want one")
		}
		if got := h.of("lisi", notify.Mail); len(got) != 0 {
			t.Errorf("got %d deliveries, want none without their event", len(got))
		}
		if r := h.accept(submitted("lisi")); r.Replayed {
			t.Error("got a replay, want the event accepted for the first time")
		}
	})
}

// halfLedger plans two deliveries of one id: the second cannot be written.
type halfLedger struct{ notify.Ledger }

// Record implements [notify.Ledger].
func (l halfLedger) Record(ctx context.Context, e notify.Entry, plan func(notify.Known) notify.Plan) (notify.Receipt, error) {
	return l.Ledger.Record(ctx, e, func(k notify.Known) notify.Plan {
		p := plan(k)
		for i := range p.Deliveries {
			p.Deliveries[i].ID = "dlv_same"
		}
		return p
	})
}

func TestWhatIsKnownIsAnsweredEvenWhileTooMuchWaits(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.desk.Backlog = &notify.Backlog{Waiting: h.Waiting, Mark: 1, Now: time.Now}
		first := h.accept(submitted("lisi", "wangwu"))
		again := h.accept(submitted("lisi", "wangwu"))
		if !again.Replayed || again.EventID != first.EventID || len(again.Deliveries) != 2 {
			t.Errorf("got %+v, want the first result, %s", again, first.EventID)
		}
		other := submitted("lisi")
		other.ID = "another"
		if _, err := h.desk.Accept(t.Context(), other); !errors.Is(err, notify.ErrBacklog) {
			t.Errorf("got %v for a new event, want ErrBacklog", err)
		}
		other.ID = ""
		if _, err := h.desk.Accept(t.Context(), other); !errors.Is(err, notify.ErrBacklog) {
			t.Errorf("got %v for one without an id, want ErrBacklog", err)
		}
	})
}
