package wecom

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"net/http"
	"strings"
	"testing"

	"ticketbell/notify"
	"ticketbell/sandbox"
)

// staff opens a stand whose corp has n members, and returns their userids.
func staff(t *testing.T, n int) (*stand, []string) {
	t.Helper()
	s := newStand(t)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = s.people.Add(sandbox.Person{Username: fmt.Sprintf("m%04d", i)}).UserID
	}
	return s, ids
}

// always sets a fault until it is cleared.
func (s *stand) always(fault string) { s.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault}) }

func TestABadReceiverSpoilsNobodyElsesMessage(t *testing.T) {
	for _, fault := range []struct {
		name, code string
		verdict    notify.Verdict
	}{
		{"malformed", "wecom.40003", notify.VerdictStaleAddress},
		{"forbidden", "wecom.60011", notify.VerdictPermanent},
	} {
		for _, row := range []struct{ people, bad int }{{2, 1}, {20, 1}, {20, 3}, {1000, 1}, {1000, 5}} {
			t.Run(fmt.Sprintf("%s, %d of %d", fault.name, row.bad, row.people), func(t *testing.T) {
				s, ids := staff(t, row.people)
				s.always(fault.name)
				for i := range row.bad {
					ids[i*row.people/row.bad] = fmt.Sprintf("bad%d", i)
				}
				s.wantOnlyBad(s.send(ids...), ids, fault.verdict, fault.code)
				s.wantMessages(row.people - row.bad)
				limit := 2*bits.Len(uint(row.people-1))*row.bad + 1
				if calls := s.sim.Calls()["message/send"]; calls > limit {
					t.Errorf("got %d calls, want at most %d", calls, limit)
				}
			})
		}
	}
}

// wantOnlyBad fails the test unless those whose id begins with bad, and nobody else,
// were given up so.
func (s *stand) wantOnlyBad(got []notify.Outcome, ids []string, verdict notify.Verdict, code string) {
	s.t.Helper()
	for i, id := range ids {
		if strings.HasPrefix(id, "bad") {
			wantVerdict(s.t, got[i].Err, verdict, code)
		} else if got[i].Err != nil || got[i].MessageID == "" {
			s.t.Errorf("got %+v for %s, want it accepted", got[i], id)
		}
	}
}

func TestARefusalThatPassesCondemnsNobody(t *testing.T) {
	for _, code := range []int{60011, 40003, 40031, 60111, 81013} {
		for _, n := range []int{2, 20, 1000} {
			t.Run(fmt.Sprintf("%d to %d people", code, n), func(t *testing.T) {
				b, calls := refusing(t, func(call int, _ message) int {
					if call == 1 {
						return code
					}
					return 0
				})
				for _, o := range b.Send(t.Context(), messageTo(sampleCard(), numbered(n)...)) {
					if o.Err != nil || o.MessageID == "" {
						t.Fatalf("got %+v, want everybody reached", o)
					}
				}
				if got := len(*calls); got != 3 {
					t.Errorf("got %d calls, want the refused one and its two halves", got)
				}
			})
		}
	}
}

func TestThatAllAreInvalidIsBelievedWhenItIsRepeated(t *testing.T) {
	s := newStand(t)
	for _, o := range s.send(numbered(1000)...) {
		wantVerdict(t, o.Err, notify.VerdictStaleAddress, "wecom.81013")
	}
	s.wantCalls("message/send", 3)
}

// TestTooManyBadReceiversAreToldApartLater: the calls of one send are bounded, and
// whoever is left is neither reached nor given up.
func TestTooManyBadReceiversAreToldApartLater(t *testing.T) {
	b, calls := refusing(t, func(int, message) int { return 40003 })
	verdicts := map[notify.Verdict]int{}
	for _, o := range b.Send(t.Context(), messageTo(sampleCard(), numbered(1000)...)) {
		v, _ := notify.VerdictOf(o.Err)
		verdicts[v]++
		wantVerdict(t, o.Err, v, "wecom.40003")
	}
	if len(*calls) != maxCalls || verdicts[notify.VerdictStaleAddress] < 50 ||
		verdicts[notify.VerdictAgain] != 1000-verdicts[notify.VerdictStaleAddress] {
		t.Errorf("got %d calls and verdicts %v, want %d calls, some given up and the rest tried again", len(*calls), verdicts, maxCalls)
	}
}

func TestWhatIsNotAboutAReceiverIsNotAskedTwice(t *testing.T) {
	for _, code := range []int{-1, 45009, 60020, 40058, 82001} {
		b, calls := refusing(t, func(int, message) int { return code })
		b.Send(t.Context(), messageTo(sampleCard(), numbered(20)...))
		if len(*calls) != 1 {
			t.Errorf("%d: got %d calls, want one", code, len(*calls))
		}
	}
}

func TestARefusedCardIsATextInEveryHalf(t *testing.T) {
	b, calls := refusing(t, func(_ int, m message) int {
		switch {
		case m.MsgType == "template_card":
			return 42045
		case strings.Contains(m.ToUser, "u0003"):
			return 60011
		}
		return 0
	})
	got := b.Send(t.Context(), messageTo(sampleCard(), numbered(4)...))
	wantVerdict(t, got[3].Err, notify.VerdictPermanent, "wecom.60011")
	if got[0].Err != nil || !strings.Contains(got[0].Payload, `"msgtype":"text"`) || len(*calls) != 6 {
		t.Errorf("got %+v after %d calls, want a text: a card, and five texts to 4, 2, 2, 1 and 1", got[0], len(*calls))
	}
}

// numbered are n userids of nobody.
func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("u%04d", i)
	}
	return ids
}

// refusing is a bot before a WeCom that answers with what codeOf makes of each message,
// counted from one. The messages are for reading once the bot is done.
func refusing(t *testing.T, codeOf func(call int, m message) int) (*Bot, *[]message) {
	t.Helper()
	calls := new([]message)
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		var m message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		*calls = append(*calls, m)
		_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"x","msgid":"m1"}`, codeOf(len(*calls), m))
	})
	return newBot(t, []func(*Config){func(c *Config) { c.APIBaseURL = url }}), calls
}
