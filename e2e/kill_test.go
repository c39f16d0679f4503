package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
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
	for n := range accepted {
		for _, ch := range everyChannel() {
			if arrived["p"+strconv.Itoa(n)+" "+ch] == 0 {
				t.Errorf("event %d is lost on %s", n, ch)
			}
		}
	}
	if state := b.deliveries("status=dead"); len(state) > 0 {
		t.Errorf("dead deliveries: got %+v, want none", state)
	}

	// The platform repeats what was not answered, and all is well.
	for n := range crowd {
		if !accepted[n] {
			b.postAgain(n)
		}
	}
	t.Logf("%d mails came once more", b.toldOrRepeated(crowdOf(crowd), mailsOpen))
}

// mailsOpen is how many mails may be on their way or not written down yet when a process
// is killed: two for each of its eight connections. Feishu and WeCom know a repeat.
const mailsOpen = 2 * 8

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

// A power cut between a press and the answer of a slow platform: it is asked once more under
// the same id, the card comes true, and it is decided once.
func TestADecisionOutlivesAPowerCut(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	b.employs("t1", "lisi", "admin", "creator")
	asked, dead := make(chan struct{}), make(chan struct{})
	let := sync.OnceFunc(func() { close(dead) })
	p := foreignTo(t, b, func(n int, q question) (int, any) {
		if n == 1 { // its answer reaches nobody
			close(asked)
			<-dead
		}
		return http.StatusOK, q.accepted()
	})
	t.Cleanup(let) // before the platform closes, which waits for its answers
	card := w.card(feishu, "t1", "approve")
	b.holdsTheLine()
	var press sync.WaitGroup
	press.Go(func() { // whoever pressed may hear nothing, or of the next process
		_, _ = w.send(request{method: "POST", path: "/sandbox/press", body: map[string]any{
			"channel": feishu, "message_id": card.ID, "person": "t1", "action": "approve",
		}})
	})
	select {
	case <-asked:
	case <-time.After(patience):
		t.Fatal("nobody asked the platform")
	}
	b.kill()
	let()
	p.bot = serve(t, dir, w)
	press.Wait()
	w.hears("admin", "待上线")
	for _, who := range []string{"t1", "lisi"} {
		w.changed(who, "已由 t1 于")
	}
	p.bot.told(map[string]int{"t1": 1, "lisi": 1, "admin": 1, "creator": 1})
	got := p.questions()
	if len(got) != 2 || got[0].Data.ID != got[1].Data.ID {
		t.Errorf("got questions %+v, want the same one twice", got)
	}
}

// A restart forgets nobody: whoever got a card before it decides on it afterwards, and
// somebody who was never written to is known when they write.
func TestACardFromBeforeARestartDecides(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	b.employs("t1", "lisi", "admin", "creator", "wangwu")
	p := foreignTo(t, b, func(_ int, q question) (int, any) { return http.StatusOK, q.accepted() })
	card := w.card(feishu, "t1", "approve")
	b.rest()
	b.stopWithin(graceful)
	p.bot = serve(t, dir, w)
	p.bot.holdsTheLine()
	w.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	w.changed("lisi", "已由 t1 于")
	w.say(feishu, "wangwu", "待办", "")
	w.hearsOn(feishu, "wangwu", "没有等你处理的工单")
}

// employs makes these people known.
func (b *bot) employs(usernames ...string) {
	b.door.t.Helper()
	for _, who := range usernames {
		b.must(http.StatusCreated, request{method: "POST", path: "/api/v1/users", body: map[string]any{
			"username": who, "name": who, "email": who + "@corp.com",
		}})
	}
}

// holdsTheLine waits until the long connection to Feishu is open.
func (b *bot) holdsTheLine() {
	b.door.t.Helper()
	eventually(b.door.t, "the long connection is open", func() error {
		got := read[struct {
			Line struct{ Open bool } `json:"long_connection"`
		}](b.door.t, b.must(http.StatusOK, request{method: "GET", path: "/api/v1/channels/feishu/health"}))
		if !got.Line.Open {
			return errors.New("it is not")
		}
		return nil
	})
}
