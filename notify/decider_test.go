package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestAnApprovalFromACardIsOnEveryCopy(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		wantOffers(t, h.shows("lisi"), cards.Approve, cards.Reject)
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneDone, "已通过")
		q := c.all()[0]
		if q.By.Username != "lisi" || q.Action != cards.Approve || q.On.Event.Ticket.Revision != 1 || q.ID == "" {
			t.Errorf("got question %+v, want lisi's approval of revision 1", q)
		}
		for _, who := range []string{"lisi", "wangwu"} {
			got := h.shows(who)
			wantOffers(t, got)
			if len(got.Trail) != 1 || !strings.Contains(got.Trail[0].ZH, "已由 lisi 于") {
				t.Errorf("got trail %v on the card of %s, want who passed it", got.Trail, who)
			}
		}
	})
}

func TestARejectionNeedsAReasonAndCarriesIt(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		wantAnswer(t, h.press("lisi", cards.Reject, "  "), notify.ToneRefused, "请填写驳回原因")
		wantAnswer(t, h.press("lisi", cards.Reject, strings.Repeat("长", 501)), notify.ToneRefused, "驳回原因最多 500 字")
		wantAnswer(t, h.press("lisi", cards.Reject, "缺少回滚方案"), notify.ToneDone, "已驳回")
		if asked := c.all(); len(asked) != 1 || asked[0].Reason != "缺少回滚方案" {
			t.Errorf("got questions %+v, want one with the reason", asked)
		}
		if got := h.shows("wangwu"); got.Reason == nil || got.Reason.Value.ZH != "缺少回滚方案" {
			t.Errorf("got reason %v on the other's card, want the one that was typed", got.Reason)
		}
	})
}

func TestOfTwentyPressesAtOnceOneDecides(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		c.answer = late(time.Second)
		answers := make([]notify.Answer, 20)
		var presses sync.WaitGroup
		for i := range answers {
			presses.Go(func() {
				who := []string{"lisi", "wangwu"}[i%2]
				answers[i] = h.decider.Act(t.Context(), notify.Press{
					ID: fmt.Sprint("press-", i), Channel: notify.Feishu, Address: who, MessageID: h.card(who).MessageID, Action: cards.Approve,
				})
			})
		}
		presses.Wait()
		done := 0
		for _, a := range answers {
			switch {
			case a.Tone == notify.ToneDone:
				done++
			case !strings.HasSuffix(a.Text.ZH, " 正在处理"):
				t.Errorf("got answer %s %q, want who is on it", a.Tone, a.Text.ZH)
			}
		}
		if done != 1 || len(c.all()) != 1 {
			t.Errorf("got %d decisions and %d questions, want 1 of each", done, len(c.all()))
		}
	})
}

func TestAReplayedPressReadsTheSameAndDoesNothing(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		p := notify.Press{ID: "evt-1", Channel: notify.Feishu, Address: "lisi", MessageID: h.card("lisi").MessageID, Action: cards.Approve}
		first := h.decider.Act(t.Context(), p)
		second := h.decider.Act(t.Context(), p)
		if first != second || len(c.all()) != 1 {
			t.Errorf("got %v, then %v, after %d questions, want the same after one", first, second, len(c.all()))
		}
	})
}

func TestWhoMayNotDecideReadsWhy(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		gone := person("gone")
		gone.Disabled = true
		h.employ(gone)
		wantAnswer(t, h.pressOn("lisi", "nobody", cards.Approve, ""), notify.ToneRefused, "没有找到与你对应的用户，请联系管理员添加")
		wantAnswer(t, h.pressOn("lisi", "gone", cards.Approve, ""), notify.ToneRefused, "你的账号已停用，请联系管理员")
		wantAnswer(t, h.pressOn("lisi", "zhangsan", cards.Approve, ""), notify.ToneRefused, "你不是当前步骤的处理人")
		wantAnswer(t, h.pressOn("lisi", "lisi", "delete", ""), notify.ToneRefused, "请到工单系统处理")
		lost := h.decider.Act(t.Context(), notify.Press{ID: "1", Channel: notify.Feishu, Address: "lisi", MessageID: "om_other", Action: cards.Approve})
		wantAnswer(t, lost, notify.ToneRefused, "这张卡片已过期，请到工单系统处理")
		if got := c.all(); len(got) != 0 {
			t.Errorf("got %d questions to the platform, want none", len(got))
		}
	})
}

