package rig

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Main runs the measurement of a command of that name until it is done or interrupted, and ends the
// process with 1 when it fails.
func Main(name string, measure func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := measure(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Place makes a directory for the runs of a command, which the caller removes, and builds
// the bot into it. The user PostgreSQL runs as can pass through it.
func Place(ctx context.Context) (dir string, b Binary, err error) {
	if dir, err = os.MkdirTemp("", "ticketbell-bench-"); err != nil {
		return "", b, fmt.Errorf("make a place for the runs: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return dir, b, fmt.Errorf("open the place for the runs: %w", err)
	}
	b, err = Build(ctx, dir)
	return dir, b, err
}
