package notify

import (
	"context"
	"sync"
)

// tenure is how long a worker uses one version of a channel's configuration: until
// the worker stops, another version is there, or the provider says that nobody gets
// anything by it. What was not begun by then goes back to the queue: a wrong secret
// is not hammered by what was claimed already.
type tenure struct {
	mu      sync.Mutex // held while a pause is written down
	version int64
	over    bool
	done    <-chan struct{}
	end     context.CancelFunc
}

// begin asks for the line of the day and returns a signal of its end. It waits for a
// pause that is being written down, so that nobody gets the old line once more.
func (t *tenure) begin(ctx context.Context, ask func() (Line, error)) (Line, <-chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, err := ask()
	if err != nil {
		return Line{}, nil, err
	}
	if t.done == nil || t.over || t.version != line.Version {
		if t.end != nil {
			t.end()
		}
		ctx, end := context.WithCancel(ctx)
		t.version, t.over, t.done, t.end = line.Version, false, ctx.Done(), end
	}
	return line, t.done, nil
}

// finish ends the tenure of that version and has the pause written down, once.
func (t *tenure) finish(version int64, pause func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.version != version || t.over {
		return
	}
	t.over = true
	t.end()
	pause()
}
