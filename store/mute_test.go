package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// muting is lisi, who was told of ticket 1024.
func muting(t engineTest, s *store.Store) {
	t.Helper()
	createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
	recordTo(t, s, "1", "lisi")
}

func mustMute(t engineTest, s *store.Store) {
	t.Helper()
	if err := s.Mute(t.Context(), "lisi", "tkt_1024", noon); err != nil {
		t.Fatal(err)
	}
}

// muted are the keys of the tickets that lisi muted.
func muted(t engineTest, s *store.Store) (keys []string) {
	t.Helper()
	list, err := s.Mutes(t.Context(), "lisi")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		keys = append(keys, m.Key)
	}
	return keys
}

func TestMutesAreListedUntilTheyAreTakenBack(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		muting(t, s)
		mustMute(t, s)
		mustMute(t, s) // a second time changes nothing
		list, err := s.Mutes(t.Context(), "lisi")
		want := []notify.Mute{{Ticket: "tkt_1024", Key: "1024", Title: "订单表加索引", At: noon}}
		if diff := cmp.Diff(want, list); diff != "" || err != nil {
			t.Errorf("%v, mutes (-want +got):\n%s", err, diff)
		}
		known, err := s.Known(t.Context(), "sqle", "1024")
		if diff := cmp.Diff([]string{"lisi"}, known.Muted); diff != "" || err != nil {
			t.Errorf("%v, known muted (-want +got):\n%s", err, diff)
		}
		for range 2 {
			if err := s.Unmute(t.Context(), "lisi", "tkt_1024"); err != nil {
				t.Fatal(err)
			}
		}
		if got := muted(t, s); got != nil {
			t.Errorf("got %v muted, want nothing", got)
		}
	})
}

func TestOnlyWhoWasToldOfATicketMutesIt(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
		recordTo(t, s, "1", "wangwu")
		for _, id := range []string{"tkt_1024", "tkt_none"} {
			if err := s.Mute(t.Context(), "lisi", id, noon); !errors.Is(err, notify.ErrNotFound) {
				t.Errorf("%s: got %v, want not found", id, err)
			}
		}
	})
}

func TestWhatWaitsToBeSentIsLeftOutByAMuteUnlessItMustBeTold(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
		e := entry("1")
		var ds []notify.Delivery
		for ch, role := range map[notify.Channel]ticket.Role{notify.Feishu: ticket.RoleCreator, notify.Mail: ticket.RoleAssignee} {
			d := delivery(e, "lisi", ch)
			d.Role = role
			ds = append(ds, d)
		}
		for _, d := range record(t, s, e, planned(e, ds...)).Deliveries {
			mustMute(t, s)
			want := notify.Skipped
			if d.Role == ticket.RoleAssignee {
				want = notify.Queued
			}
			if got := read(t, s, d.ID); got.Status != want || (got.Reason == notify.ReasonMuted) != (want == notify.Skipped) {
				t.Errorf("%s: got %s %q, want %s", d.Role, got.Status, got.Reason, want)
			}
		}
	})
}

func TestAMuteEndsWithItsTicket(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		muting(t, s)
		mustMute(t, s)
		failed := entry("2")
		failed.Event.Kind, failed.Event.Ticket.Status = ticket.KindFailed, ticket.Failed
		record(t, s, failed, planned(failed))
		if diff := cmp.Diff([]string{"1024"}, muted(t, s)); diff != "" {
			t.Errorf("of a ticket that may come back (-want +got):\n%s", diff)
		}
		done := entry("3")
		done.Event.Kind, done.Event.Ticket.Status = ticket.KindSucceeded, ticket.Succeeded
		record(t, s, done, planned(done))
		if got := muted(t, s); got != nil {
			t.Errorf("got %v muted, want nothing once the ticket is over", got)
		}
		if err := s.Mute(t.Context(), "lisi", "tkt_1024", noon); !errors.Is(err, notify.ErrConflict) {
			t.Errorf("got %v, want a conflict: it is over", err)
		}
	})
}

func TestTheMuteOfATicketNobodyGoesOnWithIsPurged(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		muting(t, s)
		mustMute(t, s)
		purge := func() {
			if _, err := s.Purge(t.Context(), noon.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		purge()
		if diff := cmp.Diff([]string{"1024"}, muted(t, s)); diff != "" {
			t.Errorf("while it waits (-want +got):\n%s", diff)
		}
		failed := entry("2")
		failed.Event.Kind, failed.Event.Ticket.Status = ticket.KindFailed, ticket.Failed
		record(t, s, failed, planned(failed))
		purge()
		if got := muted(t, s); got != nil {
			t.Errorf("got %v muted, want nothing", got)
		}
	})
}

// sentAs is how a delivery fares that the provider accepts in that form.
func sentAs(form string, d notify.Delivery) notify.Settlement {
	settled := sent(d)
	settled.Form = form
	return settled
}

func TestOnesOwnCardsSayThatTheTicketIsMuted(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
		e := entry("1")
		record(t, s, e, planned(e, delivery(e, "lisi", notify.Feishu), delivery(e, "wangwu", notify.Feishu)))
		for _, n := range claim(t, s, "w1", 10, noon) {
			settle(t, s, "w1", noon, sentAs("card", n.Delivery))
		}
		for _, muted := range []bool{true, false} {
			if muted {
				mustMute(t, s)
				mustMute(t, s) // the second changes nothing
			} else if err := s.Unmute(t.Context(), "lisi", "tkt_1024"); err != nil {
				t.Fatal(err)
			}
			drawn := claim(t, s, "w2", 10, noon)
			if len(drawn) != 1 || drawn[0].Delivery.Person != "lisi" || drawn[0].Delivery.MessageID == "" || drawn[0].Muted != muted {
				t.Fatalf("got %+v, want lisi's card alone, drawn as muted: %v", drawn, muted)
			}
			settle(t, s, "w2", noon, sentAs("card", drawn[0].Delivery))
		}
	})
}

func TestWhatIsNoCardOfOnesOwnIsNotDrawnAnewByAMute(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
		e := entry("1")
		d := record(t, s, e, planned(e, delivery(e, "lisi", notify.Feishu))).Deliveries[0]
		settle(t, s, "w1", noon, sentAs("post/3", claim(t, s, "w1", 10, noon)[0].Delivery)) // changed three times
		mustMute(t, s)
		if got := read(t, s, d.ID); got.Status != notify.Accepted {
			t.Errorf("got %s, want a message that cannot say so left as it is", got.Status)
		}
	})
}
