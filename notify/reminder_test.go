package notify_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// patient is an event whose step reminds and escalates.
func patient(remind, escalate time.Duration, to string) func(*ticket.Event) {
	return func(ev *ticket.Event) {
		s := ev.Ticket.Step
		s.RemindAfter, s.EscalateAfter, s.EscalateTo = ticket.Span(remind), ticket.Span(escalate), to
	}
}

func waiting(change ...func(*ticket.Event)) ticket.Event {
	ev := submitted("lisi")
	for _, c := range change {
		c(&ev)
	}
	return ev
}

func (h *house) reminder() *notify.Reminder {
	return &notify.Reminder{Records: h.Store, Desk: h.desk, Now: time.Now, Log: slog.New(slog.NewTextHandler(h.log, nil))}
}

// reminds runs that many reminders until the house closes.
func (h *house) reminds(replicas int) {
	ctx, quit := context.WithCancel(h.t.Context())
	before := h.quit
	h.quit = func() { before(); quit() }
	for range replicas {
		h.shifts.Go(func() { h.reminder().Run(ctx) })
	}
	synctest.Wait()
}

// kinds lists what the person was told, oldest first.
func (h *house) kinds(who string) []ticket.Kind {
	h.t.Helper()
	var kinds []ticket.Kind
	for _, d := range slices.Backward(h.of(who, notify.Feishu)) {
		ev, err := h.Event(h.t.Context(), d.Event)
		if err != nil {
			h.t.Fatal(err)
		}
		kinds = append(kinds, ev.Kind)
	}
	return kinds
}

func (h *house) wantKinds(who string, want ...ticket.Kind) {
	h.t.Helper()
	if got := h.kinds(who); !slices.Equal(got, want) {
		h.t.Errorf("got %s told %v, want %v", who, got, want)
	}
}

func TestAStepRemindsOnceForAllReplicasAndStopsWhenTheTicketMoves(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.reminds(3)
		h.accept(waiting(patient(time.Hour, 0, "")))
		pass(59 * time.Minute)
		h.wantKinds("lisi", ticket.KindSubmitted)
		pass(2 * time.Minute)
		h.wantKinds("lisi", ticket.KindSubmitted, ticket.KindReminded)
		calls := h.board.feishu.all()
		if got := calls[len(calls)-1].Message.Card.Verb.ZH; got != "催办，待你审核" {
			t.Errorf("got verb %q, want a reminder", got)
		}
		pass(time.Hour)
		h.wantKinds("lisi", ticket.KindSubmitted, ticket.KindReminded, ticket.KindReminded)
		h.accept(passed("lisi", "wangwu"))
		pass(5 * time.Hour)
		h.wantKinds("lisi", ticket.KindSubmitted, ticket.KindReminded, ticket.KindReminded)
		h.wantKinds("wangwu", ticket.KindPassed)
	})
}

func TestAStepStopsRemindingByItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.reminds(1)
		h.accept(waiting(patient(time.Hour, 0, "")))
		pass(48 * time.Hour)
		if got := len(h.of("lisi", notify.Feishu)); got != 1+notify.MaxReminders {
			t.Errorf("got %d deliveries, want the first and %d reminders", got, notify.MaxReminders)
		}
	})
}

func TestAStepThatWaitsForTooLongIsToldToWhomItsFlowNames(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.reminds(2)
		err := h.PutFlow(t.Context(), ticket.Flow{Key: "f", Name: "flow", Steps: []ticket.FlowStep{
			{Name: "step 1", Kind: ticket.Review, Members: []string{"lisi"}, EscalateAfter: 2 * time.Hour, EscalateTo: "admin"},
			{Name: "上线", Kind: ticket.Execute, Members: []string{"wangwu"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		h.accept(submitted("lisi")) // of a foreign platform, which says nothing about it
		pass(2*time.Hour + time.Minute)
		h.wantKinds("admin", ticket.KindEscalated)
		h.wantKinds("lisi", ticket.KindSubmitted)
		calls := h.board.feishu.all()
		card := calls[len(calls)-1].Message.Card
		if card.Verb.ZH != "催办升级，迟迟未处理" || card.Footer.ZH != "这一步等待已久，流程指定升级给你。" {
			t.Errorf("got verb %q and footer %q, want an escalation", card.Verb.ZH, card.Footer.ZH)
		}
		pass(10 * time.Hour)
		h.wantKinds("admin", ticket.KindEscalated)
	})
}

func TestTheCreatorMayRemindOnceAnHour(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, _ *court) {
		h.decider.Nudge = h.reminder()
		h.accept(passed("lisi", "wangwu")) // zhangsan hears of it
		wantOffers(t, h.shows("zhangsan"), cards.Remind)
		wantAnswer(t, h.press("wangwu", cards.Remind, ""), notify.ToneRefused, "只有申请人可以催办")
		wantAnswer(t, h.press("zhangsan", cards.Remind, ""), notify.ToneDone, "已催办，处理人会收到新的通知")
		h.wantKinds("wangwu", ticket.KindSubmitted, ticket.KindPassed, ticket.KindReminded)
		early := h.press("zhangsan", cards.Remind, "")
		if early.Tone != notify.ToneRefused || !strings.HasPrefix(early.Text.ZH, "刚催过，") {
			t.Errorf("got answer %s %q, want when it is possible again", early.Tone, early.Text.ZH)
		}
		pass(time.Hour)
		wantAnswer(t, h.press("zhangsan", cards.Remind, ""), notify.ToneDone, "已催办，处理人会收到新的通知")
		h.accept(rejected("wangwu"))
		wantAnswer(t, h.press("zhangsan", cards.Remind, ""), notify.ToneRefused, "工单没有在等待处理，无需催办")
		wantOffers(t, h.shows("zhangsan"))
	})
}

func TestAReminderCanBeDecidedOnAndMovesNothing(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		if _, err := h.reminder().Remind(t.Context(), h.card("lisi").Ticket, "zhangsan"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		newest := h.of("lisi", notify.Feishu)[0]
		calls := h.board.feishu.all()
		wantOffers(t, calls[len(calls)-1].Message.Card, cards.Approve, cards.Reject)
		rec, err := h.Ticket(t.Context(), newest.Ticket)
		if err != nil || rec.Event.Kind != ticket.KindSubmitted {
			t.Errorf("got %s, %v as the last event, want the platform's own", rec.Event.Kind, err)
		}
		a := h.decider.Act(t.Context(), notify.Press{ID: "1", Channel: notify.Feishu, Address: "lisi", MessageID: newest.MessageID, Action: cards.Approve})
		if a.Tone != notify.ToneDone || len(c.all()) != 1 {
			t.Errorf("got answer %v, want it done", a)
		}
	})
}
