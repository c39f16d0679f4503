package channels

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/identity"
	"ticketbell/mail"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// trialTime bounds a whole test.
const trialTime = 30 * time.Second

// Test sends a test message over the saved configuration with the draft laid over
// it, stage by stage. A failure of the channel is a report, not an error. A success
// of what is saved releases a paused channel, and a failure of it shows in its health.
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
	card, err := b.cardFor(ctx, r, settings.CardsFor(to))
	if err != nil {
		return notify.TestReport{}, err
	}
	t := &trial{
		b: b, rec: rec, to: to, language: r.Language, card: card, checkOnly: r.CheckOnly,
		stages: newStages(b.now, r.Watch, r.Language),
	}
	t.run(ctx)
	if len(r.Draft) > 0 {
		return t.report, nil
	}
	return t.report, b.conclude(context.WithoutCancel(ctx), t)
}

// conclude notes what a trial of the saved configuration says of the channel. A test that
// succeeds releases a paused one; a check only takes back what a check found.
func (b *Board) conclude(ctx context.Context, t *trial) error {
	ch := t.rec.Channel
	switch {
	case !t.report.Success:
		return b.holdAgainst(ctx, t)
	case t.checkOnly:
		return b.history.ForgetTest(ctx, ch, true)
	}
	if err := b.history.ClearPulse(ctx, ch, b.now()); err != nil {
		return err
	}
	return b.records.ReleaseChannel(ctx, ch)
}

// holdAgainst notes a failure that is the channel's: nobody's address is wrong, nothing
// only had to wait, and whoever tried did not give up.
func (b *Board) holdAgainst(ctx context.Context, t *trial) error {
	e := t.report.Error
	if ip := e.Extract["ip"]; ip != "" {
		if err := b.history.SawAddress(ctx, t.rec.Channel, ip, b.now()); err != nil {
			return err
		}
	}
	if t.canceled || slices.Contains([]string{"identity", "rate", "content"}, e.Class) {
		return nil
	}
	return b.history.FailTest(ctx, t.rec.Channel, notify.FailedTest{
		At: b.now(), Code: e.Code, Message: e.Message, Class: t.verdict.String(), Early: t.early,
	})
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
	card     cards.Card

	checkOnly bool

	stages  *stages
	line    line
	address string
	report  notify.TestReport
	update  string // what is known of the right to change messages
	// What is known of the failure.
	verdict  notify.Verdict
	early    bool // a check would have met it
	canceled bool // whoever tried hung up
}

// part is what is tried in one go; it may report several stages.
type part struct {
	name string
	do   func(context.Context) error
}

func (t *trial) parts() []part {
	parts := []part{{"config", t.configure}, {"authenticate", t.authenticate}}
	if t.checkOnly {
		return parts
	}
	return append(parts, part{"resolve", t.resolve}, part{"send", t.send})
}

// run goes from stage to stage until one fails.
func (t *trial) run(ctx context.Context) {
	parts := t.parts()
	defer func() {
		if t.line.conn != nil {
			t.line.conn.Close()
		}
	}()
	for _, p := range parts {
		if err := p.do(ctx); err != nil {
			t.fail(p.name, err)
			break
		}
	}
	t.report.Stages = t.stages.all()
	t.report.Success = t.report.Error == nil
	t.report.Permissions = t.permissions()
}

// fail ends the test: at the stage that is open, or at the part that failed.
func (t *trial) fail(part string, err error) {
	v, wait := notify.VerdictOf(err)
	t.verdict, t.early = v, part == "config" || part == "authenticate"
	t.canceled = errors.Is(err, context.Canceled)
	code, message := string(t.rec.Channel)+"."+v.String(), err.Error()
	if r, ok := errors.AsType[*notify.Refusal](err); ok {
		code, message = r.Code, r.Message
	}
	stage := t.stages.fail(part, message)
	if slices.Contains([]string{"dns", "connect", "tls"}, stage) {
		if own := string(t.rec.Channel) + "." + stage; known(own) {
			code = own
		}
	}
	t.report.Error = explain(code, message, v, t.facts())
	if wait > 0 {
		if t.report.Error.Extract == nil {
			t.report.Error.Extract = map[string]string{}
		}
		t.report.Error.Extract["wait"] = strconv.Itoa(int(wait.Seconds()))
	}
}

func known(code string) bool {
	_, ok := adviceOn(code)
	return ok
}

// facts are what a link may need and no provider says.
func (t *trial) facts() map[string]string {
	fields, err := fieldsOf(t.rec)
	var app string
	if err != nil || json.Unmarshal(fields["app_id"], &app) != nil || app == "" {
		return nil
	}
	return map[string]string{"app_id": strings.TrimSpace(app)}
}

func (t *trial) configure(context.Context) error {
	t.stages.Begin("config")
	var err error
	t.line, err = t.b.dial(t.rec)
	t.stages.End("config", "", err)
	return notify.Misconfigured(err)
}

// authenticate connects and signs in, and is told of the stages on the way.
func (t *trial) authenticate(ctx context.Context) error {
	if t.rec.Channel == notify.Mail {
		return t.line.conn.Check(mail.Watch(t.stages.network(ctx, ""), t.stages))
	}
	err := t.line.conn.Check(t.stages.network(ctx, "authenticate"))
	if err == nil {
		t.stages.Begin("authenticate") // on a connection that reported nothing
		t.stages.End("authenticate", "", nil)
	}
	return err
}

// resolve asks the provider afresh: a test must test, not remember.
func (t *trial) resolve(ctx context.Context) error {
	t.stages.Begin("resolve")
	var err error
	t.address, err = identity.New(asIs{t.to}, onlyLine{t.line}, t.b.now).Address(ctx, t.rec.Channel, t.to)
	t.stages.End("resolve", t.address, err)
	return err
}

func (t *trial) send(ctx context.Context) error {
	if t.rec.Channel == notify.Mail {
		ctx = mail.Watch(ctx, t.stages) // its stages are sender, receiver and send
	} else {
		t.stages.Begin("send")
	}
	m := notify.Message{
		Card: t.card, Language: t.language, Notice: notify.NewID("tst_"), Thread: "test",
		To: []notify.Recipient{{Key: notify.NewID("tst_"), Address: t.address}},
	}
	outcome := t.line.conn.Send(ctx, m)[0]
	t.report.ProviderID = outcome.MessageID
	t.stages.End("send", outcome.MessageID, outcome.Err)
	if outcome.Err == nil && t.rec.Channel == notify.Feishu {
		t.update = t.mayUpdate(ctx, outcome, m)
	}
	return outcome.Err
}

// asIs knows the person a test is for.
type asIs struct{ u ticket.User }

func (a asIs) User(context.Context, string) (ticket.User, error) { return a.u, nil }

// onlyLine looks people up over the line under test.
type onlyLine struct{ l line }

func (o onlyLine) AppOf(context.Context, notify.Channel) (string, error) { return o.l.app, nil }

func (o onlyLine) Feishu(context.Context) (identity.FeishuBook, error) { return feishuBookOf(o.l) }
func (o onlyLine) WeCom(context.Context) (identity.WeComBook, error)   { return weComBookOf(o.l) }
