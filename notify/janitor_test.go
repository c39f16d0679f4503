package notify_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/notify"
)

// broom notes up to when it was asked to sweep.
type broom struct {
	settings           notify.Settings
	deliveries, audits []time.Time
}

func (b *broom) Settings(context.Context) (notify.Settings, error) { return b.settings, nil }

func (b *broom) Purge(_ context.Context, before time.Time) (int, error) {
	b.deliveries = append(b.deliveries, before)
	return 1, nil
}

func (b *broom) PurgeAudit(_ context.Context, before time.Time) (int, error) {
	b.audits = append(b.audits, before)
	return 1, nil
}

func TestTheJanitorKeepsWhatTheSettingsKeep(t *testing.T) {
	for _, tt := range []struct {
		auditDays int
		audits    int
	}{{365, 2}, {0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			b := &broom{settings: notify.DefaultSettings()}
			b.settings.AuditDays = tt.auditDays
			j := &notify.Janitor{Purger: b, Settings: b, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
			began := time.Now()
			ctx, stop := context.WithTimeout(t.Context(), 90*time.Minute)
			defer stop()
			j.Run(ctx) // at once, and after an hour
			if len(b.deliveries) != 2 || !b.deliveries[0].Equal(began.AddDate(0, 0, -30)) {
				t.Errorf("got deliveries swept %v, want those of thirty days ago, twice", b.deliveries)
			}
			if len(b.audits) != tt.audits || tt.audits > 0 && !b.audits[0].Equal(began.AddDate(0, 0, -tt.auditDays)) {
				t.Errorf("%d days: got the audit log swept %v, want %d times", tt.auditDays, b.audits, tt.audits)
			}
		})
	}
}
