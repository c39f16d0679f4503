package mail

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

var errClosed = errors.New("the mailer is closed")

// pool keeps a few connections open between mails: a new one for each mail takes
// three to seven times as long with TLS and sign-in (libraries.md).
type pool struct {
	dialer dialer
	idle   time.Duration
	turns  chan struct{} // one per connection that may be in use
	done   chan struct{} // closed by close

	// timers counts the timers of resting connections that still run.
	timers sync.WaitGroup

	mu      sync.Mutex
	resting []*session // the one used last at the end
	closed  bool
}

func newPool(d dialer, connections int, idle time.Duration) *pool {
	return &pool{dialer: d, idle: idle, turns: make(chan struct{}, connections), done: make(chan struct{})}
}

// enter waits until the caller may use a connection.
func (p *pool) enter(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-p.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pool) leave() { <-p.turns }

// rested takes the connection that was used last, so that the others come to their
// end when there is little to do; nil when none rests.
func (p *pool) rested() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.resting) == 0 {
		return nil
	}
	s := p.resting[len(p.resting)-1]
	p.resting = p.resting[:len(p.resting)-1]
	p.stop(s)
	return s
}

// put lays s to rest, or closes it when it is of no more use.
func (p *pool) put(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.broken || p.closed {
		_ = s.conn.Close()
		return
	}
	p.resting = append(p.resting, s)
	p.timers.Add(1)
	s.timer = time.AfterFunc(p.idle, func() {
		defer p.timers.Done()
		p.expire(s)
	})
}

// expire closes s unless somebody took it just now.
func (p *pool) expire(s *session) {
	p.mu.Lock()
	i := slices.Index(p.resting, s)
	if i >= 0 {
		p.resting = slices.Delete(p.resting, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		s.quit()
	}
}

// close waits for every turn to end and closes what rests.
func (p *pool) close() {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	if again {
		return
	}
	close(p.done)
	for range cap(p.turns) { // each turn taken here is one nobody else has, for good
		p.turns <- struct{}{}
	}
	p.mu.Lock()
	resting := p.resting
	p.resting = nil
	for _, s := range resting {
		p.stop(s)
	}
	p.mu.Unlock()
	for _, s := range resting {
		s.quit()
	}
	p.timers.Wait()
}

// stop ends the timer of s; one that fired already counts itself out.
func (p *pool) stop(s *session) {
	if s.timer.Stop() {
		p.timers.Done()
	}
}
