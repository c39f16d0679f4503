package notify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// crowd is n people who are known by their e-mail address only.
func crowd(n int) []ticket.Person {
	people := make([]ticket.Person, n)
	for i := range people {
		people[i] = ticket.Person{Email: fmt.Sprintf("p%04d@corp.com", i)}
	}
	return people
}

// TestAThousandPeopleAreToldInOneCall and each fares on their own.
func TestAThousandPeopleAreToldInOneCall(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.addresses.find = func(_ context.Context, u ticket.User) (string, error) { return u.Email, nil }
		h.board.wecom.answer = func(_ context.Context, _ int, c call) []notify.Outcome {
			all := taken(c)
			for i, r := range c.Message.To {
				switch {
				case strings.HasPrefix(r.Address, "p0001"):
					all[i] = notify.Outcome{Err: notify.Permanent(refusal("wecom.unlicensed"))}
				case strings.HasPrefix(r.Address, "p0002"):
					all[i] = notify.Outcome{Err: notify.StaleAddress(refusal("wecom.81013"))}
				}
			}
			return all
		}
		h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, audience(crowd(1000)...)))
		h.work(notify.WeCom)
		calls := h.board.wecom.all()
		if len(calls[0].Message.To) != 1000 {
			t.Errorf("got a first call to %d people, want all 1000", len(calls[0].Message.To))
		}
		if len(calls) != 2 || !slices.Equal(calls[1].to(), []string{"p0002@corp.com"}) {
			t.Errorf("got %d calls, want a second one to the stale address alone", len(calls))
		}
		h.wantFate("p0001@corp.com", notify.WeCom, notify.Dead, "refused")
		h.wantFate("p0002@corp.com", notify.WeCom, notify.Dead, "stale_identity")
		if got := h.count(notify.WeCom, notify.Accepted); got != 998 {
			t.Errorf("got %d accepted, want the other 998", got)
		}
	})
}

func TestNoCallCarriesMoreThanTheChannelTakes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		h.board.wecom.batch = 7
		h.addresses.find = func(_ context.Context, u ticket.User) (string, error) { return u.Email, nil }
		h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, audience(crowd(20)...)))
		h.work(notify.WeCom)
		told := 0
		for _, c := range h.board.wecom.all() {
			if told += len(c.Message.To); len(c.Message.To) > 7 {
				t.Errorf("got a call to %d people, want no more than 7", len(c.Message.To))
			}
		}
		if told != 20 {
			t.Errorf("got %d people told, want 20", told)
		}
	})
}

func TestWhoReadsAnotherLanguageOrIsToldForAnotherReasonGetsAnotherCall(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		english := person("wangwu")
		english.Language = "en"
		h.update(english)
		h.accept(submitted("lisi"))
		h.accept(event(2, ticket.KindPassed, ticket.WaitingReview, at(2, "lisi", "admin", "wangwu"), by("admin")))
		h.work(notify.WeCom)
		got := map[string]cards.Language{}
		for _, c := range h.board.wecom.all() {
			to := c.to()
			slices.Sort(to)
			got[strings.Join(to, " ")] = c.Message.Language
		}
		want := map[string]cards.Language{"admin lisi": cards.Chinese, "wangwu": cards.English, "zhangsan": cards.Chinese}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got calls %v, want %v", got, want)
		}
	})
}

func TestTimesAreThoseOfTheReader(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.WeCom)
		abroad := person("wangwu")
		abroad.Timezone = "Europe/Berlin"
		h.update(abroad)
		h.accept(event(1, ticket.KindSubmitted, ticket.WaitingReview, audience(ticket.Person{Username: "lisi"}, ticket.Person{Username: "wangwu"})))
		h.work(notify.WeCom)
		got := map[string]string{}
		for _, c := range h.board.wecom.all() {
			for _, row := range c.Message.Card.Rows {
				if row.Name == "time" {
					got[strings.Join(c.to(), " ")] = row.Value.EN[len("2006-01-02 15:04 "):]
				}
			}
		}
		if want := map[string]string{"lisi": "+08:00", "wangwu": "+01:00"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got times at %v, want %v", got, want)
		}
	})
}

func TestTheDefaultLanguageIsThatOfTheSettings(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.set(func(s *notify.Settings) { s.DefaultLanguage, s.URLPrefix = cards.English, "https://sqle.example.com" })
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		m := last(t, h.board.mail, 1).Message
		if m.Language != cards.English || m.Card.Link() != "https://sqle.example.com/workflow/1024" {
			t.Errorf("got language %q and link %q, want English and the path below the prefix", m.Language, m.Card.Link())
		}
	})
}

func TestEveryAttemptCarriesTheSameKey(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n < 3 {
				return refusing(refusal("mail.421"))(nil, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(time.Minute)
		d := h.wantFate("lisi", notify.Mail, notify.Accepted, "")
		for i, c := range h.board.mail.all() {
			if c.Message.To[0].Key != d.ID || c.Message.Thread != d.Ticket {
				t.Errorf("got attempt %d with key %q in thread %q, want %q in %q", i+1, c.Message.To[0].Key, c.Message.Thread, d.ID, d.Ticket)
			}
		}
	})
}
