package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// maxBatch is how many writes are committed together.
const maxBatch = 256

var errClosed = errors.New("the store is closed")

// writer is the only one to write to a SQLite file. It commits all writes that
// wait together: the disk is waited for once, not once for each. Should one of them
// fail, they are done again with a savepoint each, so that it takes no other with it.
type writer struct {
	*compiled

	conn     *sql.Conn
	linger   time.Duration // how long patient writes wait for company
	jobs     chan *job
	quit     chan struct{}
	stopOnce sync.Once
}

// job is one write. Its fields are the writer's until done is closed.
type job struct {
	do       func(querier) error
	patient  bool // it may wait for company
	err      error
	panicked any
	done     chan struct{}
}

func newWriter(conn *sql.Conn, linger time.Duration) *writer {
	return &writer{compiled: newCompiled(conn), conn: conn, linger: linger, jobs: make(chan *job), quit: make(chan struct{})}
}

// write hands do to the writer and returns once it is committed. The context can
// take it back only until the writer has it: an answer is never left open.
func (w *writer) write(ctx context.Context, do func(context.Context, querier) error, patient bool) error {
	kept := context.WithoutCancel(ctx) // cancelling a statement would spoil the others' transaction
	j := &job{do: func(q querier) error { return do(kept, q) }, patient: patient, done: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked) // where it belongs: the caller may recover
	}
	return j.err
}

// run writes until the writer is stopped.
func (w *writer) run() {
	for {
		select {
		case j := <-w.jobs:
			w.commit(w.gather(j))
		case <-w.quit:
			return
		}
	}
}

// gather adds the writes that wait already and, as long as all of them are patient,
// those that come within a moment.
func (w *writer) gather(first *job) []*job {
	batch := w.gatherWaiting([]*job{first})
	if w.linger == 0 || slices.ContainsFunc(batch, urgent) {
		return batch
	}
	company := time.NewTimer(w.linger)
	defer company.Stop()
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
			if urgent(j) {
				return w.gatherWaiting(batch)
			}
		case <-company.C:
			return batch
		case <-w.quit:
			return batch
		}
	}
	return batch
}

func urgent(j *job) bool { return !j.patient }

func (w *writer) gatherWaiting(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit does the batch in one transaction and lets every caller know. A savepoint
// makes SQLite copy each page before it changes, and a write that fails is rare: they
// are used the second time only.
func (w *writer) commit(batch []*job) {
	err := w.transact(batch, (*writer).dare)
	if errors.Is(err, errUndone) {
		err = nil
		if len(batch) > 1 {
			err = w.transact(batch, (*writer).try)
		}
	}
	for _, j := range batch {
		if err != nil {
			j.err = errors.Join(j.err, fmt.Errorf("commit: %w", err))
		}
		close(j.done)
	}
}

// transact does every job of the batch and commits, or leaves nothing behind.
func (w *writer) transact(batch []*job, do func(*writer, *job) error) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range batch {
		if err := do(w, j); err != nil {
			return w.rollBack(err)
		}
	}
	if err := w.exec("COMMIT"); err != nil {
		return w.rollBack(err)
	}
	return nil
}

func (w *writer) rollBack(err error) error {
	_ = w.exec("ROLLBACK") // fails where SQLite has rolled back by itself
	return err
}

// errUndone says that a job failed, and with it the whole batch.
var errUndone = errors.New("a write of the batch failed")

// dare does j without a way back for it alone.
func (w *writer) dare(j *job) error {
	if j.run(w); j.err != nil || j.panicked != nil {
		return errUndone
	}
	return nil
}

// try does j within a savepoint. It fails only when the transaction is lost.
func (w *writer) try(j *job) error {
	if err := w.exec("SAVEPOINT job"); err != nil {
		return err
	}
	if j.run(w); j.err != nil || j.panicked != nil {
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return err
		}
	}
	return w.exec("RELEASE job")
}

// run does j, for the first time or once more.
func (j *job) run(q querier) {
	j.err, j.panicked = nil, nil
	defer func() { j.panicked = recover() }()
	j.err = j.do(q)
}

func (w *writer) exec(query string) error {
	_, err := w.ExecContext(context.Background(), query)
	return err
}

// stop takes no more writes; the one in progress is finished.
func (w *writer) stop() { w.stopOnce.Do(func() { close(w.quit) }) }

// close frees what the writer holds, after run has returned.
func (w *writer) close() error {
	return errors.Join(w.compiled.close(), w.conn.Close())
}
