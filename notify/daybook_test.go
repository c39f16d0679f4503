package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ticketbell/notify"
)

// aDay is until the day in which a bubble begins is over in Shanghai: eight in the
// morning of the first day of 2000 there.
const aDay = 16 * time.Hour

// rationed is a worker of WeCom with a limit of a day.
func (h *house) rationed(perDay int) *notify.Worker {
	h.board.only(notify.WeCom)
	h.board.change(func(b *board) { b.limits = notify.Limits{PerDay: perDay} })
	w := h.worker(notify.WeCom, 4)
	w.Daybook = h.Store
	return w
}

// told is how many messages went to people, one by one.
func told(calls []call) (n int) {
	for _, c := range calls {
		n += len(c.Message.To)
	}
	return n
}

func TestWhatTheDayHasNoRoomForGoesOutTheNextDay(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		w := h.rationed(5)
		for i := range 3 { // six messages, two to a call
			ev := submitted("lisi", "wangwu")
			ev.ID, ev.Ticket.Key = fmt.Sprint(i), fmt.Sprint(i)
			h.accept(ev)
		}
		h.start(w)
		pass(aDay - time.Second)
		if n := told(h.board.wecom.all()); n != 5 {
			t.Fatalf("got %d messages on the first day, want 5", n)
		}
		late, _, err := h.Deliveries(t.Context(), notify.DeliveryFilter{Status: notify.Queued})
		if err != nil || len(late) != 1 || late[0].Reason != notify.ReasonDayFull || late[0].Attempts != 0 {
			t.Errorf("got %+v, %v; want one that waits for the next day at no cost", late, err)
		}
		pass(2 * time.Second)
		if n := told(h.board.wecom.all()); n != 6 {
			t.Errorf("got %d messages once the next day began, want all 6", n)
		}
	})
}

func TestAFullDayLooksNobodyUpAndChangesCardsAllTheSame(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		w := h.rationed(1)
		h.board.changeable = true
		h.desk.Refresh = []notify.Channel{notify.WeCom}
		h.accept(submitted("lisi"))
		h.start(w)
		h.manyTickets(1) // meets the full day
		asked := h.addresses.lookups()
		h.manyTickets(20)
		h.accept(passed("lisi", "admin"))
		if got := h.addresses.lookups(); got != asked {
			t.Errorf("got %d look-ups on a full day, want none", got-asked)
		}
		calls := h.board.wecom.all()
		if len(calls) != 2 || calls[1].Update == "" {
			t.Errorf("got %d calls, want the card and its change", len(calls))
		}
	})
}

func TestWhatWasSurelyNotSentDoesNotCountForTheDay(t *testing.T) {
	for name, row := range map[string]struct {
		err   error
		times int
		left  int // of the five
	}{
		"refused":                 {refusal("wecom.-1"), 1, 5},
		"no answer":               {errors.New("EOF"), 1, 4},
		"no answer over and over": {errors.New("EOF"), 4, 4},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				w := h.rationed(5)
				h.board.wecom.from(func(_ context.Context, n int, c call) []notify.Outcome {
					if n <= row.times {
						return refusing(row.err)(nil, n, c)
					}
					return taken(c)
				})
				h.accept(submitted("lisi"))
				h.start(w)
				pass(time.Minute)
				spent, err := h.Spend(t.Context(), notify.WeCom, 5, 5)
				if want := row.left - 1; err != nil || spent.N != want {
					t.Errorf("got room for %d more after the repeat, %v; want %d", spent.N, err, want)
				}
			})
		})
	}
}

func TestADigestIsOneMessageOfTheDay(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		w := h.rationed(2)
		h.board.change(func(b *board) { b.limits.PersonPerMinute = 2 })
		w.Pacer = places(2)
		h.manyTickets(6)
		h.start(w)
		if n := h.count(notify.WeCom, notify.Accepted); n != 6 {
			t.Errorf("got %d told by a message and a digest, want all 6", n)
		}
	})
}

// refusesToCount is a daybook out of reach.
type refusesToCount struct{ notify.Daybook }

func (refusesToCount) Spend(context.Context, notify.Channel, int, int) (notify.Spent, error) {
	return notify.Spent{}, errors.New("no database")
}

func TestNothingGoesOutUncounted(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		w := h.rationed(5)
		w.Daybook = refusesToCount{}
		h.accept(submitted("lisi"))
		h.start(w)
		pass(10 * time.Second)
		if n := len(h.board.wecom.all()); n != 0 {
			t.Errorf("got %d calls, want none", n)
		}
		if d := h.one("lisi", notify.WeCom); d.Status != notify.Queued || d.Attempts != 0 {
			t.Errorf("got %s after %d attempts, want it queued at no cost", d.Status, d.Attempts)
		}
	})
}

func TestADayBeginsAtMidnightInShanghai(t *testing.T) {
	for at, want := range map[string]struct {
		name string
		left time.Duration
	}{
		"2026-11-28T15:59:59Z":      {"2026-11-28", time.Second},
		"2026-11-28T16:00:00Z":      {"2026-11-29", 24 * time.Hour},
		"2026-12-31T23:00:00-05:00": {"2027-01-01", 12 * time.Hour},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if name, left := notify.Day(now); name != want.name || left != want.left {
			t.Errorf("got %s, %v left at %s, want %s, %v", name, left, at, want.name, want.left)
		}
	}
}
