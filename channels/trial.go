package channels

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"ticketbell/cards"
	"ticketbell/identity"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// trialTime bounds a whole test.
const trialTime = 30 * time.Second

// Test sends a test message over the saved configuration with the draft laid over
// it, stage by stage. A failure of the channel is a report, not an error. A success
// of what is saved releases a paused channel.
func (b *Board) Test(ctx context.Context, ch notify.Channel, r notify.TestRequest) (notify.TestReport, error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return notify.TestReport{}, err
	}
	rec.Channel = ch
	to, err := b.person(ctx, r.To)
	if err != nil {
		return notify.TestReport{}, err
	}
	if rec, err = draft(rec, r.Draft, b.now()); err != nil {
		return notify.TestReport{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	settings, err := b.settings.Settings(ctx)
	if err != nil {
		return notify.TestReport{}, err
	}
	t := &trial{b: b, rec: rec, to: to, language: r.Language, zone: settings.Location()}
	t.run(ctx)
	if t.report.Success && len(r.Draft) == 0 {
		if err := b.records.ReleaseChannel(ctx, ch); err != nil {
			return t.report, err
		}
	}
	return t.report, nil
}

// draft lays unsaved fields over the saved ones and checks that the whole can be tried.
func draft(rec notify.ChannelRecord, fields map[string]json.RawMessage, now time.Time) (notify.ChannelRecord, error) {
	fields = maps.Clone(fields)
	delete(fields, "enabled")
	rec, wrong, err := lay(rec, fields, "draft", now)
	if err != nil {
		return rec, err
	}
	rec.Enabled = true
	err = complete(rec, wrong)
	if invalid, ok := errors.AsType[*ticket.Invalid](err); ok {
		return rec, inDraft(invalid)
	}
	return rec, err
}

// inDraft names fields as the request spells them.
func inDraft(e *ticket.Invalid) error {
	for i := range e.Fields {
		e.Fields[i].Field = "draft." + e.Fields[i].Field
	}
	return e
}

// trial is one test on its way.
type trial struct {
	b        *Board
	rec      notify.ChannelRecord
	to       ticket.User
	language cards.Language
	zone     *time.Location

	line    line
	address string
	report  notify.TestReport
}

// run goes from stage to stage until one fails.
func (t *trial) run(ctx context.Context) {
	stages := []struct {
		name string
		do   func(context.Context) (detail string, err error)
	}{
		{"config", t.configure},
		{"authenticate", t.authenticate},
		{"resolve", t.resolve},
		{"send", t.send},
	}
	defer func() {
		if t.line.conn != nil {
			t.line.conn.Close()
		}
	}()
	for _, s := range stages {
		started := t.b.now()
		detail, err := s.do(ctx)
		t.report.Stages = append(t.report.Stages, notify.TestStage{
			Name: s.name, OK: err == nil, DurationMS: t.b.now().Sub(started).Milliseconds(), Detail: detail,
		})
		if err != nil {
			t.fail(err)
			return
		}
	}
	t.report.Success = true
}

func (t *trial) fail(err error) {
	v, _ := notify.VerdictOf(err)
	code, message := string(t.rec.Channel)+"."+v.String(), err.Error()
	if r, ok := errors.AsType[*notify.Refusal](err); ok {
		code, message = r.Code, r.Message
	}
	t.report.Error = explain(code, message, v)
	t.report.Stages[len(t.report.Stages)-1].Detail = message
}

func (t *trial) configure(context.Context) (string, error) {
	var err error
	t.line, err = dial(t.rec)
	if err != nil {
		err = notify.Misconfigured(err)
	}
	return "", err
}

func (t *trial) authenticate(ctx context.Context) (string, error) {
	return "", t.line.conn.Check(ctx)
}

// resolve asks the provider afresh: a test must test, not remember.
func (t *trial) resolve(ctx context.Context) (string, error) {
	var err error
	t.address, err = identity.New(asIs{t.to}, onlyLine{t.line}, t.b.now).Address(ctx, t.rec.Channel, t.to)
	return t.address, err
}

func (t *trial) send(ctx context.Context) (string, error) {
	outcomes := t.line.conn.Send(ctx, notify.Message{
		Card: cards.Test(t.b.now(), t.zone), Language: t.language, Notice: notify.NewID("tst_"), Thread: "test",
		To: []notify.Recipient{{Key: notify.NewID("tst_"), Address: t.address}},
	})
	t.report.ProviderID = outcomes[0].MessageID
	return outcomes[0].MessageID, outcomes[0].Err
}

// asIs knows the person a test is for.
type asIs struct{ u ticket.User }

func (a asIs) User(context.Context, string) (ticket.User, error) { return a.u, nil }

// onlyLine looks people up over the line under test.
type onlyLine struct{ l line }

func (o onlyLine) AppOf(context.Context, notify.Channel) (string, error) { return o.l.app, nil }

func (o onlyLine) Feishu(context.Context) (identity.FeishuBook, error) { return feishuBookOf(o.l) }
func (o onlyLine) WeCom(context.Context) (identity.WeComBook, error)   { return weComBookOf(o.l) }