// tardyRecord lets somebody else finish between the look at a card and the decision.
type tardyRecord struct {
	notify.Decisions

	meanwhile func()
}

func (r *tardyRecord) Decide(ctx context.Context, d notify.Decision) (notify.Decision, error) {
	if r.meanwhile != nil {
		r.meanwhile()
	}
	return r.Decisions.Decide(ctx, d)
}

func TestWhoeverIsOvertakenReadsWhoWasFirst(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.decider.Records = &tardyRecord{h.decider.Records, func() { h.accept(passed("wangwu", "zhaoliu")) }}
		got := h.press("lisi", cards.Approve, "")
		if got.Tone != notify.ToneRefused || !strings.HasPrefix(got.Text.ZH, "已由 wangwu 于 ") {
			t.Errorf("got answer %s %q, want who was first", got.Tone, got.Text.ZH)
		}
		if len(c.all()) != 0 {
			t.Error("the platform was asked")
		}
	})
}

// awayRecord takes no ruling for a while, as when its database restarts.
type awayRecord struct {
	notify.Decisions

	until time.Time
}

func (r *awayRecord) Rule(ctx context.Context, d notify.Decision, now time.Time) (notify.Decision, error) {
	if time.Now().Before(r.until) {
		return d, errors.New("connection refused")
	}
	return r.Decisions.Rule(ctx, d, now)
}

func TestARulingIsWrittenDownAsSoonAsTheDatabaseIsBack(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.decider.Records = &awayRecord{h.Store, time.Now().Add(5 * time.Second)}
		h.looked()
		c.answer = says(notify.SaysRefused, "窗口期外禁止上线")
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		pass(10 * time.Second)
		wantOffers(t, h.shows("wangwu"), cards.Approve, cards.Reject)
		if n := len(c.all()); n != 1 {
			t.Errorf("got %d questions to the platform, want 1", n)
		}
	})
}

// slowRecord finds no card the first few times.
type slowRecord struct {
	notify.Decisions

	missing int
}

func (r *slowRecord) Pressed(ctx context.Context, p notify.Press) (notify.Pressed, error) {
	if r.missing--; r.missing >= 0 {
		return notify.Pressed{}, notify.ErrNotFound
	}
	return r.Decisions.Pressed(ctx, p)
}

// Whoever is quicker than we write down what was sent is not turned away.
func TestACardThatIsNotOnRecordYetIsLookedForAgain(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, _ *court) {
		h.decider.Records = &slowRecord{h.decider.Records, 3}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneDone, "已通过")
	})
}

func TestACardDecidesTheStepItWasMadeForAndNoOther(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		pass(12 * time.Minute)
		h.accept(passed("wangwu", "lisi")) // lisi is asked again, at step 2
		again := h.card("lisi")
		if again.State != "waiting_review/1" {
			t.Fatalf("got the card of %s, want that of step 1", again.State)
		}
		got := h.press("lisi", cards.Approve, "")
		if got.Tone != notify.ToneRefused || !strings.HasPrefix(got.Text.ZH, "已由 wangwu 于 ") {
			t.Errorf("got answer %s %q, want who passed step 1", got.Tone, got.Text.ZH)
		}
		if len(c.all()) != 0 {
			t.Error("the platform was asked about step 2")
		}
	})
}

