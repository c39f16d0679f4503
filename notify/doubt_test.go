package notify_test

import (
	"errors"
	"testing"
	"time"

	"ticketbell/notify"
)

// A mail server that takes every mail and breaks off before it says so: each repeat may
// be one more mail to read.
func TestWhatMayHaveArrivedIsRepeatedEverMoreRarely(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.from(refusing(errors.New("EOF")))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(time.Minute)
		if n := len(h.board.mail.all()); n != 3 {
			t.Errorf("got %d mails within a minute, want 3: one at once and one soon, for most often it is a connection that broke", n)
		}
		pass(2 * notify.Patience)
		if n := len(h.board.mail.all()); n < 9 || n > 13 {
			t.Errorf("got %d mails, want about a dozen in a day", n)
		}
		h.wantFate("lisi", notify.Mail, notify.Dead, notify.ReasonUnknown)
	})
}
