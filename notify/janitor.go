package notify

import (
	"context"
	"log/slog"
	"time"
)

// Purger deletes what came to an end long ago.
type Purger interface {
	// Purge deletes deliveries that came to an end before the given time and returns
	// how many. What still waits is never deleted.
	Purge(ctx context.Context, before time.Time) (int, error)
	// PurgeAudit deletes what stands in the audit log from before that time and returns
	// how many entries.
	PurgeAudit(ctx context.Context, before time.Time) (int, error)
}

// purgeEvery is how often old deliveries are looked for.
const purgeEvery = time.Hour

// Janitor deletes settled deliveries and the audit log after the days the settings keep them.
type Janitor struct {
	Purger   Purger
	Settings SettingsKeeper
	Now      func() time.Time
	Log      *slog.Logger
}

// Run purges at once and then every hour, until ctx is done.
func (j *Janitor) Run(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if err := j.sweep(ctx); err != nil && ctx.Err() == nil {
			j.Log.Error("old deliveries cannot be purged", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (j *Janitor) sweep(ctx context.Context) error {
	s, err := j.Settings.Settings(ctx)
	if err != nil {
		return err
	}
	before := j.Now().AddDate(0, 0, -s.RetentionDays)
	n, err := j.Purger.Purge(ctx, before)
	if n > 0 {
		j.Log.Info("old deliveries were purged", "count", n, "older_than_days", s.RetentionDays)
	}
	if err != nil || s.AuditDays == 0 {
		return err
	}
	n, err = j.Purger.PurgeAudit(ctx, j.Now().AddDate(0, 0, -s.AuditDays))
	if n > 0 {
		j.Log.Info("old entries of the audit log were purged", "count", n, "older_than_days", s.AuditDays)
	}
	return err
}
