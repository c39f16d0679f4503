package notify

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestABacklogBeyondItsMarkTurnsEventsAway(t *testing.T) {
	now, waiting, asked := time.Unix(0, 0), 10, 0
	b := &Backlog{Mark: 10, Now: func() time.Time { return now }, Waiting: func(context.Context) (int, error) {
		asked++
		return waiting, nil
	}}
	now = now.Add(time.Hour)
	for range 100 {
		if err := b.admit(t.Context()); err != nil {
			t.Fatalf("at the mark: got %v, want nil", err)
		}
	}
	if asked != 1 {
		t.Errorf("got %d counts within a second, want 1", asked)
	}
	now, waiting = now.Add(time.Second), 11
	err := b.admit(t.Context())
	if v, wait := VerdictOf(err); !errors.Is(err, ErrBacklog) || v != VerdictAfter || wait != backlogWait {
		t.Errorf("beyond the mark: got %v (%v), want ErrBacklog after %v", err, wait, backlogWait)
	}
	now, waiting = now.Add(time.Second), 9
	for range 2 { // what is accepted within the second counts as well
		if err := b.admit(t.Context()); err != nil {
			t.Fatalf("below the mark: got %v, want nil", err)
		}
		b.add(Receipt{Deliveries: []Delivery{{Status: Queued}, {Status: Skipped}}})
	}
	b.add(Receipt{Replayed: true, Deliveries: []Delivery{{Status: Queued}}})
	if b.waiting != 11 {
		t.Errorf("got %d counted, want the two that were queued added to 9", b.waiting)
	}
	if err := b.admit(t.Context()); !errors.Is(err, ErrBacklog) {
		t.Errorf("beyond the mark within the second: got %v, want ErrBacklog", err)
	}
	now, waiting = now.Add(time.Second), 3
	if err := b.admit(t.Context()); err != nil {
		t.Errorf("once it is gone: got %v, want nil", err)
	}
}

func TestACountThatFailedIsNotRepeatedForEachWhoWaitsForIt(t *testing.T) {
	now, asked := time.Unix(0, 0).Add(time.Hour), 0
	hung := errors.New("no answer")
	b := &Backlog{Mark: 10, Now: func() time.Time { return now }, Waiting: func(ctx context.Context) (int, error) {
		asked++
		if _, bounded := ctx.Deadline(); !bounded || ctx.Err() != nil {
			t.Errorf("got a count that lasts until its caller leaves, want one of %v", countTime)
		}
		return 0, hung
	}}
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 20 {
		if err := b.admit(gone); !errors.Is(err, hung) {
			t.Errorf("got %v, want what the count failed of", err)
		}
	}
	now = now.Add(time.Second)
	if err := b.admit(gone); !errors.Is(err, hung) || asked != 2 {
		t.Errorf("got %d counts, want another a second later", asked)
	}
}
