package notify_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
)

// answer writes to lisi on WeCom and returns how long that took.
func answer(t *testing.T, teller *notify.Teller) (took time.Duration, err error) {
	t.Helper()
	began := time.Now()
	err = teller.Tell(t.Context(), notify.WeCom, "lisi", notify.Message{Notice: notify.NewID("")})
	return time.Since(began), err
}

// turnstile lets somebody through once each time.
type turnstile struct {
	notify.Unlimited

	each time.Duration

	mu    sync.Mutex
	next  time.Time
	asked []string
}

// Person implements [notify.Pacer].
func (s *turnstile) Person(_ context.Context, _ notify.Channel, address string, _ notify.Limits, _ int) (int, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := time.Until(s.next); wait > 0 {
		return 0, wait
	}
	s.next = time.Now().Add(s.each)
	s.asked = append(s.asked, address)
	return 1, 0
}

func TestAnAnswerWaitsForItsPlace(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		pacer := &turnstile{each: 7 * time.Second}
		teller := &notify.Teller{Channels: h.board, Pacer: pacer}
		for i, want := range []time.Duration{0, pacer.each} {
			if took, err := answer(t, teller); err != nil || took != want {
				t.Errorf("answer %d: got it after %v, %v; want it after %v", i+1, took, err, want)
			}
		}
		if want := []string{"lisi", "lisi"}; !slices.Equal(pacer.asked, want) {
			t.Errorf("got places for %q, want %q", pacer.asked, want)
		}
	})
}

func TestAnAnswerThatWouldComeTooLateIsNotWaitedFor(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		teller := &notify.Teller{Channels: h.board, Pacer: &turnstile{each: time.Hour}}
		if _, err := answer(t, teller); err != nil {
			t.Fatal(err)
		}
		took, err := answer(t, teller)
		if v, wait := notify.VerdictOf(err); v != notify.VerdictAfter || wait != time.Hour || took != 0 {
			t.Errorf("got %v after %v, want to hear at once that it is an hour", err, took)
		}
		if n := len(h.board.wecom.all()); n != 1 {
			t.Errorf("got %d calls, want one", n)
		}
	})
}

func TestAnAnswerIsAMessageOfTheDay(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.change(func(b *board) { b.limits = notify.Limits{PerDay: 1} })
		teller := &notify.Teller{Channels: h.board, Daybook: h.Store}
		h.board.wecom.from(func(ctx context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				return refusing(refusal("wecom.-1"))(ctx, n, c)
			}
			return taken(c)
		})
		if _, err := answer(t, teller); err == nil {
			t.Error("got no error from a refusal")
		}
		if _, err := answer(t, teller); err != nil {
			t.Errorf("got %v, want room: what was refused does not count", err)
		}
		if _, err := answer(t, teller); err == nil {
			t.Error("got an answer more than the day has room for")
		}
	})
}
