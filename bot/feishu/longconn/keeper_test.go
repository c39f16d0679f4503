package longconn_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ticketbell/bot/feishu"
	"ticketbell/bot/feishu/longconn"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simulator "ticketbell/sandbox/feishu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk remembers each press it was handed, by its id.
type desk struct {
	mu   sync.Mutex // guards seen
	seen map[string]int
	hold chan struct{} // when not nil, Act waits for it

	begun atomic.Int64 // calls of Act
}

func (d *desk) Act(_ context.Context, p notify.Press) notify.Answer {
	d.begun.Add(1)
	if d.hold != nil {
		<-d.hold
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[p.ID]++
	return notify.Answer{Tone: notify.ToneDone, Text: cards.Text{ZH: "已通过", EN: "Approved"}}
}

func (d *desk) Hear(context.Context, notify.Said) error { return nil }

func (d *desk) Opened(context.Context, notify.ReadReceipt) error { return nil }

func (d *desk) presses() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.seen)
}

// app is how the app is configured, which a test may change.
type app struct {
	mu  sync.Mutex // guards cfg
	cfg feishu.Config
}

func (a *app) FeishuApp(context.Context) (feishu.Config, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cfg.Callback == feishu.CallbackOff {
		return feishu.Config{}, fmt.Errorf("feishu: %w", notify.ErrOff)
	}
	return a.cfg, nil
}

func (a *app) change(change func(*feishu.Config)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.cfg)
}

// rig is a keeper connected to the simulator, where 李四 has a card to decide.
type rig struct {
	*testing.T
	sim    *simulator.Simulator
	faults *sandbox.Faults
	app    *app
	desk   *desk
	keeper *longconn.Keeper
	log    *syncLog
	card   string
	hangUp func()
}

// syncLog is a log that can be read while it is written.
type syncLog struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (l *syncLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *syncLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const appSecret = "secret-of-the-line"

func newRig(t *testing.T, prepare ...func(*rig)) *rig {
	t.Helper()
	people, box := sandbox.NewDirectory(false), sandbox.NewBox(time.Now)
	lisi := people.Add(sandbox.Person{Username: "lisi", Name: "李四", Email: "lisi@corp.example"})
	r := &rig{T: t, faults: sandbox.NewFaults(), desk: &desk{seen: map[string]int{}}, log: &syncLog{}}
	r.sim = simulator.New(simulator.Config{
		AppID: "cli_line", AppSecret: appSecret, Box: box, Directory: people, Faults: r.faults, Unlimited: true,
		Line: simulator.LineConfig{ReconnectCount: -1, ReconnectInterval: 1, PingInterval: 1},
	})
	server := httptest.NewServer(r.sim)
	t.Cleanup(server.Close)
	t.Cleanup(r.sim.Close)
	r.app = &app{cfg: feishu.Config{AppID: "cli_line", AppSecret: appSecret, APIBaseURL: server.URL, Callback: feishu.CallbackLongConnection}}
	r.card = r.deal(lisi)
	for _, p := range prepare {
		p(r)
	}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	inbox := feishu.NewInbox(r.desk, r.desk, r.desk, time.Now, log)
	r.keeper = longconn.New(r.app, inbox, time.Now, log)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.keeper.Run(ctx) })
	r.hangUp = func() { cancel(); running.Wait() }
	t.Cleanup(func() { r.hangUp(); inbox.Close() })
	return r
}

// deal sends 李四 a card with both buttons.
func (r *rig) deal(to sandbox.Person) (id string) {
	r.Helper()
	bot, err := feishu.New(r.app.cfg)
	if err != nil {
		r.Fatal(err)
	}
	defer bot.Close()
	out := bot.Send(r.Context(), notify.Message{
		Card: cards.Card{
			Tone: cards.ToneReview, Chip: cards.Same("待审核"), Verb: cards.Same("待你审核"), Subject: "加索引", Number: "#1", Footer: cards.Same("处理人"),
			Buttons: []cards.Button{{Action: cards.Approve, Text: cards.Same("通过")}, {Action: cards.Reject, Text: cards.Same("驳回")}},
		},
		Notice: "evt_1", To: []notify.Recipient{{Key: "dlv_1", Address: to.OpenID}},
	})
	if out[0].Err != nil {
		r.Fatal(out[0].Err)
	}
	return out[0].MessageID
}

func (r *rig) press() (sandbox.Carried, error) {
	return r.sim.Press(r.Context(), sandbox.Press{Channel: "feishu", MessageID: r.card, Person: "lisi", Action: "approve"})
}

func (r *rig) open() {
	r.Helper()
	eventually(r.T, "the connection is open", func() bool { open, _, _ := r.sim.LineCounts(); return open == 1 && r.keeper.State().Open })
}

func TestAPressComesOverTheConnection(t *testing.T) {
	r := newRig(t)
	r.open()
	done, err := r.press()
	want := `{"toast":{"type":"success","content":"已通过","i18n":{"zh_cn":"已通过","en_us":"Approved"}}}`
	if err != nil || done.Status != 200 || string(done.Answer) != want || r.desk.presses() != 1 {
		t.Errorf("got %+v, %v and %d presses; want 200 %s", done, err, r.desk.presses(), want)
	}
}

