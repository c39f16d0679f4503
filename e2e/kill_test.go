package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
)

// crowd is how many people are told in the stories of a sudden end.
const crowd = 200

// The bot is killed in the middle of its work. Whatever it had accepted arrives
// after a restart, on every channel.
func TestNothingIsLostWhenTheBotIsKilled(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)

	accepted := b.postUntil(crowd, 120, b.kill)
	atDeath := len(w.messages("", ""))
	t.Logf("killed after %d events were accepted and %d messages had arrived", len(accepted), atDeath)
	if len(accepted) == crowd || atDeath >= 3*len(accepted) {
		t.Errorf("killed too late: %d of %d events, %d messages", len(accepted), crowd, atDeath)
	}

	b = serve(t, dir, w)
	b.rest()
	arrived := w.tally()
	lost, twice := 0, 0
	for n := range accepted {
		for _, ch := range everyChannel() {
			switch got := arrived["p"+strconv.Itoa(n)+" "+ch]; {
			case got == 0:
				t.Errorf("event %d is lost on %s", n, ch)
				lost++
			case got > 1:
				twice += got - 1
			}
		}
	}
	t.Logf("of %d messages %d were lost and %d came twice", 3*len(accepted), lost, twice)
	if state := b.deliveries("status=dead"); len(state) > 0 {
		t.Errorf("dead deliveries: got %+v, want none", state)
	}

	// The platform repeats what was not answered, and all is well.
	for n := range crowd {
		if !accepted[n] {
			b.postAgain(n)
		}
	}
	b.rest()
	if got := len(w.tally()); got != 3*crowd {
		t.Errorf("people and channels reached: got %d, want %d", got, 3*crowd)
	}
}

// person n of the crowd is asked to review ticket n.
func crowded(n int) map[string]any {
	return submitted("K"+strconv.Itoa(n), byEmail(fmt.Sprintf("p%d@corp.com", n)))
}

// postUntil posts an event to each of n people, eight at a time, calls stop once
// enough were accepted, and returns those that were.
func (b *bot) postUntil(n, enough int, stop func()) map[int]bool {
	b.door.t.Helper()
	todo, done := make(chan int), make(chan int)
	var posters sync.WaitGroup
	for range 8 {
		posters.Go(func() {
			for i := range todo {
				got, err := b.send(request{method: "POST", path: "/api/v1/events", body: crowded(i)})
				if err == nil && got.status == http.StatusAccepted {
					done <- i
				}
			}
		})
	}
	go func() {
		for i := range n {
			todo <- i
		}
		close(todo)
		posters.Wait()
		close(done)
	}()
	accepted := map[int]bool{}
	for i := range done {
		accepted[i] = true
		if len(accepted) == enough {
			stop()
		}
	}
	return accepted
}

// postAgain posts an event whose first answer never came: it may be new or known.
func (b *bot) postAgain(n int) {
	b.door.t.Helper()
	got := b.call(request{method: "POST", path: "/api/v1/events", body: crowded(n)})
	if got.status != http.StatusAccepted && got.status != http.StatusOK {
		b.door.t.Fatalf("event %d again: got %d %s, want 200 or 202", n, got.status, got.body)
	}
}

// A power cut while a message is with a slow provider: it is sent again, not forgotten.
func TestAMessageInFlightIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	for _, ch := range everyChannel() {
		w.breaks(ch, "timeout")
	}
	b.post(submitted("1024", byEmail("p1@corp.com")))
	eventually(t, "all three are on their way", func() error {
		if n := len(b.deliveries("status=sending")); n != 3 {
			return fmt.Errorf("%d are", n)
		}
		return nil
	})
	b.kill()
	for _, ch := range everyChannel() {
		w.mends(ch)
	}
	b = serve(t, dir, w)
	b.told(map[string]int{"p1": 1})
}
