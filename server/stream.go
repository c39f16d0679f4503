package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/live"
	"ticketbell/notify"
)

// heartbeat is how often a silent stream says that it lives.
const heartbeat = 15 * time.Second

// Live tells what changes.
type Live interface {
	// Listen returns what changes from now on, and first "many" when deliveries changed
	// after since; the channel is closed at the end, or when the listener is too slow.
	// stop must be called.
	Listen(since time.Time) (events <-chan live.Event, stop func())
}

// changed is an event of the stream that names deliveries.
type changed struct {
	Items []delivery `json:"items" doc:"As they are now."`
	Many  bool       `json:"many,omitempty" doc:"More changed than are named: look anew."`
}

// attention is an event of the stream that says what needs somebody.
type attention struct {
	Dead   int              `json:"dead" doc:"Deliveries of the last 24 hours that were given up."`
	Paused []notify.Channel `json:"paused" doc:"Channels that wait for their configuration to be mended."`
	// Failing are other channels.
	Failing []notify.Channel `json:"failing" doc:"Channels that are on and refuse what they are given, or their last test."`
	// Unreachable is those of the list's reach=none.
	Unreachable int `json:"unreachable" doc:"People no channel that is on reaches."`
}

func attentionOf(a notify.Attention) attention {
	return attention{a.Dead, append([]notify.Channel{}, a.Paused...), append([]notify.Channel{}, a.Failing...), a.Unreachable}
}

func (a *api) registerStream() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/stream", id: "stream", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "Hear what changes",
		text: "Server-sent events as long as you listen: `deliveries` (as they are now, gathered over 300 ms), `attention` (dead letters of 24 hours, paused and failing channels, people nobody can reach), `job` " +
			"(progress; jobs on people only for who may change people). A comment every 15 seconds keeps the line open. The stream begins with how things stand; after it broke off, look anew at what you show.",
	}, a.stream)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/jobs/{id}/events", id: "stream-job", scope: access.DeliveriesRead, tag: tagPeople,
		title: "Hear how far a job is", text: "Server-sent events `job`, each the job as it is then; the stream ends with the job.", fails: []int{404},
	}, a.streamJob)
}

type streamInput struct {
	Since time.Time `query:"since" doc:"When you looked last: the stream begins with an event that says many when deliveries changed since."`
}

func (a *api) stream(ctx context.Context, in *streamInput) (*huma.StreamResponse, error) {
	events, stop := a.Live.Listen(in.Since)
	caller, show := current(ctx).token, a.inWords(ctx)
	return &huma.StreamResponse{Body: func(w huma.Context) {
		defer stop()
		s := beginStream(w)
		for s.err == nil {
			e, ok := s.next(ctx, events)
			if !ok {
				return
			}
			if e.Deliveries != nil || e.Many {
				s.send("deliveries", changed{mapped(e.Deliveries, show), e.Many})
			}
			if e.Attention != nil {
				s.send("attention", attentionOf(*e.Attention))
			}
			if e.Job != nil && caller.Allows(jobScope(e.Job.Kind)) {
				s.send("job", shownJob(*e.Job))
			}
		}
	}}, nil
}

func (a *api) streamJob(ctx context.Context, in *jobInput) (*huma.StreamResponse, error) {
	first, err := a.jobFor(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	events, stop := a.Live.Listen(time.Time{})
	return &huma.StreamResponse{Body: func(w huma.Context) {
		defer stop()
		s := beginStream(w)
		s.send("job", shownJob(first))
		for over := first.State.Over(); !over && s.err == nil; {
			e, ok := s.next(ctx, events)
			if !ok {
				return
			}
			if e.Job != nil && e.Job.ID == in.ID {
				s.send("job", shownJob(*e.Job))
				over = e.Job.State.Over()
			}
		}
	}}, nil
}

// sse writes server-sent events.
type sse struct {
	w     io.Writer
	flush func() error
	err   error
}

// beginStream lifts the server's limit on the time of an answer: it is for answers that end.
func beginStream(w huma.Context) *sse {
	w.SetHeader("Content-Type", "text/event-stream")
	w.SetHeader("Cache-Control", "no-store")
	w.SetHeader("X-Accel-Buffering", "no")
	w.SetStatus(http.StatusOK)
	s := &sse{w: w.BodyWriter(), flush: func() error { return nil }}
	if rw, ok := s.w.(http.ResponseWriter); ok {
		control := http.NewResponseController(rw)
		_ = control.SetWriteDeadline(time.Time{})
		s.flush = control.Flush
	}
	s.line(": listening\n\n")
	return s
}

// next waits for an event and keeps the line open meanwhile. false: the stream is over.
func (s *sse) next(ctx context.Context, events <-chan live.Event) (live.Event, bool) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for s.err == nil {
		select {
		case e, ok := <-events:
			return e, ok
		case <-beat.C:
			s.line(": still listening\n\n")
		case <-ctx.Done():
			return live.Event{}, false
		}
	}
	return live.Event{}, false
}

func (s *sse) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.err = err
		return
	}
	s.line(fmt.Sprintf("event: %s\ndata: %s\n\n", name, data))
}

func (s *sse) line(text string) {
	if s.err != nil {
		return
	}
	if _, s.err = io.WriteString(s.w, text); s.err == nil {
		s.err = s.flush()
	}
}

// jobScope is what it takes to see and end jobs of a kind.
func jobScope(kind string) access.Scope {
	switch kind {
	case jobRetry, jobDiscard:
		return access.DeliveriesRetry
	case jobResolve:
		return access.UsersResolve
	case jobTest:
		return access.ChannelsTest
	default:
		return access.UsersWrite
	}
}

// jobFor is the job of that id, if the caller may see it.
func (a *api) jobFor(ctx context.Context, id string) (jobs.View, error) {
	v, err := a.Jobs.Get(id)
	if err != nil {
		return v, err
	}
	if s := jobScope(v.Kind); !current(ctx).token.Allows(s) {
		p := newProblem(http.StatusForbidden, codeScope)
		p.scope = string(s)
		return v, p
	}
	return v, nil
}
