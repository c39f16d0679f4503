package notify_test

import (
	"testing"
	"time"

	"ticketbell/notify"
)

// failures has every attempt of one mail fail and returns the gaps between them.
func (h *house) failures(n int) []time.Duration {
	h.t.Helper()
	h.board.only(notify.Mail)
	h.board.mail.from(refusing(refusal("mail.421")))
	h.accept(submitted("lisi"))
	var gaps []time.Duration
	for range n { // nobody polls while time passes
		h.work(notify.Mail)
		h.stop()
		gap := time.Until(h.one("lisi", notify.Mail).NotBefore)
		gaps = append(gaps, gap)
		pass(gap)
	}
	return gaps
}

func TestBackOffDoublesUpToFiveMinutes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		want := time.Second
		for i, gap := range h.failures(14) {
			if gap < want*8/10-time.Millisecond || gap > want*12/10 {
				t.Errorf("got %v before attempt %d, want %v give or take a fifth", gap, i+2, want)
			}
			want = min(2*want, 5*time.Minute)
		}
	})
}

func TestRetriesDoNotMarchInStep(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.from(refusing(refusal("wecom.-1")))
		h.accept(submitted("lisi", "wangwu", "admin"))
		h.work(notify.WeCom)
		next := map[time.Time]bool{}
		for _, who := range []string{"lisi", "wangwu", "admin"} {
			next[h.one(who, notify.WeCom).NotBefore] = true
		}
		if len(next) < 2 {
			t.Errorf("got every retry at %v, want them apart", next)
		}
	})
}

func TestADeliveryIsGivenUpAtItsDeadline(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.failures(2)
		pass(notify.Patience)
		h.work(notify.Mail)
		d := h.wantFate("lisi", notify.Mail, notify.Dead, "deadline")
		if d.Attempts != 3 {
			t.Errorf("got %d attempts, want 3: the last one at the deadline", d.Attempts)
		}
		pass(time.Minute)
		if got := len(h.board.mail.all()); got != 3 {
			t.Errorf("got %d calls, want none after the last", got)
		}
	})
}

func TestARateWaitEndsAtTheDeadlineToo(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.from(refusing(notify.After(time.Hour, refusal("mail.450"))))
		h.accept(submitted("lisi"))
		pass(notify.Patience)
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Dead, "deadline")
	})
}

func TestADeliveryTriedAgainByHandHasTimeAnew(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.from(refusing(notify.Permanent(refusal("mail.550"))))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		d := h.wantFate("lisi", notify.Mail, notify.Dead, "refused")
		pass(time.Second)
		h.board.mail.from(nil)
		if _, err := h.RetryDelivery(t.Context(), d.ID, time.Now(), time.Now().Add(notify.Patience)); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
	})
}
