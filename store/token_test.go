package store_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/store"
)

func TestATokenIsFoundByItsHashUntilItIsRevoked(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		older, _ := access.NewToken("tok_1", "sqle", []access.Scope{access.EventsWrite}, noon.Add(-time.Hour))
		newer, secret := access.NewToken("tok_2", "ops", []access.Scope{access.Everything}, noon)
		newer.ExpiresAt, newer.Username = noon.Add(time.Hour), "lisi"
		for _, token := range []access.Token{older, newer} {
			if err := s.CreateToken(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.TokenByHash(t.Context(), access.HashToken(secret))
		if diff := cmp.Diff(newer, got); diff != "" || err != nil {
			t.Errorf("%v, token (-want +got):\n%s", err, diff)
		}
		list, err := s.Tokens(t.Context())
		if diff := cmp.Diff([]access.Token{newer, older}, list); diff != "" || err != nil {
			t.Errorf("%v, tokens (-want +got):\n%s", err, diff)
		}
		if err := s.DeleteToken(t.Context(), "tok_2"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.TokenByHash(t.Context(), newer.Hash); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v after the deletion, want ErrNotFound", err)
		}
		if err := s.DeleteToken(t.Context(), "tok_2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for deleting nothing, want ErrNotFound", err)
		}
	})
}

func TestTheTokensOfSomebodyDeletedAreRevoked(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		own, _ := access.NewToken("tok_1", "phone", []access.Scope{access.Me}, noon)
		own.Username = "lisi"
		program, _ := access.NewToken("tok_2", "sqle", nil, noon)
		for _, token := range []access.Token{own, program} {
			if err := s.CreateToken(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeleteUser(t.Context(), "lisi"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.TokenByHash(t.Context(), own.Hash); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for lisi's token, want it gone", err)
		}
		if _, err := s.TokenByHash(t.Context(), program.Hash); err != nil {
			t.Errorf("got %v for a program's, want it kept", err)
		}
	})
}

func TestTheLastUseIsNotedOnceAMinute(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		token, _ := access.NewToken("tok_1", "sqle", nil, noon)
		if err := s.CreateToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		for _, use := range []struct{ at, noted time.Time }{
			{noon, noon},
			{noon.Add(59 * time.Second), noon},
			{noon.Add(60 * time.Second), noon.Add(60 * time.Second)},
			{noon, noon.Add(60 * time.Second)},
		} {
			if err := s.TouchToken(t.Context(), "tok_1", "203.0.113.7", use.at); err != nil {
				t.Fatal(err)
			}
			got, err := s.TokenByHash(t.Context(), token.Hash)
			if err != nil || !got.LastUsedAt.Equal(use.noted) || got.LastUsedFrom != "203.0.113.7" {
				t.Errorf("used at %s: got %s from %q, %v, want %s", use.at, got.LastUsedAt, got.LastUsedFrom, err, use.noted)
			}
		}
		if err := s.TouchToken(t.Context(), "none", "", noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for no token, want ErrNotFound", err)
		}
	})
}

// made creates the token and returns it.
func made(t engineTest, s *store.Store, id string, change func(*access.Token)) access.Token {
	t.Helper()
	token, _ := access.NewToken(id, "sqle", []access.Scope{access.EventsWrite}, noon)
	change(&token)
	if err := s.CreateToken(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	return token
}

func TestARevokedTokenComesBackWithinTenSecondsOnly(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		now, c := noon, config(url)
		c.Now = func() time.Time { return now }
		s, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		token := made(t, s, "tok_1", func(*access.Token) {})
		revoke := func() {
			t.Helper()
			if err := s.DeleteToken(t.Context(), "tok_1"); err != nil {
				t.Fatal(err)
			}
		}
		revoke()
		list, err := s.Tokens(t.Context())
		if err != nil || len(list) != 1 || !list[0].RevokedAt.Equal(noon) {
			t.Fatalf("got %+v, %v, want it listed with the time it was revoked at", list, err)
		}
		if err := s.ReplaceToken(t.Context(), "tok_1", noon, token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for a new secret of a revoked token, want ErrNotFound", err)
		}
		now = noon.Add(9 * time.Second)
		if err := s.RestoreToken(t.Context(), "tok_1"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.TokenByHash(t.Context(), token.Hash); err != nil {
			t.Errorf("got %v after the undo, want the token", err)
		}
		revoke()
		now = noon.Add(19 * time.Second)
		if err := s.RestoreToken(t.Context(), "tok_1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v ten seconds later, want ErrNotFound", err)
		}
		if list, err := s.Tokens(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("got %+v, %v, want nothing listed", list, err)
		}
	})
}

