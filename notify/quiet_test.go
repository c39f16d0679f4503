package notify_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// nights are quiet hours around the time at which a bubble begins, midnight of UTC.
func nights() ticket.Quiet { return ticket.Quiet{From: "22:00", To: "08:00", Timezone: "UTC"} }

// sleepy is a person with quiet hours.
func sleepy(username string, q ticket.Quiet) ticket.User {
	u := person(username)
	u.Quiet = q
	return u
}

// told are the calls that sent something new to who, by the cards' English chip.
func (h *house) told(p *provider, who string) []string {
	var chips []string
	for _, c := range p.all() {
		if c.Update == "" && slices.Contains(c.to(), who) {
			chips = append(chips, c.At.UTC().Format("15:04 ")+c.Message.Card.Chip.EN)
		}
	}
	return chips
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got told %q, want %q", got, want)
	}
}

func TestWhatComesInTheNightWaitsForTheMorningAndIsOneDigest(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu, notify.Mail)
		h.board.limits = notify.Limits{PerSecond: 5, PersonPerSecond: 5} // fewer calls than messages
		h.update(sleepy("lisi", nights()))
		h.work(notify.Feishu, notify.Mail)
		for i := range 40 {
			ev := submitted("lisi", "wangwu")
			ev.ID, ev.Ticket.Key = fmt.Sprint("night-", i), fmt.Sprint(i)
			h.accept(ev)
			pass(time.Minute)
		}
		for _, d := range h.of("lisi", notify.Feishu) {
			if d.Status != notify.Queued || d.Reason != notify.ReasonQuiet || d.Attempts != 0 {
				t.Fatalf("got %s %q after %d attempts, want it to wait", d.Status, d.Reason, d.Attempts)
			}
			if got := d.Words().EN; got != "quiet hours until 08:00" {
				t.Fatalf("got %q, want the end named", got)
			}
		}
		wantTold(t, h.told(h.board.feishu, "lisi"))
		if n := len(h.told(h.board.feishu, "wangwu")); n != 40 {
			t.Errorf("got wangwu told %d times at once, want 40", n)
		}

		pass(8 * time.Hour)
		for ch, p := range map[notify.Channel]*provider{notify.Feishu: h.board.feishu, notify.Mail: h.board.mail} {
			wantTold(t, h.told(p, "lisi"), "08:00 Digest")
			for _, d := range h.of("lisi", ch) {
				if d.Status != notify.Accepted || d.Attempts != 1 || len(h.attempts(d)) != 1 {
					t.Errorf("got %s %q after %d attempts, want each accepted on its own record", d.Status, d.Reason, d.Attempts)
				}
			}
		}
		footer := h.board.mail.all()
		if got := footer[len(footer)-1].Message.Card.Footer.ZH; got != "这些是你免打扰期间的通知，合并为一条。" {
			t.Errorf("got footer %q, want the digest to say why", got)
		}
	})
}

func TestOneThatWaitedIsTheCardItWouldHaveBeen(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.update(sleepy("lisi", nights()))
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		pass(9 * time.Hour)
		h.wantFate("lisi", notify.Feishu, notify.Accepted, "")
		wantTold(t, h.told(h.board.feishu, "lisi"), "08:00 Pending review")
	})
}

func TestWhatIsOverByTheMorningIsNotToldUnlessItIsAResult(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.update(sleepy("lisi", nights()))
		h.update(sleepy("zhangsan", nights()))
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		h.accept(event(2, ticket.KindRejected, ticket.Rejected))
		pass(9 * time.Hour)
		h.wantFate("lisi", notify.Feishu, notify.Canceled, notify.ReasonOver)
		h.wantFate("zhangsan", notify.Feishu, notify.Accepted, "")
	})
}

func TestFailuresAndRemindersWakePeople(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		for _, name := range []string{"lisi", "zhangsan", "admin"} {
			h.update(sleepy(name, nights()))
		}
		h.work(notify.Feishu)
		h.reminds(1)
		h.accept(waiting(patient(time.Hour, 90*time.Minute, "admin")))
		pass(100 * time.Minute)
		wantTold(t, h.told(h.board.feishu, "lisi"), "01:00 Pending review")
		wantTold(t, h.told(h.board.feishu, "admin"), "01:30 Pending review")
		h.accept(event(2, ticket.KindFailed, ticket.Failed))
		wantTold(t, h.told(h.board.feishu, "zhangsan"), "01:40 Failed")
	})
}

func TestACardThatIsOutChangesInTheNight(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.update(sleepy("lisi", ticket.Quiet{From: "01:00", To: "08:00", Timezone: "UTC"}))
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		pass(2 * time.Hour)
		h.accept(passed("lisi", "wangwu"))
		h.wantFate("lisi", notify.Feishu, notify.Updated, "")
	})
}

func TestARetryThatFallsIntoTheNightWaits(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.update(sleepy("lisi", ticket.Quiet{From: "01:00", To: "08:00", Timezone: "UTC"}))
		pass(59*time.Minute + 59*time.Second)
		h.board.feishu.from(refusing(errors.New("EOF")))
		h.work(notify.Feishu)
		for i := range 3 { // each fails before the night, and is due again at a time of its own
			ev := submitted("lisi")
			ev.ID, ev.Ticket.Key = fmt.Sprint("late-", i), fmt.Sprint(i)
			h.accept(ev)
		}
		pass(time.Hour)
		tried := len(h.board.feishu.all())
		h.board.feishu.from(nil)
		pass(5 * time.Hour)
		if n := len(h.board.feishu.all()); n != tried {
			t.Errorf("got %d calls in the night, want none", n-tried)
		}
		for _, d := range h.of("lisi", notify.Feishu) {
			if d.Status != notify.Retrying || d.Reason != notify.ReasonQuiet {
				t.Errorf("got %s %q, want it to wait for the morning", d.Status, d.Reason)
			}
		}
		pass(2 * time.Hour)
		if n := h.count(notify.Feishu, notify.Accepted); n != 3 {
			t.Errorf("got %d accepted in the morning, want 3", n)
		}
	})
}

func TestPeopleWhoLiveElsewhereSleepThere(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.set(func(s *notify.Settings) { s.Timezone = "Asia/Shanghai" })
		u := sleepy("lisi", ticket.Quiet{From: "23:00", To: "03:00"})
		u.Timezone = "UTC" // where it is midnight
		h.update(u)
		h.accept(submitted("lisi"))
		if got := h.wantFate("lisi", notify.Mail, notify.Queued, notify.ReasonQuiet).Words().ZH; got != "免打扰至 03:00" {
			t.Errorf("got %q, want the end where the person lives", got)
		}
	})
}

func TestPeopleWhoSetNoZoneSleepWhereTheInstallationIs(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.set(func(s *notify.Settings) { s.Timezone = "Asia/Shanghai" }) // where it is eight in the morning
		h.update(sleepy("lisi", ticket.Quiet{From: "07:00", To: "09:00"}))
		h.accept(submitted("lisi"))
		d := h.wantFate("lisi", notify.Mail, notify.Queued, notify.ReasonQuiet)
		if got := d.Words().ZH; got != "免打扰至 09:00" {
			t.Errorf("got %q, want the end where the person is", got)
		}
		if left := d.Deadline.Sub(d.NotBefore).Round(time.Second); left != notify.Patience {
			t.Errorf("got %s to try it from then on, want %s", left, notify.Patience)
		}
	})
}
