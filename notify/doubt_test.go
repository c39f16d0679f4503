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
		if n := len(h.board.mail.all()); n != 2 {
			t.Errorf("got %d mails within a minute, want 2: the second at once, for most often it is a connection that broke", n)
		}
		pass(2 * notify.Patience)
		if n := len(h.board.mail.all()); n < 8 || n > 12 {
			t.Errorf("got %d mails, want about ten in a day", n)
		}
		h.wantFate("lisi", notify.Mail, notify.Dead, notify.ReasonUnknown)
	})
}
