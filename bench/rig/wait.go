package rig

import (
	"context"
	"fmt"
	"time"
)

// Until asks every so often, and returns when the answer is yes. When ctx ends
// first, the error says what was waited for.
func Until(ctx context.Context, what string, every time.Duration, yes func() bool) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, ctx.Err())
		}
	}
	return nil
}
