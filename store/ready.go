package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"ticketbell/notify"
)

// The times of readiness.
const (
	freshTime   = 5 * time.Second  // for how long a write that succeeded speaks for the next
	refusalTime = time.Second      // for how long a probe that failed does
	readyTime   = 2 * time.Second  // how long whoever asks waits
	probeTime   = 10 * time.Second // how long a probe may take that nobody waits for any more
)

// probeWeight is what a probe writes, in bytes, after a write that failed: more than a usual event
// takes (about 60 kB), because what is left of a full disk takes a few bytes more.
const probeWeight = 128 << 10

// witness remembers how writes fared, so that a probe writes only where nobody else does.
type witness struct {
	now  func() time.Time
	try  func(weight int) error
	stop context.CancelFunc // of the probe under way
	work sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	wroteAt time.Time
	doubt   bool // a write failed, and no probe has succeeded since
	last    *probe
}

// probe is an attempt to write. What came of it is there once done is closed.
type probe struct {
	done chan struct{}
	at   time.Time
	err  error
}

// newWitness returns a witness that probes by try.
func newWitness(now func() time.Time, try func(ctx context.Context, weight int) error) *witness {
	open, stop := context.WithCancel(context.Background())
	return &witness{now: now, stop: stop, try: func(weight int) error {
		ctx, cancel := context.WithTimeout(open, probeTime)
		defer cancel()
		return try(ctx, weight)
	}}
}

// note hears how a write ended. One that was called off, or refused for what it said,
// tells nothing of the database; any other failure leaves a doubt.
func (w *witness) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.wroteAt = w.now()
	case errors.Is(err, context.Canceled), errors.Is(err, ErrNotFound), errors.Is(err, notify.ErrConflict):
	default:
		w.doubt = true
	}
}

// ask returns the probe whose outcome is the answer, and has one begin where none is under
// way; nil where what was written lately is answer enough.
func (w *witness) ask() *probe {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	if w.last != nil && w.last.holds(now) {
		return w.last
	}
	if !w.doubt && now.Sub(w.wroteAt) < freshTime {
		return nil
	}
	weight := 0
	if w.doubt {
		weight = probeWeight
	}
	w.last = &probe{done: make(chan struct{})}
	w.work.Go(func() { w.run(w.last, weight) })
	return w.last
}

// holds reports whether p is under way still, or failed a moment ago.
func (p *probe) holds(now time.Time) bool {
	select {
	case <-p.done:
		return p.err != nil && now.Sub(p.at) < refusalTime
	default:
		return true
	}
}

func (w *witness) run(p *probe, weight int) {
	p.err = w.try(weight)
	p.at = w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doubt = p.err != nil
	close(p.done)
}

// close ends the probe that is under way. None may be asked for after it.
func (w *witness) close() {
	w.stop()
	w.work.Wait()
}

// Ready reports whether an event could be stored: the database answers, and takes what
// is written. While others have written within the last seconds, and none has failed,
// nothing is written to find out; else one probe at a time is, for all who ask. They wait
// for two seconds at most.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	if err := s.Ping(ctx); err != nil {
		return err
	}
	p := s.witness.ask()
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("probe the store: %w", ctx.Err())
	}
}

// probe writes that many bytes and takes them back. What is deleted in the same transaction
// was written all the same, and no two processes meet in a row.
func (s *Store) probe(ctx context.Context, weight int) error {
	name, body := notify.NewID("probe_"), make([]byte, weight)
	_, _ = rand.Read(body) // never fails; PostgreSQL would press what repeats itself into nothing
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO settings (name, body, updated_at) VALUES ($1, $2, $3)`,
			name, base64.StdEncoding.EncodeToString(body), millis(s.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE name = $1`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("probe the store: %w", err)
	}
	return nil
}
