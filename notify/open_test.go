package notify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/notify"
)

// slowDisk is a ledger that writes no outcome down before ready is closed.
type slowDisk struct {
	notify.Queue

	ready chan struct{}
}

// Settle implements [notify.Queue].
func (d slowDisk) Settle(ctx context.Context, lease string, s []notify.Settlement) error {
	<-d.ready
	return d.Queue.Settle(ctx, lease, s)
}

// The next call does not wait until the last one is written down, but what a killed
// process would send again stays bounded: two for each call that may run at once.
func TestCallsGoOnWhileOutcomesAreWrittenDown(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.manyTickets(10)
		disk := slowDisk{h.Store, make(chan struct{})}
		w := h.worker(notify.Mail, 1)
		w.Queue = disk
		h.start(w)
		if got := len(h.board.mail.all()); got != 2 {
			t.Errorf("got %d calls while nothing can be written down, want 2", got)
		}
		close(disk.ready)
		synctest.Wait()
		pass(time.Second)
		if got := h.count(notify.Mail, notify.Accepted); got != 10 {
			t.Errorf("got %d accepted, want all 10", got)
		}
		if got := len(h.board.mail.all()); got != 10 {
			t.Errorf("got %d calls, want one for each of the 10", got)
		}
	})
}
