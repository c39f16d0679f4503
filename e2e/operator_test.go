package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// operate runs one of the operator's commands about deliveries against the bot.
func (b *bot) operate(code int, args ...string) outcome {
	b.door.t.Helper()
	settings := []string{"TICKETBELL_URL=" + b.door.url, "TICKETBELL_TOKEN=" + b.door.token}
	got := command(b.door.t, settings, append([]string{"delivery"}, args...)...)
	if got.code != code {
		b.door.t.Fatalf("bot delivery %s: got exit code %d, want %d: %s", strings.Join(args, " "), got.code, code, got.stderr)
	}
	return got
}

// prints looks for words on a command's stdout.
func (o outcome) prints(words ...string) error {
	for _, w := range words {
		if !strings.Contains(o.stdout, w) {
			return fmt.Errorf("%q is missing from %q", w, o.stdout)
		}
	}
	return nil
}

// printing is [bot.operate] for a command that must say the words.
func (b *bot) printing(words []string, args ...string) {
	b.door.t.Helper()
	if err := b.operate(0, args...).prints(words...); err != nil {
		b.door.t.Errorf("bot delivery %s: %v", strings.Join(args, " "), err)
	}
}

func TestAnOperatorSendsDeadLettersAgainFromTheCommandLine(t *testing.T) {
	b := demo(t)
	b.devices.breaks(mail, "unknown_person")
	b.post(submitted("7001", byUsername("t1")))
	b.post(submitted("7002", byUsername("admin")))
	eventually(t, "both mails are given up", func() error {
		return b.operate(0, "list", "--status", "dead", "-o", "json").prints("7001", "7002")
	})
	id := b.deliveries("ticket=7001&channel=mail")[0].ID
	b.printing([]string{"#7001", "t1", "dead", "mail.550", "尝试"}, "show", id, "--lang", "zh")
	b.printing([]string{"2 would be queued again"}, "retry", "--channel", "mail", "--class", "identity", "--dry-run")

	b.devices.mends(mail)
	b.printing([]string{"1 queued again"}, "retry", id)
	b.printing([]string{"1 queued again"}, "retry", "--status", "dead", "--channel", "mail")
	b.devices.hearsOn(mail, "t1", "7001")
	b.devices.hearsOn(mail, "admin", "7002")
	b.rest()
	if got := b.operate(1, "retry", id); !strings.Contains(got.stderr, id) { // it has arrived
		t.Errorf("got %q, want it to name %s", got.stderr, id)
	}
}
