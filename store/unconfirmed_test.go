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

// mailing is lisi, who has an e-mail address.
func mailing() ticket.User {
	return ticket.User{Person: ticket.Person{Username: "lisi", Email: "old@corp.com"}, Role: ticket.Member}
}

// newMail is a new e-mail address of lisi, whose code was sent so long after noon.
func newMail(after time.Duration) notify.Unconfirmed {
	at := noon.Add(after)
	return notify.Unconfirmed{
		Username: "lisi", Field: "email", Value: "new@corp.com", Was: "old@corp.com", MAC: []byte("mac"), Channel: notify.Mail,
		SentAt: at, EndsAt: at.Add(notify.CodeTime), Left: notify.CodeTries,
	}
}

func keepNew(t engineTest, s *store.Store, u notify.Unconfirmed) {
	t.Helper()
	if _, err := s.PutUnconfirmed(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// wantUnconfirmed checks which new addresses of lisi wait.
func wantUnconfirmed(t engineTest, s *store.Store, want ...notify.Unconfirmed) {
	t.Helper()
	got, err := s.Unconfirmed(t.Context(), "lisi", noon)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, new addresses (-want +got):\n%s", err, diff)
	}
}

func TestANewAddressIsKeptUntilItsCodeFits(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, mailing())
		keepNew(t, s, newMail(0))
		keepNew(t, s, newMail(time.Minute)) // in the place of the first
		wantUnconfirmed(t, s, newMail(time.Minute))
		for left := notify.CodeTries - 1; left >= 0; left-- {
			u, ok, err := s.TryCode(t.Context(), "lisi", "email", func(notify.Unconfirmed) bool { return false })
			if ok || u.Left != left || err != nil {
				t.Fatalf("got %v, %d left, %v for a code that does not fit, want %d left", ok, u.Left, err, left)
			}
		}
		u, ok, err := s.TryCode(t.Context(), "lisi", "email", func(u notify.Unconfirmed) bool { return u.Left == 0 && string(u.MAC) == "mac" })
		if !ok || u.Value != "new@corp.com" || err != nil {
			t.Errorf("got %v %q %v, want the address", ok, u.Value, err)
		}
		if got, err := s.User(t.Context(), "lisi"); got.Email != "new@corp.com" || err != nil {
			t.Errorf("got %q %v on record, want the address", got.Email, err)
		}
		wantUnconfirmed(t, s)
		if _, _, err := s.TryCode(t.Context(), "lisi", "email", func(notify.Unconfirmed) bool { return true }); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want nothing to try", err)
		}
	})
}

func TestACodeThatFitsIsNotUsedUpWhereSomebodyElseHasTheAddress(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, mailing())
		keepNew(t, s, newMail(0))
		faster := ticket.User{Person: ticket.Person{Username: "wangwu", Email: "new@corp.com"}, Role: ticket.Member}
		createUser(t, s, faster)
		fits := func(notify.Unconfirmed) bool { return true }
		_, ok, err := s.TryCode(t.Context(), "lisi", "email", fits)
		taken, is := errors.AsType[*notify.Taken](err)
		if ok || !is || taken.By != "wangwu" {
			t.Errorf("got %v %v, want it taken by wangwu", ok, err)
		}
		wantUnconfirmed(t, s, newMail(0))
		faster.Email = "another@corp.com"
		if err := s.UpdateUser(t.Context(), faster); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.TryCode(t.Context(), "lisi", "email", fits); !ok || err != nil {
			t.Errorf("got %v %v once it is free, want it taken", ok, err)
		}
	})
}

func TestANewAddressIsForgottenWithWhatItWasToReplace(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, mailing())
		keepNew(t, s, newMail(0))
		u := mailing()
		u.Email = "admins@choice.com"
		if err := s.UpdateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		wantUnconfirmed(t, s)
		if _, _, err := s.TryCode(t.Context(), "lisi", "email", func(notify.Unconfirmed) bool { return true }); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v, want nothing to try", err)
		}
	})
}

func TestANewAddressNobodyCaresForIsNotListedForEver(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, mailing())
		keepNew(t, s, newMail(0))
		got, err := s.Unconfirmed(t.Context(), "lisi", noon.Add(time.Second))
		if len(got) != 0 || err != nil {
			t.Errorf("got %+v %v of what was sent before, want nothing", got, err)
		}
	})
}

func TestFiveCodesAnHourAreSentForOnePerson(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, mailing())
		for i := range notify.CodesAnHour {
			keepNew(t, s, newMail(time.Duration(i)*time.Minute))
		}
		again, err := s.PutUnconfirmed(t.Context(), newMail(30*time.Minute))
		if !errors.Is(err, notify.ErrConflict) || !again.Equal(noon.Add(time.Hour)) {
			t.Errorf("got %v and %v, want a conflict until an hour after the first", again, err)
		}
		keepNew(t, s, newMail(time.Hour))
		wantUnconfirmed(t, s, newMail(time.Hour))
	})
}
