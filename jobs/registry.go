package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxKept is how many jobs are remembered; the oldest that are over are forgotten first.
const maxKept = 100

// What a registry answers for a job it cannot serve.
var (
	ErrUnknown = errors.New("no such job")
	// ErrOver: the job is over, or not in a state that allows it.
	ErrOver = errors.New("the job is over")
	// ErrBusy: one job of a kind runs at a time.
	ErrBusy = errors.New("a job of this kind is running")
)

// Registry runs jobs. It is safe for many goroutines.
type Registry struct {
	now   func() time.Time
	newID func() string

	mu     sync.Mutex
	jobs   []*Job // guarded: the oldest first
	closed bool   // guarded

	work sync.WaitGroup
}

// New returns a registry whose jobs are called by newID. It must be closed.
func New(now func() time.Time, newID func() string) *Registry {
	return &Registry{now: now, newID: newID}
}

// Start runs work beside and returns at once. The work goes on when ctx is done; it
// ends when the job is canceled or the registry closed. One job of a kind runs at a
// time: another is [ErrBusy].
func (r *Registry) Start(ctx context.Context, kind string, work func(context.Context, *Job) error) (View, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return View{}, fmt.Errorf("start %s: %w", kind, ErrOver)
	}
	for _, j := range r.jobs {
		if v := j.look(); v.Kind == kind && !v.State.Over() {
			return View{}, fmt.Errorf("start %s: %w", kind, ErrBusy)
		}
	}
	for _, j := range r.jobs {
		if j.look().Kind == kind {
			j.forget() // the report of the newest is the one people read
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	open := make(chan struct{})
	close(open)
	j := &Job{now: r.now, cancel: cancel, resumed: open, view: View{
		ID: r.newID(), Kind: kind, State: Running, Summary: map[string]int{}, StartedAt: r.now(),
	}}
	r.jobs = append(r.jobs, j)
	r.tidy()
	r.work.Go(func() {
		defer cancel()
		err := work(ctx, j)
		j.end(err, ctx.Err() != nil)
	})
	return j.look(), nil
}

// tidy is called with mu held.
func (r *Registry) tidy() {
	for len(r.jobs) > maxKept {
		i := slices.IndexFunc(r.jobs, func(j *Job) bool { return j.look().State.Over() })
		if i < 0 {
			return
		}
		r.jobs = slices.Delete(r.jobs, i, i+1)
	}
}

// Get returns the job of that id as it is now, or [ErrUnknown].
func (r *Registry) Get(id string) (View, error) {
	j, err := r.find(id)
	if err != nil {
		return View{}, err
	}
	return j.look(), nil
}

// Report returns the rows of the job's report, in the order of their cells. Only the
// newest job of a kind still has one.
func (r *Registry) Report(id string) ([][]string, error) {
	j, err := r.find(id)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	rows := slices.Clone(j.report)
	j.mu.Unlock()
	slices.SortFunc(rows, slices.Compare[[]string])
	return rows, nil
}

// File is what was attached to the job, nil for nothing.
func (r *Registry) File(id string) ([]byte, error) {
	j, err := r.find(id)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file, nil
}

// List returns every job that is remembered, the oldest first.
func (r *Registry) List() []View {
	r.mu.Lock()
	defer r.mu.Unlock()
	views := make([]View, 0, len(r.jobs))
	for _, j := range r.jobs {
		views = append(views, j.look())
	}
	return views
}

// Pause has a running job wait before its next piece.
func (r *Registry) Pause(id string) (View, error) { return r.move(id, Running, Paused) }

// Resume has a paused job go on.
func (r *Registry) Resume(id string) (View, error) { return r.move(id, Paused, Running) }

// Cancel ends a job; what it did stays done.
func (r *Registry) Cancel(id string) (View, error) {
	j, err := r.find(id)
	if err != nil {
		return View{}, err
	}
	if v := j.look(); v.State.Over() && v.State != Canceled {
		return v, fmt.Errorf("cancel job %s: %w", id, ErrOver)
	}
	j.cancel()
	return j.look(), nil
}

func (r *Registry) move(id string, from, to State) (View, error) {
	j, err := r.find(id)
	if err != nil {
		return View{}, err
	}
	if !j.change(from, to) {
		return j.look(), fmt.Errorf("job %s cannot be %s: %w", id, to, ErrOver)
	}
	return j.look(), nil
}

func (r *Registry) find(id string) (*Job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, j := range r.jobs {
		if j.look().ID == id {
			return j, nil
		}
	}
	return nil, fmt.Errorf("find job %s: %w", id, ErrUnknown)
}

// look is the job as it is now.
func (j *Job) look() View {
	j.mu.Lock()
	defer j.mu.Unlock()
	v := j.view
	v.Summary, v.Notes = maps.Clone(v.Summary), slices.Clone(v.Notes)
	return v
}

// Close cancels every job and waits for their ends. Nothing starts after it.
func (r *Registry) Close() {
	r.mu.Lock()
	r.closed = true
	for _, j := range r.jobs {
		j.cancel()
	}
	r.mu.Unlock()
	r.work.Wait()
}
