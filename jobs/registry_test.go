package jobs

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// count is work of n pieces, a second each.
func count(n int) func(context.Context, *Job) error {
	return func(ctx context.Context, j *Job) error {
		j.Expect(n)
		for i := range n {
			if err := j.Step(ctx); err != nil {
				return err
			}
			time.Sleep(time.Second) // of the bubble's time: none really passes
			j.Advance([]string{"even", "odd"}[i%2])
		}
		return nil
	}
}

func open(t *testing.T) *Registry {
	t.Helper()
	n := 0
	r := New(time.Now, func() string { n++; return fmt.Sprint("job_", n) })
	t.Cleanup(r.Close)
	return r
}

func start(t *testing.T, r *Registry, kind string, work func(context.Context, *Job) error) View {
	t.Helper()
	v, err := r.Start(t.Context(), kind, work)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// pass lets time pass and returns the job as it is then.
func pass(t *testing.T, r *Registry, id string, d time.Duration) View {
	t.Helper()
	time.Sleep(d) // of the bubble's time: none really passes
	synctest.Wait()
	v, err := r.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantAt(t *testing.T, v View, s State, done int) {
	t.Helper()
	if v.State != s || v.Done != done {
		t.Errorf("got %s at %d of %d (%s), want %s at %d", v.State, v.Done, v.Total, v.Error, s, done)
	}
}

func TestAJobTellsHowFarItIsAndWhatCameOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "count", count(5)).ID
		wantAt(t, pass(t, r, id, 2500*time.Millisecond), Running, 2)
		v := pass(t, r, id, 10*time.Second)
		wantAt(t, v, Done, 5)
		if v.Total != 5 || v.Summary["even"] != 3 || v.Summary["odd"] != 2 || v.EndedAt.Sub(v.StartedAt) != 5*time.Second {
			t.Errorf("got %+v, want 3 even and 2 odd of 5 in 5 s", v)
		}
		if _, err := r.Cancel(id); !errors.Is(err, ErrOver) {
			t.Errorf("got %v for canceling what is done, want ErrOver", err)
		}
		if _, err := r.Pause(id); !errors.Is(err, ErrOver) {
			t.Errorf("got %v for pausing what is done, want ErrOver", err)
		}
	})
}

func TestAPausedJobWaitsAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "count", count(5)).ID
		pass(t, r, id, 1500*time.Millisecond)
		for range 2 { // pausing twice is pausing
			if v, err := r.Pause(id); err != nil || v.State != Paused {
				t.Fatalf("got %s, %v; want paused", v.State, err)
			}
		}
		wantAt(t, pass(t, r, id, time.Hour), Paused, 2)
		if _, err := r.Resume(id); err != nil {
			t.Fatal(err)
		}
		wantAt(t, pass(t, r, id, time.Minute), Done, 5)
	})
}

func TestACanceledJobEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		for _, paused := range []bool{false, true} {
			id := start(t, r, "count", count(5)).ID
			pass(t, r, id, 1500*time.Millisecond)
			if paused {
				if _, err := r.Pause(id); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.Cancel(id); err != nil {
				t.Fatal(err)
			}
			wantAt(t, pass(t, r, id, time.Hour), Canceled, 2)
		}
	})
}

func TestAFailureIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "fail", func(context.Context, *Job) error { return errors.New("disk full") }).ID
		if v := pass(t, r, id, time.Second); v.State != Failed || v.Error != "disk full" {
			t.Errorf("got %s %q, want failed by the disk", v.State, v.Error)
		}
	})
}

func TestOneJobOfAKindRunsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "count", count(5)).ID
		if _, err := r.Start(t.Context(), "count", count(1)); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
		start(t, r, "another", count(1))
		pass(t, r, id, time.Minute)
		start(t, r, "count", count(1))
	})
}

func TestAClosedRegistryEndsItsJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "count", count(1000)).ID
		r.Close()
		if v, err := r.Get(id); err != nil || v.State != Canceled {
			t.Errorf("got %s, %v; want it canceled", v.State, err)
		}
		if _, err := r.Start(t.Context(), "count", count(1)); err == nil {
			t.Error("got nil, want nothing started any more")
		}
	})
}

func TestOldJobsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		first := start(t, r, "count", count(0)).ID
		for range maxKept {
			synctest.Wait()
			start(t, r, "count", count(0))
		}
		if _, err := r.Get(first); !errors.Is(err, ErrUnknown) {
			t.Errorf("got %v for the oldest of too many, want ErrUnknown", err)
		}
	})
}

func TestNotesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		id := start(t, r, "note", func(_ context.Context, j *Job) error {
			for range MaxNotes + 5 {
				j.Note("row 2: email is taken by bo")
			}
			j.Count("created", 3)
			return nil
		}).ID
		if v := pass(t, r, id, time.Second); len(v.Notes) != MaxNotes || v.Summary["created"] != 3 {
			t.Errorf("got %d notes and %v, want %d and 3 created", len(v.Notes), v.Summary, MaxNotes)
		}
	})
}
