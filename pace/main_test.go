package pace

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain looks for goroutines that a closed client left behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
