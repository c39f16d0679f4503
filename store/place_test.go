package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestWaysAreKept(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		u := ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
		createUser(t, s, u)
		for _, w := range []ticket.Ways{{Order: "mail,feishu", Policy: ticket.FirstWay}, {}} {
			u.Ways = w
			if err := s.UpdateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			got, err := s.User(t.Context(), "lisi")
			if diff := cmp.Diff(u, got); diff != "" || err != nil {
				t.Errorf("%v, user (-want +got):\n%s", err, diff)
			}
		}
	})
}

func TestWhatSomebodySwitchedOffIsKept(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		u := ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member, Unwanted: ticket.Unwanted{Handled: true}}
		createUser(t, s, u)
		for _, off := range []ticket.Unwanted{{Handled: true}, {Created: true, Copied: true}, {}} {
			u.Unwanted = off
			if err := s.UpdateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			found, err := s.Match(t.Context(), []ticket.Person{u.Person})
			if diff := cmp.Diff([]ticket.User{u}, found); diff != "" || err != nil {
				t.Errorf("%v, user (-want +got):\n%s", err, diff)
			}
		}
	})
}

// inLine records an event for lisi on Feishu and, in reserve, on WeCom and by mail; wangwu
// is told on all of them.
func inLine(t engineTest, s *store.Store) map[notify.Channel]notify.Delivery {
	t.Helper()
	e := entry("1")
	line := map[notify.Channel]notify.Delivery{}
	var ds []notify.Delivery
	for i, ch := range notify.Channels() {
		d := delivery(e, "lisi", ch)
		if d.Place = i + 1; i > 0 {
			d.Reason, d.NotBefore = notify.ReasonReserve, noon.Add(time.Duration(i)*time.Minute)
		}
		line[ch] = d
		ds = append(ds, d, delivery(e, "wangwu", ch))
	}
	record(t, s, e, planned(e, ds...))
	return line
}

func TestHowOneOfALineEndsDecidesWhatBecomesOfTheOthers(t *testing.T) {
	const waits, next, last = "queued in_reserve", "queued ", "canceled "
	for _, row := range []struct {
		name        string
		end         notify.Status
		reason      string
		wecom, mail string
	}{
		{"accepted", notify.Accepted, "", last + notify.ReasonNotNeeded, last + notify.ReasonNotNeeded},
		{"over", notify.Canceled, notify.ReasonOver, last + notify.ReasonOver, last + notify.ReasonOver},
		{"dead", notify.Dead, notify.ReasonRefused, next, waits},
		{"skipped", notify.Skipped, notify.ReasonNotFound, next, waits},
		{"tried again", notify.Retrying, notify.ReasonFailing, waits, waits},
	} {
		t.Run(row.name, func(t *testing.T) {
			onEach(t, func(t engineTest, s *store.Store) {
				line := inLine(t, s)
				first := line[notify.Feishu]
				claim(t, s, "lse_1", 10, noon)
				settle(t, s, "lse_1", noon, notify.Settlement{DeliveryID: first.ID, Status: row.end, Reason: row.reason})
				for ch, want := range map[notify.Channel]string{notify.WeCom: row.wecom, notify.Mail: row.mail} {
					got := read(t, s, line[ch].ID)
					if stands := string(got.Status) + " " + got.Reason; stands != want {
						t.Errorf("got %s %q, want %q", ch, stands, want)
					}
					if want == next && got.Instead != (notify.Instead{Of: notify.Feishu, Reason: row.reason}) {
						t.Errorf("got %s instead of %+v, want what befell Feishu", ch, got.Instead)
					}
				}
				others, _, err := s.Deliveries(t.Context(), notify.DeliveryFilter{Person: "wangwu", Status: notify.Queued})
				if err != nil || len(others) != 2 { // Feishu's is claimed
					t.Errorf("%v, got %d deliveries of somebody else waiting, want 2 as before", err, len(others))
				}
			})
		})
	}
}

func TestWhatIsCalledOffByHandIsNotSaidElsewhere(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		line := inLine(t, s)
		if _, err := s.CancelDelivery(t.Context(), line[notify.Feishu].ID, noon); err != nil {
			t.Fatal(err)
		}
		for _, ch := range []notify.Channel{notify.WeCom, notify.Mail} {
			if got := read(t, s, line[ch].ID); got.Status != notify.Canceled || got.Reason != notify.ReasonDiscarded {
				t.Errorf("got %s %s %q, want it called off as well", ch, got.Status, got.Reason)
			}
		}
	})
}

func TestWhatIsInReserveBehindAChannelThatIsSwitchedOffIsSentAtOnce(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		off := enabled(t, s, notify.WeCom, notify.Mail)
		line := inLine(t, s)
		if _, err := s.SwitchOff(t.Context(), off, notify.RerouteWaiting, []notify.Channel{notify.WeCom, notify.Mail}); err != nil {
			t.Fatal(err)
		}
		for ch, want := range map[notify.Channel]string{
			notify.Feishu: "canceled told_elsewhere", notify.WeCom: "queued ", notify.Mail: "queued in_reserve",
		} {
			got := read(t, s, line[ch].ID)
			if stands := string(got.Status) + " " + got.Reason; stands != want {
				t.Errorf("got %s %q, want %q", ch, stands, want)
			}
		}
		if got, want := read(t, s, line[notify.WeCom].ID).Instead, (notify.Instead{Of: notify.Feishu, Reason: notify.ReasonChannelGone}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