func TestACardFromBeforeTheTicketCameBackDecidesNothing(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.accept(rejected("wangwu"))
		h.accept(event(4, ticket.KindResubmitted, ticket.WaitingReview, at(1, "lisi"), by("zhangsan")))
		c.answer = func(context.Context, int, notify.Question) (notify.Ruling, error) {
			ev := event(5, ticket.KindPassed, ticket.WaitingReview, at(2, "wangwu"), by("lisi"))
			return notify.Ruling{Word: notify.SaysDone, Event: &ev}, nil
		}
		wantOffers(t, h.shows("lisi")) // the newest card has the buttons
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneRefused, "工单已有更新，请按最新的消息处理")
		newest := h.of("lisi", notify.Feishu)[0]
		a := h.decider.Act(t.Context(), notify.Press{ID: "2", Channel: notify.Feishu, Address: "lisi", MessageID: newest.MessageID, Action: cards.Approve})
		if a.Tone != notify.ToneDone || len(c.all()) != 1 {
			t.Errorf("got answer %v after %d questions, want it done after one", a, len(c.all()))
		}
	})
}

// A platform that answers with an event from before has not told the end.
func TestAnAnswerThatIsOlderThanTheTicketIsNoEnd(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		c.answer = func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) {
			r, err := doing(ctx, n, q)
			r.Event.Ticket.Revision, r.Event.OccurredAt = q.On.Event.Ticket.Revision, q.On.Event.OccurredAt.Add(-time.Second)
			return r, err
		}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		if got := h.shows("lisi"); len(offers(got)) != 0 {
			t.Errorf("got a card that offers %v, want it to wait", offers(got))
		}
		h.accept(passed("lisi", "wangwu")) // the platform's own, which is newer
		if got := h.shows("lisi").Trail; len(got) != 1 || !strings.HasPrefix(got[0].ZH, "step 1：已由 lisi") {
			t.Errorf("got trail %v, want lisi's", got)
		}
		if got := c.all(); len(got) != 1 {
			t.Errorf("got %d questions, want one", len(got))
		}
	})
}

// What moved the ticket moved it, though the platform counts no further.
func TestAnAnswerOfTheSameRevisionIsAnEnd(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		c.answer = func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) {
			r, err := doing(ctx, n, q)
			r.Event.Ticket.Revision = q.On.Event.Ticket.Revision
			return r, err
		}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneDone, "已通过")
	})
}

func TestASlowPlatformShowsOnTheCardsAndThenTheEnd(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		c.answer = late(4 * time.Second)
		began := time.Now()
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		if took := time.Since(began); took > 2500*time.Millisecond {
			t.Errorf("got the answer after %s, want it within 2.5 s", took)
		}
		other := h.shows("wangwu")
		wantOffers(t, other)
		if n := len(other.Trail); n == 0 || other.Trail[n-1].ZH != "处理中：lisi 已提交「通过」" {
			t.Errorf("got trail %v, want who has pressed", other.Trail)
		}
		wantAnswer(t, h.press("wangwu", cards.Approve, ""), notify.ToneRefused, "lisi 正在处理")
		pass(3 * time.Second)
		if got := h.shows("wangwu").Trail; len(got) != 1 || !strings.HasPrefix(got[0].ZH, "step 1：已由 lisi") {
			t.Errorf("got trail %v, want the end", got)
		}
	})
}

