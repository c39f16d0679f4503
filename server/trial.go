package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// How often one caller may have channels tried: a test is a message to somebody, and
// wrong secrets make some providers bar our address.
const (
	testsPerHour  = 20
	checksPerHour = 60
)

type testInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
	Accept  string         `header:"Accept" doc:"text/event-stream follows the test stage by stage."`
	Body    form[testFields]
}

type checkInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
	Accept  string         `header:"Accept" doc:"text/event-stream follows the check stage by stage."`
	Body    form[checkFields]
}

// checkFields is a configuration to be checked.
type checkFields struct {
	Draft map[string]json.RawMessage `json:"draft,omitempty" doc:"Fields not saved yet, laid over the saved ones for this check."`
}

// testFields is a test somebody asks for.
type testFields struct {
	To    testTarget                 `json:"to" doc:"Who gets the test message: exactly one of the fields."`
	Draft map[string]json.RawMessage `json:"draft,omitempty" doc:"Fields not saved yet, laid over the saved ones for this test."`
	Show  string                     `json:"show,omitempty" enum:"test,sample,delivery" doc:"What the message says: that it is a test (the default), a ticket that does not exist, or once more what a delivery said. Nothing can be decided on any of them."`
	State ticket.Status              `json:"state,omitempty" enum:"waiting_review,waiting_execution,executing,rejected,succeeded,failed,completed,canceled" doc:"With sample: the state of the ticket, waiting_review where it is left out."`
	// DeliveryID is asked for with delivery.
	DeliveryID string `json:"delivery_id,omitempty" maxLength:"64" doc:"With delivery: its id."`
}

// budgetOutput is how often the caller may test yet.
type budgetOutput struct {
	Body struct {
		Limit     int `json:"limit" doc:"Tests per hour."`
		Remaining int `json:"remaining" doc:"How many of them are left now."`
	}
}

// testTarget is who gets a test message.
type testTarget struct {
	Username     string `json:"username,omitempty" maxLength:"128" example:"lisi"`
	Email        string `json:"email,omitempty" maxLength:"254"`
	Phone        string `json:"phone,omitempty" maxLength:"32"`
	WeComUserID  string `json:"wecom_userid,omitempty" maxLength:"64"`
	FeishuOpenID string `json:"feishu_open_id,omitempty" maxLength:"128"`
}

// testOutput is a report, at once or as it comes about.
type testOutput struct{ Body func(huma.Context) }

const streamed = "\n\nWith `Accept: text/event-stream` the answer is a stream: `stage` with `running: true` when a stage begins, `stage` again when it ends, and `report` at the end. Whoever hangs up ends the test."

func (a *api) registerTrials() {
	a.tests, a.checks = newBudget(testsPerHour), newBudget(checksPerHour)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/channels/{channel}/test", id: "test-channel", scope: access.ChannelsTest, tag: tagChannels,
		title: "Send a test message",
		text: "Tries the saved configuration with the draft laid over it, stage by stage. A test that finds a fault did its work: it answers 200 with `success: false`, the fault, and what to do about it. " +
			"Each caller may test 20 times an hour." + streamed,
		unchecked: true, fails: []int{400, 429}, streams: reflect.TypeFor[notify.TestReport](),
		example: map[string]any{"to": map[string]any{"username": "lisi"}, "draft": map[string]any{"host": "smtp.example.com"}},
	}, a.testChannel)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/tests", id: "get-tests", scope: access.ChannelsTest, tag: tagChannels,
		title: "How many tests you have left this hour",
	}, a.testsLeft)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/channels/{channel}/check", id: "check-channel", scope: access.ChannelsTest, tag: tagChannels,
		title:     "Check a configuration without sending anything",
		text:      "As a test, up to the sign-in at the provider. Each caller may check 60 times an hour." + streamed,
		unchecked: true, fails: []int{400, 429}, streams: reflect.TypeFor[notify.TestReport](),
		example: map[string]any{"draft": map[string]any{"host": "smtp.example.com"}},
	}, a.checkChannel)
}

func (a *api) testChannel(ctx context.Context, in *testInput) (*testOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, body.check()); err != nil {
		return nil, err
	}
	if err := a.tests.spend(by(ctx), a.Now()); err != nil {
		return nil, err
	}
	return a.try(ctx, in.Channel, in.Accept, notify.TestRequest{
		To: notify.TestTarget(body.To), Draft: body.Draft, Show: body.Show, State: body.State, DeliveryID: body.DeliveryID,
	})
}

func (a *api) testsLeft(ctx context.Context, _ *struct{}) (*budgetOutput, error) {
	out := &budgetOutput{}
	out.Body.Limit, out.Body.Remaining = testsPerHour, a.tests.left(by(ctx), a.Now())
	return out, nil
}

// check names what the schema cannot.
func (f testFields) check() error {
	if err := f.To.check(); err != nil {
		return err
	}
	if f.Show == notify.ShowDelivery && f.DeliveryID == "" {
		return wrongField("delivery_id", "required", "is required")
	}
	return nil
}

