package notify_test

import (
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// picky is a person who is told on one channel at a time, in that order.
func picky(username, order string) ticket.User {
	u := person(username)
	u.Ways = ticket.Ways{Order: order, Policy: ticket.FirstWay}
	return u
}

func TestWhoeverIsToldOnOneChannelHearsOnTheFirstThatGetsThrough(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.update(picky("lisi", "mail,wecom"))
		wantFates(t, h.accept(submitted("lisi", "wangwu")),
			"lisi mail queued", "lisi wecom queued in_reserve", "lisi feishu queued in_reserve",
			"wangwu feishu queued", "wangwu wecom queued", "wangwu mail queued")
		h.work(notify.Channels()...)
		pass(time.Hour)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
		for _, ch := range []notify.Channel{notify.WeCom, notify.Feishu} {
			if d := h.wantFate("lisi", ch, notify.Canceled, notify.ReasonNotNeeded); d.Attempts != 0 {
				t.Errorf("got %d attempts on %s, want none", d.Attempts, ch)
			}
		}
		wantTold(t, h.told(h.board.wecom, "wangwu"), "00:00 Pending review")
	})
}

func TestWhatFailsGivesWayToTheNextChannelAtOnce(t *testing.T) {
	for name, row := range map[string]struct {
		err    error
		status notify.Status
		reason string
		said   string
	}{
		"refused": {notify.Permanent(refusal("230013")), notify.Dead, notify.ReasonRefused, "飞书未送达：平台拒绝，重试无用"},
		"unknown": {notify.Unreachable(refusal("identity.not_found")), notify.Skipped, notify.ReasonNotFound, "飞书未送达：平台上没有这个手机号或邮箱的用户，或不在应用可见范围"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.update(picky("lisi", "feishu,wecom,mail"))
				h.board.feishu.from(refusing(row.err))
				h.work(notify.Channels()...)
				h.accept(submitted("lisi"))
				pass(5 * time.Second)
				h.wantFate("lisi", notify.Feishu, row.status, row.reason)
				if d := h.wantFate("lisi", notify.WeCom, notify.Accepted, ""); d.Instead.Words().ZH != row.said {
					t.Errorf("got %q, want %q", d.Instead.Words().ZH, row.said)
				}
				h.wantFate("lisi", notify.Mail, notify.Canceled, notify.ReasonNotNeeded)
			})
		})
	}
}

func TestWhoeverHasNoAddressOnTheFirstChannelIsToldOnTheNext(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		u := picky("lisi", "mail,wecom")
		u.Email, u.Phone = "", "+8613800001234"
		h.update(u)
		h.board.only(notify.Mail, notify.WeCom)
		wantFates(t, h.accept(submitted("lisi")), "lisi mail skipped no_email", "lisi wecom queued")
		if got, want := h.one("lisi", notify.WeCom).Instead, (notify.Instead{Of: notify.Mail, Reason: notify.ReasonNoEmail}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestAChannelThatIsSlowGivesWayAfterTheMinutesThatAreSet(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.set(func(s *notify.Settings) {
			s.ChannelPolicy, s.ChannelOrder, s.NextChannelMinutes = ticket.FirstWay, "wecom", 3
		})
		h.board.only(notify.WeCom, notify.Mail)
		h.board.wecom.from(refusing(refusal("-1"))) // busy for as long as it takes
		h.work(notify.WeCom, notify.Mail)
		h.accept(submitted("lisi"))
		pass(3*time.Minute - time.Second)
		h.wantFate("lisi", notify.Mail, notify.Queued, notify.ReasonReserve)
		pass(2 * time.Second)
		d := h.wantFate("lisi", notify.Mail, notify.Accepted, "")
		if want := (notify.Instead{Of: notify.WeCom, Reason: notify.ReasonSlow}); d.Instead != want {
			t.Errorf("got %+v, want %+v", d.Instead, want)
		}
		h.wantFate("lisi", notify.WeCom, notify.Canceled, notify.ReasonNotNeeded)
		wantTold(t, h.told(h.board.mail, "lisi"), "00:03 Pending review")
	})
}

func TestAPersonsOwnPolicyWinsOverThatOfTheSettings(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.set(func(s *notify.Settings) { s.ChannelPolicy, s.ChannelOrder = ticket.FirstWay, "mail" })
		u := person("wangwu")
		u.Ways.Policy = ticket.EveryWay
		h.update(u)
		h.board.only(notify.Feishu, notify.Mail)
		wantFates(t, h.accept(submitted("lisi", "wangwu")),
			"lisi mail queued", "lisi feishu queued in_reserve", "wangwu mail queued", "wangwu feishu queued")
	})
}

func TestOneChannelAtATimeHoldsInTheMorningAfterQuietHours(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		u := picky("lisi", "feishu,mail")
		u.Quiet = nights()
		h.update(u)
		h.board.only(notify.Feishu, notify.Mail)
		h.work(notify.Feishu, notify.Mail)
		h.accept(submitted("lisi"))
		pass(9 * time.Hour)
		wantTold(t, h.told(h.board.feishu, "lisi"), "08:00 Pending review")
		wantTold(t, h.told(h.board.mail, "lisi"))
		h.wantFate("lisi", notify.Mail, notify.Canceled, notify.ReasonNotNeeded)
	})
}

func TestWhatIsOverIsSaidOnNoChannelInReserve(t *testing.T) {
	inHouse(t, func(_ *testing.T, h *house) {
		h.update(picky("lisi", "feishu,mail"))
		h.board.only(notify.Feishu, notify.Mail)
		h.accept(submitted("lisi"))
		h.accept(rejected("wangwu"))
		h.work(notify.Feishu, notify.Mail)
		pass(time.Minute)
		h.wantFate("lisi", notify.Feishu, notify.Canceled, notify.ReasonOver)
		h.wantFate("lisi", notify.Mail, notify.Canceled, notify.ReasonOver)
	})
}

func TestDefaultQuietHoursAreThoseOfWhoeverHasNone(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.set(func(s *notify.Settings) { s.Timezone, s.QuietHours = "UTC", ticket.Quiet{From: "22:00", To: "08:00"} })
		h.update(sleepy("wangwu", ticket.Quiet{From: "02:00", To: "03:00"}))
		h.update(sleepy("admin", ticket.Quiet{Never: true}))
		h.board.only(notify.Mail)
		h.work(notify.Mail)
		wantFates(t, h.accept(submitted("lisi", "wangwu", "admin")), "lisi mail queued quiet_hours", "wangwu mail queued", "admin mail queued")
		pass(9 * time.Hour)
		wantTold(t, h.told(h.board.mail, "lisi"), "08:00 Pending review")
		wantTold(t, h.told(h.board.mail, "admin"), "00:00 Pending review")
	})
}
