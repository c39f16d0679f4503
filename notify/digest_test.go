package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestADigestHasAKeyOfItsOwnAndLeavesDoubtOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.limits = notify.Limits{PersonPerMinute: 30}
		h.board.feishu.from(func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 1 { // the first is taken, and its answer lost
				return []notify.Outcome{{Err: errors.New("EOF")}}
			}
			return taken(c)
		})
		results := func(from, to int) {
			for i := from; i < to; i++ {
				key := fmt.Sprint("r", i)
				h.accept(event(1, ticket.KindCompleted, ticket.Completed, func(ev *ticket.Event) {
					ev.ID, ev.Ticket.Key, ev.Ticket.Creator.Username = key, key, "lisi"
				}))
			}
		}
		results(0, 1)
		first := h.one("lisi", notify.Feishu)
		start := func() {
			w := h.worker(notify.Feishu, 16)
			w.Pacer = places(1)
			h.start(w)
		}
		start()
		h.stop()
		results(1, 12) // claimed together with the first, once it is tried again
		pass(10 * time.Second)
		start()
		pass(3 * time.Hour)

		var own, digests int
		for _, c := range h.board.feishu.all() {
			key, digest := c.Message.To[0].Key, c.Message.Card.Chip.EN == "Digest"
			switch {
			case digest && strings.HasPrefix(key, "dlv_"):
				t.Errorf("got the key of a delivery, %s, on a digest: the provider may know it with other words", key)
			case digest:
				digests++
			case key == first.ID:
				own++
			}
		}
		if own != 2 || digests == 0 {
			t.Errorf("got the first told %d times in its own words and %d digests, want 2 and some", own, digests)
		}
		if n := h.count(notify.Feishu, notify.Accepted); n != 12 {
			t.Errorf("got %d accepted, want all 12", n)
		}
	})
}
