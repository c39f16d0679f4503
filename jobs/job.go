package jobs

import (
	"context"
	"sync"
	"time"
)

// State is where a job stands.
type State string

// The states of a job.
const (
	Running  State = "running"
	Paused   State = "paused"
	Done     State = "done"
	Failed   State = "failed"
	Canceled State = "canceled"
)

// Over reports whether a job in this state will do nothing more.
func (s State) Over() bool { return s == Done || s == Failed || s == Canceled }

// View is a job as it is at a moment.
type View struct {
	ID   string
	Kind string
	// State is where it stands; Done and Total count in the job's own units, and
	// Total is 0 until it is known.
	State       State
	Done, Total int
	// Summary is what came of it so far, by the job's own words.
	Summary map[string]int
	// Notes are what a person should read, at most [MaxNotes].
	Notes []string
	// Trial is set when the job only tells what it would do.
	Trial bool
	// Rows is how many rows the job's report has, see [Registry.Report].
	Rows      int
	Error     string
	StartedAt time.Time
	EndedAt   time.Time
}

// MaxNotes is how many notes a job keeps, MaxRows how many rows of a report.
const (
	MaxNotes = 100
	MaxRows  = 15_000
)

// Job is work on its way. Its work calls Step before each piece.
type Job struct {
	now    func() time.Time
	cancel context.CancelFunc

	mu      sync.Mutex
	view    View // guarded, as below
	report  [][]string
	file    []byte
	resumed chan struct{} // closed unless the job is paused
}

// Step waits while the job is paused. It returns an error when the work must end.
func (j *Job) Step(ctx context.Context) error {
	j.mu.Lock()
	resumed := j.resumed
	j.mu.Unlock()
	select {
	case <-resumed:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Try says that the job only tells what it would do.
func (j *Job) Try() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.view.Trial = true
}

// Expect says how much there is to do.
func (j *Job) Expect(total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.view.Total = total
}

// Advance says that a piece is done, and counts what came of it.
func (j *Job) Advance(outcomes ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.view.Done++
	for _, o := range outcomes {
		j.view.Summary[o]++
	}
}

// Count sets a figure of the summary.
func (j *Job) Count(name string, n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.view.Summary[name] = n
}

// Note keeps something a person should read.
func (j *Job) Note(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.view.Notes) < MaxNotes {
		j.view.Notes = append(j.view.Notes, text)
	}
}

// Report adds a row to what came of the job in full.
func (j *Job) Report(cells ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.report) < MaxRows {
		j.report = append(j.report, cells)
		j.view.Rows++
	}
}

// Attach keeps a file that says what came of the job in full, in so many rows, in the
// place of a report.
func (j *Job) Attach(file []byte, rows int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file, j.view.Rows = file, rows
}

// forget drops the report of a job.
func (j *Job) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.report, j.file, j.view.Rows = nil, nil, 0
}

// change moves the job from one state to another; false when it is in neither.
func (j *Job) change(from, to State) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.view.State == to {
		return true
	}
	if j.view.State != from {
		return false
	}
	j.view.State = to
	if to == Paused {
		j.resumed = make(chan struct{})
	} else {
		close(j.resumed)
	}
	return true
}

// end writes down how the job ended.
func (j *Job) end(err error, canceled bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.view.EndedAt = j.now()
	switch {
	case canceled:
		j.view.State = Canceled
	case err != nil:
		j.view.State, j.view.Error = Failed, err.Error()
	default:
		j.view.State = Done
	}
}
