package smtp

import (
	"slices"
	"testing"
	"time"

	"ticketbell/sandbox"
)

// strike sets a fault of the mailbox once.
func (h *house) strike(name string) {
	h.faults.Set(sandbox.Fault{Channel: Channel, Name: name, Times: 1})
}

func TestFaultsStrikeWhereARealServerWould(t *testing.T) {
	for _, tc := range []struct {
		fault string
		auth  int
		mail  int
		rcpt  int
		data  int
	}{
		{wrongSecret, 535, 530, 0, 0},
		{bounceSender, 235, 553, 0, 0},
		{rateLimited, 235, 250, 450, 0},
		{unknownPerson, 235, 250, 550, 0},
		{tooLarge, 235, 250, 250, 552},
		{spam, 235, 250, 250, 554},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			h := open(t, func(cfg *Config) { cfg.Username, cfg.Password = "bell", "right" })
			h.strike(tc.fault)
			c := h.greeted(t)
			c.say(tc.auth, "AUTH PLAIN AGJlbGwAcmlnaHQ=")
			c.say(tc.mail, "MAIL FROM:<bell@corp.example>")
			if tc.rcpt != 0 {
				c.say(tc.rcpt, "RCPT TO:<lisi@corp.example>")
			}
			if tc.data != 0 {
				c.say(354, "DATA")
				c.say(tc.data, plainMail()+"\r\n.")
			}
			again := h.greeted(t)
			again.say(235, "AUTH PLAIN AGJlbGwAcmlnaHQ=")
			again.send(250, plainMail())
			if got := len(h.messages()); got != 1 {
				t.Errorf("got %d messages, want 1", got)
			}
		})
	}
}

func TestRefusedAndBackOnTheSamePort(t *testing.T) {
	h := open(t, nil)
	idle := h.greeted(t)
	h.faults.Set(sandbox.Fault{Channel: Channel, Name: refused})
	if greeting, err := h.greeting(t); err == nil {
		t.Fatalf("got greeting %q, want the connection refused", greeting)
	}
	if err := idle.PrintfLine("MAIL FROM:<bell@corp.example>"); err != nil {
		t.Fatal(err)
	}
	idle.gone()
	h.faults.Clear(Channel)
	h.greeted(t).send(250, plainMail())
}

func TestUnavailableGreetsAndEndsWith421(t *testing.T) {
	h := open(t, nil)
	idle := h.greeted(t)
	h.faults.Set(sandbox.Fault{Channel: Channel, Name: unavailable})
	c := h.connect(t)
	c.expect(421)
	c.gone()
	idle.say(421, "MAIL FROM:<bell@corp.example>")
	idle.gone()
}

func TestDropAfterDataKeepsTheMail(t *testing.T) {
	h := open(t, nil)
	h.strike(dropAfterData)
	c := h.greeted(t)
	c.say(250, "MAIL FROM:<bell@corp.example>")
	c.say(250, "RCPT TO:<lisi@corp.example>")
	c.say(354, "DATA")
	if err := c.PrintfLine("%s\r\n.", plainMail()); err != nil {
		t.Fatal(err)
	}
	c.gone()
	if got := len(h.messages()); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
}

func TestTimeoutAnswersNothingUntilTheServerCloses(t *testing.T) {
	h := open(t, nil)
	h.strike(timeout)
	c := h.greeted(t)
	if err := c.PrintfLine("MAIL FROM:<bell@corp.example>"); err != nil {
		t.Fatal(err)
	}
	if err := c.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	c.gone()
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSlowDelaysEveryReply(t *testing.T) {
	h := open(t, func(cfg *Config) { cfg.Slow = 5 * time.Millisecond })
	h.faults.Set(sandbox.Fault{Channel: Channel, Name: slow})
	start := time.Now()
	h.greeted(t).send(250, plainMail())
	if took := time.Since(start); took < 6*5*time.Millisecond {
		t.Errorf("got a mail in %s, want six replies of 5 ms", took)
	}
}

func TestEveryFaultHasAName(t *testing.T) {
	for _, verb := range []string{"AUTH", "MAIL", "RCPT"} {
		for _, name := range faultsAt(verb) {
			if !slices.Contains(FaultNames(), name) {
				t.Errorf("got fault %s at %s, want it among FaultNames", name, verb)
			}
		}
	}
}
