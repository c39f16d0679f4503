package notify

import (
	"context"
	"time"
)

// RecordPatience is how long it is tried to write down what a provider told.
const RecordPatience = 30 * time.Second

// Insist tries write until it succeeds: what was done outside must not be forgotten because
// the database is away for a moment. It gives up when ctx ends, or after patience, but not
// before a try that was begun after it: a process may have been stopped meanwhile. Each try
// ends after [askTime], for the connection it goes out on may have died without a word.
func Insist(ctx context.Context, patience time.Duration, write func(context.Context) error) error {
	end := time.Now().Add(patience)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		last := time.Now().After(end)
		err := once(ctx, write)
		if err == nil || last {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

func once(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return write(ctx)
}
