package notify_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestATicketIsMutedFromItsCardAndStillDecidedThere(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, c *court) {
		c.answer = func(context.Context, int, notify.Question) (notify.Ruling, error) {
			return notify.Ruling{}, errors.New("it is down")
		}
		for range 2 { // pressed twice it is muted
			got := h.press("lisi", cards.Mute, "")
			wantAnswer(t, got, notify.ToneDone, "已静音 #1024，等你处理的照常通知。在「我的通知」可以恢复")
		}
		if got := h.shows("lisi"); !got.Muted || !got.Mutable() {
			t.Errorf("got muted %v with %v, want a card that says so and takes it back", got.Muted, got.Buttons)
		}
		if got := h.shows("wangwu"); got.Muted {
			t.Error("got wangwu's card muted, want lisi's alone")
		}
		if asked := c.all(); len(asked) != 0 {
			t.Errorf("got %d questions to the platform, want none: a mute is no business of its", len(asked))
		}
		wantOffers(t, h.shows("lisi"), cards.Approve, cards.Reject)
		c.answer = nil
		wantAnswer(t, h.press("lisi", cards.Approve, ""), notify.ToneDone, "已通过")
	})
}

func TestWhatWasMutedFromACardIsHeardOfAgain(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, _ *court) {
		h.accept(passed("wangwu", "lisi")) // zhangsan hears of what they asked for
		wantAnswer(t, h.press("zhangsan", cards.Mute, ""), notify.ToneDone, "已静音 #1024，等你处理的照常通知。在「我的通知」可以恢复")
		h.accept(event(3, ticket.KindPassed, ticket.WaitingReview, at(3, "lisi"), by("lisi")))
		if d := h.of("zhangsan", notify.Feishu)[0]; d.Reason != notify.ReasonMuted {
			t.Errorf("got %s %q, want the progress muted", d.Status, d.Reason)
		}
		for range 2 {
			wantAnswer(t, h.press("zhangsan", cards.Unmute, ""), notify.ToneDone, "已恢复 #1024 的通知，静音期间的不再补发")
		}
		if got := h.shows("zhangsan"); got.Muted {
			t.Error("got a card that says muted, want it to say so no more")
		}
		h.accept(event(4, ticket.KindPassed, ticket.WaitingExecution, by("lisi")))
		if d := h.of("zhangsan", notify.Feishu)[0]; d.Status != notify.Accepted {
			t.Errorf("got %s %q, want the progress told again", d.Status, d.Reason)
		}
	})
}

func TestWhoeverCannotMuteATicketReadsWhy(t *testing.T) {
	inCourt(t, func(t *testing.T, h *house, _ *court) {
		wantAnswer(t, h.pressOn("lisi", "nobody", cards.Mute, ""), notify.ToneRefused, "没有找到与你对应的用户，请联系管理员添加")
		gone := person("wangwu")
		gone.Disabled = true
		h.update(gone)
		wantAnswer(t, h.press("wangwu", cards.Mute, ""), notify.ToneRefused, "你的账号已停用，请联系管理员")
		wantAnswer(t, h.pressOn("lisi", "admin", cards.Mute, ""), notify.ToneRefused, "没有给你发过 #1024 的通知，无需静音")
		wantAnswer(t, h.decider.Act(t.Context(), notify.Press{ID: "p1", Channel: notify.Feishu, Address: "lisi", MessageID: "om_lost", Action: cards.Mute}),
			notify.ToneRefused, "这张卡片已过期，请到工单系统处理")
		h.accept(succeeded("lisi"))
		for _, a := range []cards.Action{cards.Mute, cards.Unmute} {
			wantAnswer(t, h.press("lisi", a, ""), notify.ToneRefused, "#1024 已经结束，不会再有进展")
		}
		if got := h.shows("lisi"); got.Mutable() || got.Muted {
			t.Errorf("got a card with %v, want nothing to mute once it is over", got.Buttons)
		}
	})
}

func TestOnlyWhoHasAPageToTakeItBackOnMutesFromACard(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.change(func(b *board) { b.decides = true })
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, at(1, "lisi"),
			audience(ticket.Person{Username: "lisi"}, ticket.Person{Email: "guest@other.com"})))
		for who, want := range map[string]bool{"lisi": true, "guest@other.com": false} {
			if got := h.shows(who); got.Mutable() != want {
				t.Errorf("%s: got %v, want to be able to mute: %v", who, got.Buttons, want)
			}
		}
	})
}

func TestACardOfAChannelWhosePressesDoNotComeBackMutesNothing(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		if got := h.shows("lisi"); got.Mutable() || strings.Contains(got.Plain(cards.Chinese), "静音") {
			t.Errorf("got %v, want no button to mute", got.Buttons)
		}
	})
}
