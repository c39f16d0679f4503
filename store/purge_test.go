package store_test

import (
	"testing"
	"time"

	"ticketbell/audit"
	"ticketbell/store"
)

func TestTheAuditLogIsPurgedByAge(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, age := range []time.Duration{0, time.Hour, 2 * time.Hour} {
			e := audit.Entry{At: noon.Add(-age), Actor: "admin", Via: audit.ViaSession, Action: audit.SignIn, Fields: []string{}}
			if err := s.Note(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.PurgeAudit(t.Context(), noon.Add(-time.Hour)); err != nil || n != 1 {
			t.Errorf("got %d, %v, want the oldest one gone", n, err)
		}
		left, _, err := s.AuditEntries(t.Context(), audit.Filter{})
		if err != nil || len(left) != 2 || left[1].At.Before(noon.Add(-time.Hour)) {
			t.Errorf("got %+v, %v, want the two younger ones", left, err)
		}
	})
}
