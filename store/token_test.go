package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/access"
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
			if err := s.TouchToken(t.Context(), "tok_1", use.at); err != nil {
				t.Fatal(err)
			}
			got, err := s.TokenByHash(t.Context(), token.Hash)
			if err != nil || !got.LastUsedAt.Equal(use.noted) {
				t.Errorf("used at %s: got %s, %v, want %s", use.at, got.LastUsedAt, err, use.noted)
			}
		}
		if err := s.TouchToken(t.Context(), "none", noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for no token, want ErrNotFound", err)
		}
	})
}
