package store_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/audit"
	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// addUser adds somebody of that role.
func addUser(t engineTest, s *store.Store, username string, role ticket.UserRole) {
	t.Helper()
	if err := s.CreateUser(t.Context(), ticket.User{Person: ticket.Person{Username: username}, Role: role}); err != nil {
		t.Fatal(err)
	}
}

func TestAPasswordBelongsToSomebodyAndGoesWithThem(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if err := s.PutPassword(t.Context(), "lisi", "hash"); err == nil {
			t.Error("got a password for nobody, want an error")
		}
		addUser(t, s, "lisi", ticket.Member)
		for _, hash := range []string{"first", "second"} {
			if err := s.PutPassword(t.Context(), "lisi", hash); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Password(t.Context(), "lisi"); got != hash || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, hash)
			}
		}
		if err := s.DeleteUser(t.Context(), "lisi"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Password(t.Context(), "lisi"); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("got %v after lisi was removed, want not found", err)
		}
	})
}

func TestAnAdministratorIsOneWhoCanSignIn(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		want := func(when string, want, wantProven bool) {
			t.Helper()
			if got, err := s.HasAdministrator(t.Context(), false); got != want || err != nil {
				t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
			}
			if got, err := s.HasAdministrator(t.Context(), true); got != wantProven || err != nil {
				t.Errorf("%s, with others to prove who they are: got %v, %v, want %v", when, got, err, wantProven)
			}
		}
		want("in an empty house", false, false)
		addUser(t, s, "root", ticket.Admin)
		want("without a password", false, true)
		if err := s.PutPassword(t.Context(), "root", "hash"); err != nil {
			t.Fatal(err)
		}
		want("with a password", true, true)
		if err := s.UpdateUser(t.Context(), ticket.User{Person: ticket.Person{Username: "root"}, Role: ticket.Admin, Disabled: true}); err != nil {
			t.Fatal(err)
		}
		want("disabled", false, false)
	})
}

func TestFiveWrongPasswordsLockAnyName(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for want := 1; want <= 5; want++ {
			got, err := s.CountFailure(t.Context(), "Nobody", 5, 10*time.Minute)
			if got != want || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, want)
			}
		}
		if until, err := s.Locked(t.Context(), "nobody"); !until.Equal(noon.Add(10*time.Minute)) || err != nil {
			t.Errorf("got locked until %v, %v, want ten minutes", until, err)
		}
		if err := s.Forgive(t.Context(), "nobody"); err != nil {
			t.Fatal(err)
		}
		if until, err := s.Locked(t.Context(), "nobody"); !until.IsZero() || err != nil {
			t.Errorf("got locked until %v, %v after being forgiven", until, err)
		}
	})
}

func TestALinkIsUsedOnceHoweverManyCome(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if err := s.PutLink(t.Context(), "hash", "lisi", noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if who, err := s.Link(t.Context(), "hash"); who != "lisi" || err != nil {
			t.Errorf("got %q, %v, want lisi", who, err)
		}
		var used atomic.Int32
		var guests sync.WaitGroup
		for range 10 {
			guests.Go(func() {
				if s.TakeLink(t.Context(), "hash") == nil {
					used.Add(1)
				}
			})
		}
		guests.Wait()
		if used.Load() != 1 {
			t.Errorf("got the link used %d times, want once", used.Load())
		}
	})
}

func TestANewLinkOfAPersonVoidsTheOldAndEndsItself(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for hash, end := range map[string]time.Time{"over": noon, "old": noon.Add(time.Hour)} {
			if err := s.PutLink(t.Context(), hash, hash, end); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PutLink(t.Context(), "new", "old", noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, gone := range []string{"over", "old", "never"} {
			if _, err := s.Link(t.Context(), gone); !errors.Is(err, notify.ErrNotFound) {
				t.Errorf("got %v for the link %q, want not found", err, gone)
			}
		}
	})
}

func TestASessionLastsUntilItsEnd(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for token, end := range map[string]time.Time{"lasts": noon.Add(time.Minute), "over": noon} {
			if err := s.PutSession(t.Context(), token, []byte("data of "+token), end); err != nil {
				t.Fatal(err)
			}
		}
		if data, found, err := s.Session(t.Context(), "lasts"); !found || !bytes.Equal(data, []byte("data of lasts")) || err != nil {
			t.Errorf("got %q, %v, %v, want the session", data, found, err)
		}
		for _, gone := range []string{"over", "unknown"} {
			if _, found, err := s.Session(t.Context(), gone); found || err != nil {
				t.Errorf("got %s found %v, %v", gone, found, err)
			}
		}
		if err := s.DeleteSession(t.Context(), "lasts"); err != nil {
			t.Fatal(err)
		}
		if _, found, _ := s.Session(t.Context(), "lasts"); found {
			t.Error("got a session that was ended")
		}
	})
}

func TestTheAuditLogIsReadInPagesAndFiltered(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for i, actor := range []string{"admin", "lisi", "admin", "admin"} {
			err := s.Note(t.Context(), audit.Entry{
				At: noon.Add(time.Duration(i) * time.Minute), Actor: actor, Via: audit.ViaSession,
				Action: "patch-channel", Object: "mail", Fields: []string{"host", "port"},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		first, next, err := s.AuditEntries(t.Context(), audit.Filter{Actor: "admin", Limit: 2})
		if err != nil || len(first) != 2 || next == "" || !first[0].At.Equal(noon.Add(3*time.Minute)) || len(first[0].Fields) != 2 {
			t.Fatalf("got %+v, %q, %v, want the two newest of admin", first, next, err)
		}
		rest, next, err := s.AuditEntries(t.Context(), audit.Filter{Actor: "admin", Limit: 2, Cursor: next})
		if err != nil || len(rest) != 1 || next != "" || !rest[0].At.Equal(noon) {
			t.Errorf("got %+v, %q, %v, want the oldest of admin", rest, next, err)
		}
		span, _, err := s.AuditEntries(t.Context(), audit.Filter{Since: noon.Add(time.Minute), Before: noon.Add(3 * time.Minute)})
		if err != nil || len(span) != 2 {
			t.Errorf("got %+v, %v, want the two in the middle", span, err)
		}
		if _, _, err := s.AuditEntries(t.Context(), audit.Filter{Cursor: "junk"}); !errors.Is(err, notify.ErrCursor) {
			t.Errorf("got %v, want the cursor refused", err)
		}
	})
}