func TestANewSecretLetsTheOldOneEnd(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		soon := noon.Add(time.Hour)
		forever := made(t, s, "tok_1", func(*access.Token) {})
		ending := made(t, s, "tok_2", func(a *access.Token) { a.ExpiresAt = soon })
		for i, old := range []access.Token{forever, ending} {
			next, _ := old.Successor("tok_next"+old.ID, noon)
			if err := s.ReplaceToken(t.Context(), old.ID, noon.Add(24*time.Hour), next); err != nil {
				t.Fatal(err)
			}
			got, err := s.Token(t.Context(), old.ID)
			if want := []time.Time{noon.Add(24 * time.Hour), soon}[i]; err != nil || !got.ExpiresAt.Equal(want) {
				t.Errorf("%s: got an end at %s, %v, want %s", old.ID, got.ExpiresAt, err, want)
			}
			if _, err := s.TokenByHash(t.Context(), next.Hash); err != nil {
				t.Errorf("%s: got %v for the new secret, want the token", old.ID, err)
			}
		}
	})
}

func TestATokenKeepsItsNetworks(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		want := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::/32")}
		token := made(t, s, "tok_1", func(a *access.Token) { a.From = want })
		got, err := s.TokenByHash(t.Context(), token.Hash)
		if err != nil || !slices.Equal(got.From, want) {
			t.Errorf("got %v, %v, want %v", got.From, err, want)
		}
	})
}

func TestUsesOfATokenAddUp(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		at := func(hours int, requests, refused int) access.Use {
			return access.Use{Token: "tok_1", Hour: noon.Add(time.Duration(hours) * time.Hour), Requests: requests, Refused: refused}
		}
		for _, uses := range [][]access.Use{{at(-30, 100, 100), at(-2, 5, 1)}, {at(-2, 5, 1), at(0, 1, 0)}} {
			if err := s.AddTokenUses(t.Context(), uses); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.TokenUses(t.Context(), noon.Add(-24*time.Hour))
		if diff := cmp.Diff([]access.Use{{Token: "tok_1", Requests: 11, Refused: 2}}, got); diff != "" || err != nil {
			t.Errorf("%v, uses (-want +got):\n%s", err, diff)
		}
		if all, err := s.TokenUses(t.Context(), noon.AddDate(0, 0, -3)); err != nil || len(all) != 1 || all[0].Requests != 11 {
			t.Errorf("got %+v, %v, want what is over a day old gone", all, err)
		}
	})
}

func TestOwnersAreToldOfTokensThatEndSoon(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		soon := noon.Add(time.Hour)
		made(t, s, "tok_mine", func(a *access.Token) { a.Username, a.ExpiresAt = "lisi", soon })
		made(t, s, "tok_later", func(a *access.Token) { a.Username, a.ExpiresAt = "lisi", noon.AddDate(0, 0, 8) })
		made(t, s, "tok_over", func(a *access.Token) { a.Username, a.ExpiresAt = "lisi", noon })
		made(t, s, "tok_program", func(a *access.Token) { a.ExpiresAt = soon })
		made(t, s, "tok_forever", func(a *access.Token) { a.Username = "lisi" })
		lapses := func() []notify.Lapse {
			t.Helper()
			got, err := s.Lapses(t.Context(), noon.AddDate(0, 0, 7))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		got := lapses()
		if len(got) != 1 || got[0].Token != "tok_mine" || !strings.EqualFold(got[0].Owner.Email, lisi().Email) || !got[0].EndsAt.Equal(soon) {
			t.Fatalf("got %+v, want lisi's own that ends in an hour", got)
		}
		for i, want := range []bool{true, false} {
			if mine, err := s.MarkLapse(t.Context(), "tok_mine"); err != nil || mine != want {
				t.Errorf("mark %d: got %v, %v, want %v: one replica tells", i+1, mine, err, want)
			}
		}
		if got := lapses(); len(got) != 0 {
			t.Errorf("got %+v, want nobody told twice", got)
		}
		if err := s.UnmarkLapse(t.Context(), "tok_mine"); err != nil || len(lapses()) != 1 {
			t.Errorf("got %v, want it listed again where it could not be said", err)
		}
	})
}
