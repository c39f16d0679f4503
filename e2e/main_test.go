package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the bot as TestMain built it, in the working directory of every test.
const binary = "./bot"

// TestMain builds the bot once and makes its folder the working directory, so that
// no story can touch the checkout.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ticketbell-e2e-")
	if err == nil {
		err = build(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.Chdir("/")
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func build(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", filepath.Join(dir, binary), "ticketbell/cmd/bot")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	return os.Chdir(dir)
}
