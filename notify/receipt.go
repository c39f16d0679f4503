package notify

import (
	"context"
	"time"
)

// ReadReceipt says that somebody opened messages that were sent to them.
type ReadReceipt struct {
	Channel Channel
	// Messages are the provider's ids of the messages.
	Messages []string
	// At is when they were opened.
	At time.Time
}

// ReadReceipts takes note of what was read. The same receipt may come again. One that
// knows none of the messages is [ErrNotFound]: they are no deliveries, or the answer to
// the send has not been written down yet.
type ReadReceipts interface {
	Opened(ctx context.Context, r ReadReceipt) error
}
