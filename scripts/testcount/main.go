package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	// An interrupt reaches go test as well; waiting for it here lets the count be printed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok, err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run starts go test with args and reports on w. It is true when something ran and nothing failed.
func run(ctx context.Context, w io.Writer, args []string) (ok bool, err error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, fmt.Errorf("connect to go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return false, fmt.Errorf("start go test: %w", err)
	}
	count := NewCount(w)
	readErr := count.Read(out)
	waitErr := cmd.Wait()
	count.Close()
	if readErr != nil {
		return false, fmt.Errorf("read go test: %w", readErr)
	}
	if waitErr != nil && count.Failed == 0 { // a failure we printed is no news; anything else is
		return false, fmt.Errorf("go test: %w", waitErr)
	}
	return count.Failed == 0 && waitErr == nil, nil
}
