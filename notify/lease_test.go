package notify_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestALeaseIsRenewedWhileASlowSendRuns(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		hold := make(chan struct{})
		h.board.mail.answer = func(_ context.Context, _ int, c call) []notify.Outcome {
			<-hold // a sender that does not even look at its context
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.start(h.worker(notify.Mail, 1), h.worker(notify.Mail, 1)) // two replicas
		pass(5 * notify.LeaseTime)
		close(hold)
		pass(time.Second)
		last(t, h.board.mail, 1)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}

func TestACallIsBounded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(ctx context.Context, n int, c call) []notify.Outcome {
			<-ctx.Done()
			return refusing(ctx.Err())(ctx, n, c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(notify.SendTime)
		h.stop()
		attempts := h.attempts(h.one("lisi", notify.Mail))
		if len(attempts) != 1 || attempts[0].Duration != notify.SendTime {
			t.Errorf("got attempts %+v, want one of %v", attempts, notify.SendTime)
		}
	})
}

func TestOneHangingChannelDelaysNoOther(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.feishu.answer = slowly(time.Hour)
		h.work(notify.Channels()...)
		began := time.Now()
		h.manyTickets(30)
		for name, p := range map[string]*provider{"wecom": h.board.wecom, "mail": h.board.mail} {
			told := 0
			for _, c := range p.all() {
				if told += len(c.to()); c.At.After(began) {
					t.Errorf("got a call on %s %v late, want none to wait for feishu", name, c.At.Sub(began))
				}
			}
			if told != 30 {
				t.Errorf("got %d told on %s, want all 30", told, name)
			}
		}
	})
}

func TestASlowCallHoldsUpNoOtherOfItsChannel(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.board.feishu.answer = func(ctx context.Context, n int, c call) []notify.Outcome {
			if c.to()[0] == "lisi" {
				return slowly(10*time.Second)(ctx, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi", "wangwu", "admin"))
		h.work(notify.Feishu)
		h.wantFate("wangwu", notify.Feishu, notify.Accepted, "")
		h.wantFate("admin", notify.Feishu, notify.Accepted, "")
		h.wantFate("lisi", notify.Feishu, notify.Sending, "")
		pass(10 * time.Second)
		h.wantFate("lisi", notify.Feishu, notify.Accepted, "")
	})
}

// A send that finishes while the worker stops is written down: it must not go out
// once more after the restart.
func TestASendThatFinishesDuringAStopIsWrittenDown(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = slowly(10 * time.Second)
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.stop()
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
		h.work(notify.Mail)
		pass(time.Minute)
		last(t, h.board.mail, 1)
	})
}

// silent is a queue whose first connection dies without a word, in the middle of that call.
type silent struct {
	notify.Queue
	call string
	once sync.Once
}

func (q *silent) hang(ctx context.Context, call string) (err error) {
	if call == q.call {
		q.once.Do(func() { <-ctx.Done(); err = ctx.Err() })
	}
	return err
}

func (q *silent) DueIn(ctx context.Context, ch notify.Channel) (time.Duration, bool, error) {
	if err := q.hang(ctx, "due"); err != nil {
		return 0, false, err
	}
	return q.Queue.DueIn(ctx, ch)
}

func (q *silent) Settle(ctx context.Context, lease string, s []notify.Settlement) error {
	if err := q.hang(ctx, "settle"); err != nil {
		return err
	}
	return q.Queue.Settle(ctx, lease, s)
}

func TestAConnectionThatDiesWithoutAWordCostsNoMessage(t *testing.T) {
	for _, call := range []string{"due", "settle"} {
		t.Run(call, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Mail)
				h.board.mail.answer = slowly(8 * time.Second)
				h.accept(submitted("lisi"))
				w := h.worker(notify.Mail, 1)
				w.Queue = &silent{Queue: h.Store, call: call}
				h.start(w)
				pass(time.Minute)
				h.wantFate("lisi", notify.Mail, notify.Accepted, "")
				last(t, h.board.mail, 1)
			})
		})
	}
}

// unrenewed is a queue that renews nothing for a while, as when the database is away, but
// hands out what is due.
type unrenewed struct {
	notify.Queue
	until time.Time
}

func (q *unrenewed) Renew(ctx context.Context, lease string, ids []string, hold time.Duration) ([]string, error) {
	if time.Now().Before(q.until) {
		return nil, errors.New("the database is away")
	}
	return q.Queue.Renew(ctx, lease, ids, hold)
}

func TestAWorkerTakesNothingAnewThatItIsSending(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, _ int, c call) []notify.Outcome {
			time.Sleep(3 * notify.LeaseTime) // of the bubble's time, whatever its context says
			return taken(c)
		}
		h.accept(submitted("lisi"))
		w := h.worker(notify.Mail, 2)
		w.Queue = &unrenewed{h.Store, time.Now().Add(2 * notify.LeaseTime)}
		h.start(w)
		pass(4 * notify.LeaseTime)
		last(t, h.board.mail, 1)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}
