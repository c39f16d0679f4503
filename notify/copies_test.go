package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// oneMessage answers as WeCom does: everybody in a call has the same message.
func oneMessage(_ context.Context, _ int, c call) []notify.Outcome {
	return slices.Repeat([]notify.Outcome{{MessageID: "msg-1"}}, len(c.Message.To))
}

// changeable makes WeCom's messages such that they can be changed, and all there is.
func (h *house) changeable() {
	h.board.only(notify.WeCom)
	h.board.change(func(b *board) { b.changeable = true })
	h.desk.Refresh = []notify.Channel{notify.WeCom}
	h.board.wecom.from(oneMessage)
}

func TestOneCallBringsEveryCopyOfAMessageUpToDate(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.changeable()
		h.accept(submitted("lisi", "wangwu"))
		h.work(notify.WeCom)
		last(t, h.board.wecom, 1)
		r := h.accept(executing("admin"))
		for _, who := range []string{"lisi", "wangwu"} {
			if d := h.wantFate(who, notify.WeCom, notify.Updated, ""); d.Shown != r.EventID {
				t.Errorf("got %s's copy showing %s, want %s", who, d.Shown, r.EventID)
			}
		}
		update := last(t, h.board.wecom, 2)
		if update.Update != "msg-1" || len(update.Message.To) != 2 {
			t.Errorf("got an update of %q for %d, want one of msg-1 for both", update.Update, len(update.Message.To))
		}
	})
}

func TestAMessageLeftAloneOnPurposeSaysSoAndCostsNothing(t *testing.T) {
	for err, reason := range map[error]string{notify.ErrSpared: notify.ReasonSpared, notify.ErrAsSent: notify.ReasonAsSent} {
		inHouse(t, func(t *testing.T, h *house) {
			h.changeable()
			h.accept(submitted("lisi"))
			h.work(notify.WeCom)
			h.board.wecom.from(refusing(err))
			h.accept(executing("admin"))
			d := h.wantFate("lisi", notify.WeCom, notify.Accepted, reason)
			if d.Shown != d.Event || d.Attempts != 1 {
				t.Errorf("got a card that shows %s after %d attempts, want what it showed after 1", d.Shown, d.Attempts)
			}
			pass(time.Minute)
			last(t, h.board.wecom, 2)
		})
	}
}

func TestASenderIsToldAsWhatAMessageIsOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.changeable()
		h.board.wecom.from(formed("post"))
		h.accept(submitted("lisi"))
		h.work(notify.WeCom)
		if got := last(t, h.board.wecom, 1).Message.Form; got != "" {
			t.Errorf("got a form of %q for what is sent first, want none", got)
		}
		for i, step := range []struct{ says, told string }{{"text", "post"}, {"", "text"}, {"", "text"}} {
			h.board.wecom.from(formed(step.says))
			h.accept(event(int64(i+2), ticket.KindExecuting, ticket.Running, by("admin")))
			if got := last(t, h.board.wecom, i+2).Message.Form; got != step.told {
				t.Errorf("got a form of %q with update %d, want %q", got, i+1, step.told)
			}
		}
	})
}

// formed takes everything, and calls it form.
func formed(form string) func(context.Context, int, call) []notify.Outcome {
	return func(_ context.Context, _ int, c call) []notify.Outcome {
		return slices.Repeat([]notify.Outcome{{MessageID: "msg-1", Form: form}}, len(c.Message.To))
	}
}

func TestAChannelWithoutUpdatesSaysThatItsMessageStaysAsItIs(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.changeable()
		h.accept(submitted("lisi"))
		h.work(notify.WeCom)
		h.board.change(func(b *board) { b.changeable = false })
		h.accept(executing("admin"))
		h.wantFate("lisi", notify.WeCom, notify.Accepted, notify.ReasonNotUpdatable)
	})
}
