package e2e

import (
	"fmt"
	"testing"
)

// WeCom closes an app for the rest of a day that had too many messages: what the limit of a
// day leaves no room for waits, over a restart, until the administrator raises it.
func TestADaysLimitOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	b.patch(wecom, map[string]any{"limits": map[string]any{"per_day": 2}})
	waits := func(b *bot, n int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d wait for the next day", n), func() error {
			all := b.deliveries("channel=wecom&reason=day_limit&status=queued")
			if len(all) != n {
				return fmt.Errorf("%d do: %+v", len(all), b.deliveries("channel=wecom"))
			}
			return nil
		})
	}
	b.posts(0, 3)
	waits(b, 1)
	b.stopWithin(graceful)
	b = serve(t, dir, w)
	b.posts(3, 4)
	waits(b, 2)
	if got := len(w.messages(wecom, "")); got != 2 {
		t.Errorf("got %d messages on a day with room for 2", got)
	}
	b.patch(wecom, map[string]any{"limits": map[string]any{"per_day": 4}})
	b.told(crowdOf(4))
}
