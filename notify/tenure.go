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
	parallel int // calls at once, of a sender that does not say itself

	mu      sync.Mutex // held while a pause is written down
	version int64
	over    bool
	end     context.CancelFunc
	places  places
}

// places are what may be in the air on one line.
type places struct {
	calls chan struct{}   // a place for each provider call
	open  chan struct{}   // a place for each call until its outcome is written down
	over  <-chan struct{} // closed when the tenure ends
	full  *fullness       // of the day, by the line's limit
}

// begin asks for the line of the day and returns it with its places. It waits for a
// pause that is being written down, so that nobody gets the old line once more.
func (t *tenure) begin(ctx context.Context, ask func() (Line, error)) (Line, places, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, err := ask()
	if err != nil {
		return Line{}, places{}, err
	}
	if t.end == nil || t.over || t.version != line.Version {
		if t.end != nil {
			t.end()
		}
		ctx, end := context.WithCancel(ctx)
		t.version, t.over, t.end = line.Version, false, end
		t.places = t.lay(line.Sender, ctx.Done())
	}
	return line, t.places, nil
}

// lay makes as many places as the sender takes calls at once.
func (t *tenure) lay(s Sender, over <-chan struct{}) places {
	n := t.parallel
	if c, ok := s.(Connected); ok {
		n = c.Connections()
	}
	n = max(n, 1)
	return places{calls: make(chan struct{}, n), open: make(chan struct{}, openPerCall*n), over: over, full: new(fullness)}
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