// 20 cuts while five people press without a pause: every press is answered, each
// reached the desk as one, and the connection came back as often as it was cut.
func TestTwentyCutsLoseAndDoubleNothing(t *testing.T) {
	r := newRig(t)
	r.open()
	ctx, stop := context.WithCancel(t.Context())
	var people sync.WaitGroup
	var mu sync.Mutex
	answered, failed := 0, []error{}
	for range 5 {
		people.Go(func() {
			for ctx.Err() == nil {
				done, err := r.press()
				mu.Lock()
				if err == nil && done.Status == 200 {
					answered++
				} else {
					failed = append(failed, fmt.Errorf("%d: %w", done.Status, err))
				}
				mu.Unlock()
			}
		})
	}
	for n := range 20 {
		before := r.desk.presses()
		eventually(t, "presses come in again", func() bool { return r.desk.presses() > before })
		r.sim.Cut()
		eventually(t, "the connection comes back", func() bool { open, opened, _ := r.sim.LineCounts(); return open == 1 && opened == n+2 })
	}
	stop()
	people.Wait()
	if len(failed) != 0 || r.desk.presses() != answered {
		t.Errorf("got %d presses at the desk for %d answered and %d failed (%v), want each once", r.desk.presses(), answered, len(failed), failed)
	}
	_, opened, pings := r.sim.LineCounts()
	if pings < opened-1 || pings > 3*opened {
		t.Errorf("got %d pings over %d connections, want one at once and one a second", pings, opened)
	}
	t.Logf("%d presses, %d connections, %d pings", answered, opened, pings)
}

func TestEmptySettingsMakeNoPingStorm(t *testing.T) {
	r := newRig(t, func(r *rig) { r.faults.Set(sandbox.Fault{Channel: "feishu", Name: "line_empty_config", Times: 1}) })
	r.open()
	for range 50 {
		if _, err := r.press(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, pings := r.sim.LineCounts(); pings > 2 {
		t.Errorf("got %d pings during 50 presses, want one at once", pings)
	}
}

func TestARefusalIsToldAndNotHammered(t *testing.T) {
	r := newRig(t, func(r *rig) { r.app.change(func(c *feishu.Config) { c.AppSecret = "another" }) })
	r.refused("514")
	r.app.change(func(c *feishu.Config) { c.AppSecret = appSecret })
	r.open()
	if n := r.sim.Calls()["endpoint"]; n > 4 {
		t.Errorf("got %d requests, want the server's interval kept", n)
	}
	if strings.Contains(r.log.String(), appSecret) || strings.Contains(r.log.String(), "device_id") {
		t.Errorf("got a secret in the log:\n%s", r.log.String())
	}
}

func (r *rig) refused(code string) {
	r.Helper()
	eventually(r.T, "the refusal is told", func() bool {
		s := r.keeper.State()
		return s.Wanted && !s.Open && s.Why != nil && strings.Contains(s.Why.Error(), code)
	})
}

func TestTooManyConnectionsAreTold(t *testing.T) {
	r := newRig(t, func(r *rig) { r.faults.Set(sandbox.Fault{Channel: "feishu", Name: "line_full"}) })
	r.refused("1000040350")
	if n := r.sim.Calls()["endpoint"]; n != 1 {
		t.Errorf("got %d requests, want no other within the interval", n)
	}
}

func TestTheConnectionFollowsTheConfiguration(t *testing.T) {
	r := newRig(t)
	r.open()
	r.app.change(func(c *feishu.Config) { c.Callback = feishu.CallbackHTTP })
	eventually(t, "it hangs up for another way back", func() bool { open, _, _ := r.sim.LineCounts(); return open == 0 && !r.keeper.State().Wanted })
	r.app.change(func(c *feishu.Config) { c.Callback = feishu.CallbackLongConnection })
	r.open()
	r.app.change(func(c *feishu.Config) { c.Callback = feishu.CallbackOff })
	eventually(t, "it hangs up when the channel is off", func() bool { open, _, _ := r.sim.LineCounts(); return open == 0 })
}

// A press that takes its time does not keep the next connection waiting, and it is
// handed in again over that one, because its answer was lost with the first.
func TestABrokenConnectionComesBackWhileAPressIsActedOn(t *testing.T) {
	r := newRig(t, func(r *rig) { r.desk.hold = make(chan struct{}) })
	r.open()
	answers := make(chan sandbox.Carried, 1)
	var pressing sync.WaitGroup
	pressing.Go(func() { done, _ := r.press(); answers <- done })
	eventually(t, "the press is being acted on", func() bool { return r.desk.begun.Load() == 1 })
	r.sim.Cut()
	eventually(t, "it is handed in again over another connection", func() bool { return r.desk.begun.Load() == 2 })
	close(r.desk.hold)
	if done := <-answers; done.Status != 200 || r.desk.presses() != 1 {
		t.Errorf("got %+v and %d presses, want one that is answered", done, r.desk.presses())
	}
	pressing.Wait()
}

func TestHangingUpAnswersWhatWasBegun(t *testing.T) {
	r := newRig(t, func(r *rig) { r.desk.hold = make(chan struct{}) })
	r.open()
	answers := make(chan sandbox.Carried, 1)
	var pressing sync.WaitGroup
	pressing.Go(func() { done, _ := r.press(); answers <- done })
	r.desk.hold <- struct{}{} // it has begun: somebody waits for this
	pressing.Go(r.hangUp)
	if done := <-answers; done.Status != 200 {
		t.Errorf("got %+v, want the answer of what was begun", done)
	}
	pressing.Wait()
	eventually(t, "the simulator sees that we hung up", func() bool {
		open, _, _ := r.sim.LineCounts()
		return open == 0
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(20 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