func TestARefusalIsReadAtOnceOrLater(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		c.answer = says(notify.SaysRefused, "窗口期外禁止上线")
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneRefused, "工单系统没有接受：窗口期外禁止上线")
		wantOffers(t, h.shows("wangwu"), cards.Approve, cards.Reject)
		c.answer = func(_ context.Context, n int, _ notify.Question) (notify.Ruling, error) {
			if n == 2 {
				return notify.Ruling{}, errors.New("no route to host")
			}
			return notify.Ruling{Word: notify.SaysRefused, Message: "窗口期外禁止上线"}, nil
		}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		wantOffers(t, h.shows("wangwu"))
		pass(5 * time.Second)
		wantOffers(t, h.shows("wangwu"), cards.Approve, cards.Reject)
		calls := h.board.feishu.all()
		told := calls[len(calls)-1].Message
		for _, c := range calls {
			if strings.HasPrefix(c.Message.Notice, "dec_") {
				told = c.Message
			}
		}
		if told.To[0].Address != "lisi" || told.Card.Verb.ZH != "你提交的「通过」未生效" || told.Card.Reason.Value.ZH != "工单系统没有接受：窗口期外禁止上线" {
			t.Errorf("got the last notice %q to %s, want that it was refused", told.Card.Verb.ZH, told.To[0].Address)
		}
	})
}

func TestAPlatformThatIsDownIsAskedAgainUnderTheSameId(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		c.answer = func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) {
			if n < 4 {
				return notify.Ruling{}, errors.New("connection refused")
			}
			return doing(ctx, n, q)
		}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		pass(time.Minute)
		asked := c.all()
		if len(asked) != 4 || asked[0].ID != asked[3].ID || asked[0].Attempts != 1 || asked[3].Attempts != 4 {
			t.Fatalf("got %d questions, want 4 under one id", len(asked))
		}
		if got := h.shows("lisi").Trail; len(got) != 1 || !strings.HasPrefix(got[0].ZH, "step 1：已由 lisi") {
			t.Errorf("got trail %v, want the end", got)
		}
	})
}

func TestAPlatformThatStaysDownGivesTheButtonsBack(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		c.answer = func(context.Context, int, notify.Question) (notify.Ruling, error) {
			return notify.Ruling{}, errors.New("connection refused")
		}
		h.press("lisi", cards.Approve, "")
		pass(notify.AskTime + 10*time.Minute)
		wantOffers(t, h.shows("wangwu"), cards.Approve, cards.Reject)
		calls := h.board.feishu.all()
		told := 0
		for _, c := range calls {
			if strings.HasPrefix(c.Message.Notice, "dec_") && c.Message.To[0].Address == "lisi" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("got %d notices that nothing came of it, want 1", told)
		}
		n := len(c.all())
		pass(time.Hour)
		if len(c.all()) != n {
			t.Error("the platform was asked after the decision was given up")
		}
		c.answer = nil
		wantAnswer(t, h.press("wangwu", cards.Approve, ""), notify.ToneDone, "已通过")
	})
}

func TestAnEventThatTellsTheEndEndsADecisionThatWaitsForIt(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		c.answer = says(notify.SaysLater, "")
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.TonePending, "处理中，完成后卡片会自动更新。")
		pass(10 * time.Minute)
		if len(c.all()) != 1 {
			t.Errorf("got %d questions, want one: the platform has it", len(c.all()))
		}
		h.accept(passed("lisi", "wangwu"))
		pass(2 * time.Hour)
		for _, call := range h.board.feishu.all() {
			if strings.HasPrefix(call.Message.Notice, "dec_") {
				t.Errorf("got a notice %q, want none: it was done", call.Message.Card.Verb.ZH)
			}
		}
	})
}

func TestAReasonIsAskedForAsTheChannelTakesIt(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, _ *court) {
		for ch, want := range map[notify.Channel]string{notify.Feishu: "请填写驳回原因", notify.WeCom: "请选择驳回原因"} {
			got := h.decider.Act(t.Context(), notify.Press{
				ID: string(ch), Channel: ch, Address: "lisi", Notice: h.card("lisi").Event, Action: cards.Reject,
			})
			wantAnswer(t, got, notify.ToneRefused, want)
		}
	})
}

