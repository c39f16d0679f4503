package notify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestWhoNoLongerHasToActIsReachedAsTheyAreNow(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.accept(submitted("lisi", "wangwu"))
		moved, gone := person("lisi"), person("wangwu")
		moved.Email, moved.WeComUserID, moved.Language, gone.Disabled = "li@new.example", "li", "en", true
		h.update(moved)
		h.update(gone)
		r := h.accept(event(2, ticket.KindCanceled, ticket.Canceled, by("admin")))
		told := map[string]ticket.User{}
		for _, d := range r.Deliveries {
			told[d.Person] = d.To
		}
		if got := told["lisi"]; got.Email != "li@new.example" || got.WeComUserID != "li" || got.Language != "en" {
			t.Errorf("got %+v, want lisi as on record now", got)
		}
		if _, ok := told["wangwu"]; ok {
			t.Error("somebody who was disabled meanwhile is told")
		}
	})
}

func TestAnAppsLimitHoldsTheWholeChannel(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.from(refusing(notify.Hold(time.Minute, refusal("wecom.45009"))))
		h.start(h.worker(notify.WeCom, 1))
		h.manyTickets(5)
		pass(30 * time.Second)
		if n := len(h.board.wecom.all()); n > 4 { // what was claimed together goes out together
			t.Errorf("got %d calls while the app had to wait, want those that were on their way", n)
		}
		before := len(h.board.wecom.all())
		h.manyMore(5)
		pass(20 * time.Second)
		if n := len(h.board.wecom.all()); n != before {
			t.Errorf("got %d calls for news that came meanwhile, want none", n-before)
		}
		h.board.wecom.from(nil)
		pass(2 * time.Minute)
		if n := h.count(notify.WeCom, notify.Accepted); n != 10 {
			t.Errorf("got %d accepted after the wait, want all 10", n)
		}
	})
}

// manyMore is manyTickets for tickets that were not heard of yet.
func (h *house) manyMore(n int) {
	h.t.Helper()
	for i := range n {
		ev := submitted("lisi")
		ev.ID, ev.Ticket.Key = "more-"+string(rune('a'+i)), "more-"+string(rune('a'+i))
		h.accept(ev)
	}
}

func TestAResultIsToldEvenWhenItsSendFailsWhileNewsComes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		sending, news := make(chan struct{}), make(chan struct{})
		h.board.feishu.from(func(_ context.Context, n int, c call) []notify.Outcome {
			if n > 1 {
				return taken(c)
			}
			close(sending)
			<-news
			return []notify.Outcome{{Err: errors.New("502")}}
		})
		h.work(notify.Feishu)
		h.accept(event(1, ticket.KindFailed, ticket.Failed))
		<-sending
		h.accept(executing("admin"))
		close(news)
		pass(time.Minute)
		var said []string
		for _, c := range h.board.feishu.all()[1:] {
			said = append(said, c.Message.Card.Verb.EN)
		}
		if want := []string{"Execution failed", "Being executed"}; !slices.Equal(said, want) {
			t.Errorf("got %q, want the failure told first, then the card changed: %q", said, want)
		}
	})
}

func TestAResultThatComesLateSaysWhereTheTicketStands(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.work(notify.Mail)
		h.accept(event(5, ticket.KindSucceeded, ticket.Succeeded))
		late := rejected("wangwu")
		late.Ticket.Revision = 3
		h.accept(late)
		var now []cards.Text
		for _, c := range h.board.mail.all() {
			if row, ok := c.Message.Card.Row("now"); ok {
				now = append(now, row.Value)
			}
		}
		if len(now) != 1 || now[0].ZH != "上线成功" {
			t.Errorf("got %v, want the late card alone to say 上线成功", now)
		}
	})
}

func TestInABurstWhoMustActKeepsACardOfTheirOwn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.batch = 1000
		for i := range 20 {
			key := string(rune('a' + i))
			h.accept(event(1, ticket.KindCompleted, ticket.Completed, func(ev *ticket.Event) { ev.ID, ev.Ticket.Key, ev.Ticket.Creator.Username = key, key, "lisi" }))
		}
		ev := submitted("lisi")
		ev.ID, ev.Ticket.Key = "act", "act"
		h.accept(ev)
		w := h.worker(notify.WeCom, 4)
		w.Pacer = places(2)
		h.board.limits = notify.Limits{PersonPerMinute: 30}
		h.start(w)
		pass(time.Second)
		var said []string
		for _, c := range h.board.wecom.all() {
			said = append(said, c.Message.Card.Verb.ZH)
		}
		slices.Sort(said)
		if got := strings.Join(said, " "); got != "工单变更 待你审核" {
			t.Errorf("got %q, want the review alone and one digest of the rest", got)
		}
	})
}

// places is a pacer with so many places for a person, once.
type places int

func (places) Calls(_ context.Context, _ notify.Channel, _ notify.Limits, n int) (int, time.Duration) {
	return n, 0
}

// Return implements [notify.Pacer].
func (places) Return(context.Context, notify.Channel, notify.Limits, int) {}

func (p places) Person(_ context.Context, _ notify.Channel, _ string, _ notify.Limits, n int) (int, time.Duration) {
	return min(n, int(p)), time.Hour
}

func TestDoubtIsAboutTheMessageNotWhatCameBefore(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"no answer", errors.New("EOF"), "unknown"},
		{"no token, nothing left", notify.NotSent(errors.New("EOF")), "transient"},
		{"cut off after the end", notify.MaybeSent(&notify.Refusal{Code: "mail.broken"}), "unknown"},
		{"the provider said no", refusal("mail.451"), "transient"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Mail)
				h.board.mail.from(refusing(tt.err))
				h.work(notify.Mail)
				h.accept(submitted("lisi"))
				if got := h.attempts(h.one("lisi", notify.Mail))[0].Outcome; got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		})
	}
}
