package store_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain plays the process that is killed when a test has started it for that,
// and otherwise looks for goroutines that a closed store left behind.
func TestMain(m *testing.M) {
	if url := os.Getenv(victimEnv); url != "" {
		os.Exit(victim(url))
	}
	code := m.Run()
	if err := stopCluster(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		code = 1
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