// A platform may report what lisi decided in the name of an account of its own.
func TestAServiceAccountThatReportsTheDecisionWasNotFirst(t *testing.T) {
	for name, row := range map[string]struct {
		event ticket.Event
		told  string // why whoever pressed reads that nothing came of it
	}{
		"the same outcome by a service account": {passed("sqle-robot", "wangwu"), ""},
		"another outcome by it":                 {rejected("sqle-robot"), "已由 sqle-robot 于"},
		"the same by another who was asked":     {passed("wangwu", "zhaoliu"), "已由 wangwu 于"},
	} {
		t.Run(name, func(t *testing.T) {
			inCourt(t, func(t *testing.T, h *house, c *court) {
				h.looked()
				c.answer = says(notify.SaysLater, "")
				h.press("lisi", cards.Approve, "")
				h.accept(row.event)
				pass(time.Minute)
				told := ""
				for _, call := range h.board.feishu.all() {
					if strings.HasPrefix(call.Message.Notice, "dec_") {
						told = call.Message.Card.Reason.Value.ZH
					}
				}
				if !strings.HasPrefix(told, row.told) || (row.told == "") != (told == "") {
					t.Errorf("got lisi told %q, want %q", told, row.told)
				}
			})
		})
	}
}

func TestAKilledProcessLeavesTheDecisionToTheNext(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		answered := make(chan struct{})
		c.answer = func(ctx context.Context, n int, q notify.Question) (notify.Ruling, error) {
			if n == 1 {
				<-answered // nobody hears the answer any more
				return notify.Ruling{}, errors.New("killed")
			}
			return doing(ctx, n, q)
		}
		h.press("lisi", cards.Approve, "")
		h.looked() // another process
		pass(time.Minute)
		close(answered)
		synctest.Wait()
		asked := c.all()
		if len(asked) != 2 || asked[0].ID != asked[1].ID {
			t.Fatalf("got %d questions, want 2 under one id", len(asked))
		}
		if rec, err := h.TicketByKey(t.Context(), "sqle", "1024"); err != nil || rec.State != "waiting_review/2" {
			t.Errorf("got state %s, %v, want step 2", rec.State, err)
		}
	})
}

func TestNothingIsDecidedWhereNobodyJudges(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		if err := h.PutPlatform(t.Context(), notify.Platform{Source: "sqle", Kind: notify.PlatformNone}); err != nil {
			t.Fatal(err)
		}
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneRefused, "请到工单系统处理")
		other := submitted("lisi")
		other.ID, other.Ticket.Key = "other", "2048"
		h.accept(other)
		newest := h.of("lisi", notify.Feishu)[0]
		for _, call := range h.board.feishu.all() {
			if call.Message.To[0].Key == newest.ID {
				wantOffers(t, call.Message.Card)
			}
		}
		if len(c.all()) != 0 {
			t.Error("a platform was asked although there is none")
		}
	})
}

// What a press is answered with, at once or later, tells times in the zone of whoever pressed.
func TestAnAnswerTellsTheTimeOfWhoeverPressed(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		h.looked()
		h.decider.Nudge = h.reminder()
		for _, who := range []string{"lisi", "zhangsan"} {
			abroad := person(who)
			abroad.Timezone = "Europe/Berlin" // it is one in the morning there, and eight in Shanghai
			h.update(abroad)
		}
		c.answer = says(notify.SaysLater, "")
		h.press("lisi", cards.Approve, "")
		h.accept(passed("wangwu", "zhaoliu"))
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneRefused, "已由 wangwu 于 01:00 通过")
		pass(time.Minute)
		told := ""
		for _, call := range h.board.feishu.all() {
			if strings.HasPrefix(call.Message.Notice, "dec_") {
				told += call.Message.Card.Reason.Value.ZH
			}
		}
		if told != "已由 wangwu 于 01:00 通过" {
			t.Errorf("got lisi told %q, want when it was in Berlin", told)
		}
		h.press("zhangsan", cards.Remind, "")
		wantAnswer(t, h.press("zhangsan", cards.Remind, ""), notify.ToneRefused, "刚催过，02:01 后可再催")
	})
}
