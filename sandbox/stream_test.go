package sandbox_test

import (
	"bufio"
	"context"
	"testing"
	"time"

	"ticketbell/sandbox"
)

// watch opens the stream and returns its next line that is not empty.
func watch(ctx context.Context, r *rig) (next func() string) {
	r.Helper()
	resp := r.open(ctx, "GET", "stream", "")
	r.Cleanup(func() { _ = resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		r.Fatalf("got %s, want text/event-stream", got)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "the end"
	}
}

func TestAStreamTellsOfEveryChange(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	next := watch(ctx, r)
	if got := next(); got != ": watching" {
		t.Fatalf("got %q, want a first comment", got)
	}
	changes := []func(){
		func() { r.box.Put(sandbox.Message{Channel: "mail", ID: "1"}) },
		func() { _ = r.box.Change("mail", "1", func(*sandbox.Message) {}) },
		r.box.Clear,
	}
	for i, change := range changes {
		change()
		if got := next(); got != "data: changed" {
			t.Fatalf("change %d: got %q, want data: changed", i, got)
		}
	}
}

func TestASilentStreamShowsThatItLives(t *testing.T) {
	r := newRig(t, func(cfg *sandbox.HandlerConfig) { cfg.Heartbeat = time.Millisecond })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	next := watch(ctx, r)
	next()
	if got := next(); got != ": still watching" {
		t.Errorf("got %q, want a heartbeat", got)
	}
}
