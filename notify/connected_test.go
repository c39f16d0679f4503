package notify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ticketbell/notify"
)

// A mail server may think for minutes over a mail it has. Whoever gives up earlier
// sends the same mail again, and the reader gets both.
func TestASenderWithConnectionsBoundsItsCallsItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.connections = 1
		h.board.mail.from(slowly(9 * time.Minute))
		h.accept(submitted("lisi"))
		h.start(h.worker(notify.Mail, 8), h.worker(notify.Mail, 8)) // two replicas
		pass(8 * time.Minute)
		h.wantFate("lisi", notify.Mail, notify.Sending, "")
		pass(2 * time.Minute)
		last(t, h.board.mail, 1)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}

func TestAStopEndsACallThatWouldTakeMinutes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.connections = 1
		h.board.mail.from(slowly(9 * time.Minute))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		asked := time.Now()
		h.stop()
		if took := time.Since(asked); took != notify.SendTime {
			t.Errorf("got a stop after %v, want it after %v", took, notify.SendTime)
		}
		d := h.wantFate("lisi", notify.Mail, notify.Retrying, notify.ReasonFailing)
		if got := h.attempts(d); len(got) != 1 || got[0].Outcome != "unknown" || d.UnknownSince.IsZero() {
			t.Errorf("got attempts %+v, want one of which nobody knows what came of it", got)
		}
	})
}

func TestAsManyCallsRunAsTheSenderHasConnections(t *testing.T) {
	for _, connections := range []int{1, 3, 12} {
		t.Run(fmt.Sprint(connections), func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Mail)
				h.board.connections = connections
				busy, most := 0, 0
				h.board.mail.from(func(ctx context.Context, n int, c call) []notify.Outcome {
					h.board.change(func(*board) { busy++; most = max(most, busy) })
					defer h.board.change(func(*board) { busy-- })
					return slowly(time.Second)(ctx, n, c)
				})
				h.manyTickets(40)
				h.start(h.worker(notify.Mail, 5))
				pass(time.Minute)
				h.stop()
				if most != connections {
					t.Errorf("got %d calls at once, want %d", most, connections)
				}
			})
		})
	}
}
