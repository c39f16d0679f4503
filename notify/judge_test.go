package notify_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// court is a platform that judges: it does what it is asked, unless answer says otherwise.
type court struct {
	answer func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) // n counts from 1

	mu    sync.Mutex
	asked []notify.Question
}

// Ask implements [notify.Judge].
func (c *court) Ask(ctx context.Context, q notify.Question) (notify.Ruling, error) {
	c.mu.Lock()
	c.asked = append(c.asked, q)
	n, answer := len(c.asked), c.answer
	c.mu.Unlock()
	if answer == nil {
		return doing(ctx, n, q)
	}
	return answer(ctx, n, q)
}

func (c *court) all() []notify.Question {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// doing does what is asked: the ticket goes to step 2 of wangwu, or back.
func doing(_ context.Context, _ int, q notify.Question) (notify.Ruling, error) {
	ev := passed(q.By.Username, "wangwu")
	if q.Action == cards.Reject {
		ev = rejected(q.By.Username)
		ev.Reason = q.Reason
	}
	return notify.Ruling{Word: notify.SaysDone, Event: &ev}, nil
}

// late does it after d, unless it is given up before.
func late(d time.Duration) func(context.Context, int, notify.Question) (notify.Ruling, error) {
	return func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) {
		select {
		case <-time.After(d):
			return doing(ctx, n, q)
		case <-ctx.Done():
			return notify.Ruling{}, ctx.Err()
		}
	}
}

// says always rules so.
func says(w notify.Word, message string) func(context.Context, int, notify.Question) (notify.Ruling, error) {
	return func(context.Context, int, notify.Question) (notify.Ruling, error) {
		return notify.Ruling{Word: w, Message: message}, nil
	}
}

// byName knows everybody on record by an address that is their username.
type byName struct{ *house }

// Who implements [notify.Who].
func (b byName) Who(ctx context.Context, _ notify.Channel, address string) (ticket.User, bool, error) {
	users, err := b.Match(ctx, []ticket.Person{{Username: address}})
	if err != nil || users[0].Role == "" {
		return ticket.User{}, false, err
	}
	return users[0], true, nil
}

// inCourt is a house where decisions come back on Feishu, ticket 1024 waits for lisi
// and wangwu, and both have their cards.
func inCourt(t *testing.T, play func(t *testing.T, h *house, c *court)) {
	t.Helper()
	inHouse(t, func(t *testing.T, h *house) {
		h.board.change(func(b *board) { b.decides = true })
		h.board.only(notify.Feishu)
		c := new(court)
		if err := h.PutPlatform(t.Context(), notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook}); err != nil {
			t.Fatal(err)
		}
		h.decider = &notify.Decider{
			Records: h.Store, Who: byName{h}, Platforms: h.Store, Judge: c, Desk: h.desk, Settings: h.Store,
			Teller: &notify.Teller{Channels: h.board}, Mutes: h.Store, Now: time.Now, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		}
		defer h.decider.Wait()
		h.work(notify.Feishu)
		h.accept(submitted("lisi", "wangwu"))
		play(t, h, c)
	})
}

// looked runs the decider's background until the house closes.
func (h *house) looked() {
	ctx, quit := context.WithCancel(h.t.Context())
	before := h.quit
	h.quit = func() { before(); quit() }
	h.shifts.Go(func() { h.decider.Run(ctx) })
	synctest.Wait()
}

// card returns the delivery of the person's first card.
func (h *house) card(who string) notify.Delivery {
	h.t.Helper()
	all := h.of(who, notify.Feishu)
	if len(all) == 0 {
		h.t.Fatalf("%s has no card", who)
	}
	return all[len(all)-1]
}

// shows returns what the person's first card shows now.
func (h *house) shows(who string) cards.Card {
	h.t.Helper()
	id := h.card(who).MessageID
	var c cards.Card
	for _, one := range h.board.feishu.all() {
		if one.Update == id || (one.Update == "" && "om_"+one.Message.To[0].Key == id) {
			c = one.Message.Card
		}
	}
	return c
}

// press presses a button on the person's own first card.
func (h *house) press(who string, a cards.Action, reason string) notify.Answer {
	h.t.Helper()
	return h.pressOn(who, who, a, reason)
}

// pressOn presses a button on somebody's card.
func (h *house) pressOn(owner, who string, a cards.Action, reason string) notify.Answer {
	h.t.Helper()
	p := notify.Press{
		ID: notify.NewID("press_"), Channel: notify.Feishu, Address: who, MessageID: h.card(owner).MessageID,
		Action: a, Reason: reason, At: time.Now(),
	}
	answer := h.decider.Act(h.t.Context(), p)
	synctest.Wait()
	return answer
}

func wantAnswer(t *testing.T, got notify.Answer, tone notify.Tone, zh string) {
	t.Helper()
	if got.Tone != tone || got.Text.ZH != zh || got.Text.EN == "" {
		t.Errorf("got answer %s %q (%q), want %s %q", got.Tone, got.Text.ZH, got.Text.EN, tone, zh)
	}
}

// offers lists what a card offers to do to its ticket.
func offers(c cards.Card) []cards.Action {
	var all []cards.Action
	for _, b := range c.Buttons {
		if b.Action.OfTicket() {
			all = append(all, b.Action)
		}
	}
	return all
}

func wantOffers(t *testing.T, c cards.Card, want ...cards.Action) {
	t.Helper()
	if got := offers(c); !slices.Equal(got, want) {
		t.Errorf("got a card that offers %v, want %v", got, want)
	}
}
