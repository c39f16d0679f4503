package live_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/jobs"
	"ticketbell/live"
	"ticketbell/notify"
)

// source says what a test has it say, and counts the questions.
type source struct {
	changed   chan []string
	attention notify.Attention
	asked     int
	broken    bool
}

func (s *source) Changed(ctx context.Context) ([]string, bool, error) {
	select {
	case ids := <-s.changed:
		return ids, false, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

func (s *source) DeliveriesByID(_ context.Context, ids []string) ([]notify.Delivery, error) {
	s.asked++
	if s.broken {
		return nil, errors.New("the database is away")
	}
	var ds []notify.Delivery
	for _, id := range ids {
		ds = append(ds, notify.Delivery{ID: id})
	}
	return ds, nil
}

func (s *source) Attention(context.Context, time.Time) (notify.Attention, error) {
	return s.attention, nil
}

type board struct {
	mu    sync.Mutex // guards views
	views []jobs.View
}

func (b *board) List() []jobs.View {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.views
}

func (b *board) show(views ...jobs.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.views = views
}

// house runs a hub until the end of the test.
func house(t *testing.T, s *source, b *board) (h *live.Hub, end func()) {
	t.Helper()
	h = live.New(s, b, time.Now, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { h.Run(ctx); close(done) }()
	end = func() { cancel(); <-done }
	t.Cleanup(end)
	return h, end
}

// heard are the events that came so far.
func heard(ch <-chan live.Event) (events []live.Event) {
	synctest.Wait()
	for {
		select {
		case e, ok := <-ch:
			if !ok {
				return events
			}
			events = append(events, e)
		default:
			return events
		}
	}
}

func TestOneQuestionIsEnoughForAllWhoListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string)}
		h, _ := house(t, s, &board{})
		one, stopOne := h.Listen(time.Time{})
		two, stopTwo := h.Listen(time.Time{})
		defer stopOne()
		defer stopTwo()
		s.changed <- []string{"dlv_1", "dlv_2"}
		for _, ch := range []<-chan live.Event{one, two} {
			found := false
			for _, e := range heard(ch) {
				found = found || len(e.Deliveries) == 2
			}
			if !found {
				t.Error("got no deliveries, want both told to each listener")
			}
		}
		if s.asked != 1 {
			t.Errorf("got %d questions, want 1", s.asked)
		}
	})
}

func TestNobodyIsAskedWhileNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string)}
		house(t, s, &board{})
		s.changed <- []string{"dlv_1"}
		synctest.Wait()
		if s.asked != 0 {
			t.Errorf("got %d questions, want none", s.asked)
		}
	})
}

func TestWhoLookedBeforeTheNewsIsToldToLookAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string)}
		h, _ := house(t, s, &board{})
		before := time.Now()
		time.Sleep(time.Second)        // of the bubble's time
		s.changed <- []string{"dlv_1"} // nobody listens
		synctest.Wait()
		news := time.Now()
		for _, tc := range []struct {
			since time.Time
			want  bool
		}{{before, true}, {news, true}, {news.Add(time.Millisecond), false}, {time.Time{}, false}} {
			ch, stop := h.Listen(tc.since)
			many := false
			for _, e := range heard(ch) {
				many = many || e.Many
			}
			stop()
			if many != tc.want {
				t.Errorf("looked at %s, news at %s: told to look again %t, want %t", tc.since, news, many, tc.want)
			}
		}
	})
}

func TestWhatCannotBeReadIsMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string), broken: true}
		h, _ := house(t, s, &board{})
		ch, stop := h.Listen(time.Time{})
		defer stop()
		s.changed <- []string{"dlv_1"}
		many := false
		for _, e := range heard(ch) {
			many = many || e.Many
		}
		if !many {
			t.Error("got nothing, want to hear that something changed")
		}
	})
}

func TestANewListenerHearsHowThingsStand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string), attention: notify.Attention{Dead: 3}}
		b := &board{views: []jobs.View{{ID: "job_1", State: jobs.Running}, {ID: "job_2", State: jobs.Done}}}
		h, _ := house(t, s, b)
		_, stop := h.Listen(time.Time{})
		defer stop()
		time.Sleep(2 * time.Second) // of the bubble's time
		late, stopLate := h.Listen(time.Time{})
		defer stopLate()
		got := heard(late)
		if len(got) != 2 || got[0].Attention == nil || got[0].Attention.Dead != 3 || got[1].Job == nil || got[1].Job.ID != "job_1" {
			t.Errorf("got %+v, want the three dead letters and the running job", got)
		}
	})
}

func TestAJobIsToldWhenItMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &board{views: []jobs.View{{ID: "job_1", State: jobs.Running}}}
		h, _ := house(t, &source{changed: make(chan []string)}, b)
		ch, stop := h.Listen(time.Time{})
		defer stop()
		time.Sleep(3 * time.Second) // of the bubble's time
		heard(ch)
		b.show(jobs.View{ID: "job_1", State: jobs.Done, Done: 5})
		time.Sleep(3 * time.Second) // of the bubble's time
		got := heard(ch)
		if len(got) != 1 || got[0].Job == nil || got[0].Job.Done != 5 {
			t.Errorf("got %+v, want the job told once, done", got)
		}
	})
}

func TestAJobThatIsOverAtOnceIsToldAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &board{views: []jobs.View{{ID: "job_1", State: jobs.Done, EndedAt: time.Now().Add(-time.Hour)}}}
		h, _ := house(t, &source{changed: make(chan []string)}, b)
		ch, stop := h.Listen(time.Time{})
		defer stop()
		time.Sleep(3 * time.Second) // of the bubble's time
		heard(ch)
		b.show(append(b.views, jobs.View{ID: "job_2", State: jobs.Done, EndedAt: time.Now()})...)
		time.Sleep(3 * time.Second) // of the bubble's time
		got := heard(ch)
		if len(got) != 1 || got[0].Job == nil || got[0].Job.ID != "job_2" {
			t.Errorf("got %+v, want the new one told once, and not the one of an hour ago", got)
		}
	})
}

func TestASlowListenerIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{changed: make(chan []string)}
		h, _ := house(t, s, &board{})
		ch, stop := h.Listen(time.Time{})
		defer stop()
		for range 64 {
			s.changed <- []string{"dlv_1"}
		}
		synctest.Wait()
		n := 0
		for range ch { // closed, or this never ends
			n++
		}
		if n == 0 || n > 64 {
			t.Errorf("got %d events before the end, want some", n)
		}
	})
}

func TestEverybodyIsLetGoAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, end := house(t, &source{changed: make(chan []string)}, &board{})
		ch, stop := h.Listen(time.Time{})
		defer stop()
		end()
		for range ch { // closed, or this never ends
		}
		late, stopLate := h.Listen(time.Time{})
		defer stopLate()
		if _, open := <-late; open {
			t.Error("got an event after the end, want a closed channel")
		}
	})
}
