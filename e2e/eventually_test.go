package e2e

import (
	"context"
	"testing"
	"time"
)

// patience is how long a condition may take to come true. It is generous, for the
// machine may be busy; a story that works never uses it up.
const patience = 60 * time.Second

// eventually waits until check has no complaint left, and fails with its last one.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("waited %v until %s: %v", patience, what, err)
		}
	}
}