func (a *api) checkChannel(ctx context.Context, in *checkInput) (*testOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, nil); err != nil {
		return nil, err
	}
	if err := a.checks.spend(by(ctx), a.Now()); err != nil {
		return nil, err
	}
	return a.try(ctx, in.Channel, in.Accept, notify.TestRequest{Draft: body.Draft, CheckOnly: true})
}

// check refuses to guess who is meant.
func (t testTarget) check() error {
	named := slices.DeleteFunc([]string{t.Username, t.Email, t.Phone, t.WeComUserID, t.FeishuOpenID}, func(s string) bool { return s == "" })
	switch len(named) {
	case 0:
		return wrongField("to", "required", "must be a person's username, email, phone, wecom_userid or feishu_open_id")
	case 1:
		return nil
	default:
		return wrongField("to", "invalid", "must name one person by one field alone")
	}
}

// try tests a channel and answers with the report, or with the stages as they come.
// What cannot be tried at all is refused before anything is answered.
func (a *api) try(ctx context.Context, ch notify.Channel, accept string, r notify.TestRequest) (*testOutput, error) {
	r.Language = current(ctx).language()
	if !strings.Contains(accept, "text/event-stream") {
		report, err := a.Channels.Test(ctx, ch, r)
		if err != nil {
			return nil, err
		}
		return &testOutput{func(c huma.Context) { answerReport(c, report) }}, nil
	}
	run := a.follow(ctx, ch, r)
	select {
	case <-run.over:
		if run.err != nil {
			return nil, run.err
		}
	case <-run.begun:
	}
	return &testOutput{run.stream}, nil
}

func answerReport(c huma.Context, report notify.TestReport) {
	if report.Stages == nil {
		report.Stages = []notify.TestStage{}
	}
	c.SetHeader("Content-Type", "application/json")
	c.SetStatus(http.StatusOK)
	_ = json.NewEncoder(c.BodyWriter()).Encode(report) // the caller may be gone
}

// trialRun is a test that somebody follows.
type trialRun struct {
	stages chan notify.TestStage
	begun  chan struct{} // closed with the first stage
	over   chan struct{} // closed when report and err are set
	report notify.TestReport
	err    error
}

// follow begins a test. It ends with ctx.
func (a *api) follow(ctx context.Context, ch notify.Channel, r notify.TestRequest) *trialRun {
	run := &trialRun{stages: make(chan notify.TestStage, 64), begun: make(chan struct{}), over: make(chan struct{})}
	var once sync.Once
	r.Watch = func(s notify.TestStage) {
		once.Do(func() { close(run.begun) })
		select {
		case run.stages <- s:
		default: // a reader that far behind reads the report
		}
	}
	go func() {
		defer close(run.over)
		run.report, run.err = a.Channels.Test(ctx, ch, r)
	}()
	return run
}

// stream writes what happens until the test is over.
func (t *trialRun) stream(c huma.Context) {
	c.SetHeader("Content-Type", "text/event-stream")
	c.SetHeader("Cache-Control", "no-store")
	c.SetStatus(http.StatusOK)
	for {
		select {
		case s := <-t.stages:
			writeEvent(c, "stage", s)
		case <-t.over:
			for len(t.stages) > 0 {
				writeEvent(c, "stage", <-t.stages)
			}
			if t.err == nil {
				writeEvent(c, "report", t.report)
			} else {
				writeEvent(c, "problem", fail(c.Context(), t.err))
			}
			return
		}
	}
}

// writeEvent sends one event of a stream at once.
func writeEvent(c huma.Context, name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		return // ours are plain values
	}
	w := c.BodyWriter()
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data) // the caller may be gone
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// budget allows each caller so many of something an hour, in this process.
type budget struct {
	most int

	mu    sync.Mutex // guards spent
	spent map[string][]time.Time
}

func newBudget(most int) *budget { return &budget{most: most, spent: map[string][]time.Time{}} }

// left is how many the caller's hour holds yet.
func (b *budget) left(who string, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent[who] = slices.DeleteFunc(b.spent[who], func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	return b.most - len(b.spent[who])
}

// spend takes one from the caller's hour, or says when there will be one again.
func (b *budget) spend(who string, now time.Time) error { return b.spendMany(who, 1, now) }

// giveBack undoes a spending that came to nothing.
func (b *budget) giveBack(who string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent[who] = b.spent[who][:max(0, len(b.spent[who])-n)]
}

// spendMany takes n at once, or none.
func (b *budget) spendMany(who string, n int, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent[who] = slices.DeleteFunc(b.spent[who], func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	recent := b.spent[who]
	if over := len(recent) + n - b.most; over > 0 {
		p := newProblem(http.StatusTooManyRequests, codeRate)
		wait := time.Hour // for more than an hour holds there is no good time
		if over <= len(recent) {
			wait = recent[over-1].Add(time.Hour).Sub(now)
		}
		p.retryAfter = strconv.Itoa(int(wait.Seconds()) + 1)
		return p
	}
	b.spent[who] = append(recent, slices.Repeat([]time.Time{now}, n)...)
	return nil
}
