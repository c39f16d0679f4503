package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestPreferencesAreKeptUntilTheUserIsRemoved(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member})
		for _, want := range []notify.Preferences{{}, {HiddenColumns: []string{"took"}}, {HiddenColumns: []string{"took", "person"}, FirstStepsHidden: true, Theme: "dark"}} {
			if err := s.SavePreferences(t.Context(), "lisi", want); err != nil {
				t.Fatal(err)
			}
			got, err := s.Preferences(t.Context(), "lisi")
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v, preferences (-want +got):\n%s", err, diff)
			}
		}
		if err := s.DeleteUser(t.Context(), "lisi"); err != nil {
			t.Fatal(err)
		}
		got, err := s.Preferences(t.Context(), "lisi")
		if diff := cmp.Diff(notify.Preferences{}, got); diff != "" || err != nil {
			t.Errorf("%v, of nobody (-want +got):\n%s", err, diff)
		}
	})
}
