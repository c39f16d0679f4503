package feishu_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/bot/feishu"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simulator "ticketbell/sandbox/feishu"
	"ticketbell/ticket"
)

// clerk is who sits behind the door.
type clerk struct {
	mu     sync.Mutex // guards the fields below
	pushed []notify.Press
	heard  []notify.Said
	opened []notify.ReadReceipt
}

func (c *clerk) Act(_ context.Context, p notify.Press) notify.Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pushed = append(c.pushed, p)
	return notify.Answer{Tone: notify.ToneDone, Text: cards.Done(p.Action)}
}

func (c *clerk) Hear(_ context.Context, s notify.Said) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, s)
	return nil
}

func (c *clerk) Opened(_ context.Context, r notify.ReadReceipt) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened = append(c.opened, r)
	return nil
}

// onlyApp is an app that is configured once and for all.
type onlyApp struct{ feishu.Config }

func (a onlyApp) FeishuApp(context.Context) (feishu.Config, error) { return a.Config, nil }

// doorway is the simulator, which seals and signs by the contract, before our own door;
// 李四 has a card.
type doorway struct {
	sim    *simulator.Simulator
	faults *sandbox.Faults
	clerk  *clerk
	card   string
}

func newDoorway(t *testing.T) doorway {
	t.Helper()
	people, faults := sandbox.NewDirectory(false), sandbox.NewFaults()
	lisi := people.Add(sandbox.Person{Username: "lisi", Name: "李四", Email: "lisi@corp.example"})
	cfg := feishu.Config{AppID: "cli_door", AppSecret: "secret", Callback: feishu.CallbackHTTP, EncryptKey: "the key", VerificationToken: "the token"}
	sim := simulator.New(simulator.Config{
		AppID: cfg.AppID, AppSecret: cfg.AppSecret, EncryptKey: cfg.EncryptKey, VerificationToken: cfg.VerificationToken,
		Directory: people, Faults: faults, Unlimited: true, Again: []time.Duration{},
	})
	t.Cleanup(sim.Close)
	platform := httptest.NewServer(sim)
	t.Cleanup(platform.Close)
	cfg.APIBaseURL = platform.URL

	c, log := &clerk{}, slog.New(slog.DiscardHandler)
	inbox := feishu.NewInbox(c, c, c, time.Now, log)
	t.Cleanup(inbox.Close)
	door := httptest.NewServer(feishu.NewCallbacks(onlyApp{cfg}, inbox, time.Now, log))
	t.Cleanup(door.Close)
	sim.SetDoor(door.URL + "/callbacks/feishu")

	card := say(ticket.KindSubmitted, ticket.WaitingReview)
	out := newBot(t, cfg).Send(t.Context(), notify.Message{Card: card, Notice: "evt_1", To: []notify.Recipient{{Key: "dlv_1", Address: lisi.OpenID}}})
	if out[0].Err != nil {
		t.Fatal(out[0].Err)
	}
	return doorway{sim, faults, c, out[0].MessageID}
}

func (d doorway) press(t *testing.T, action string, form map[string]string) sandbox.Carried {
	t.Helper()
	done, err := d.sim.Press(t.Context(), sandbox.Press{MessageID: d.card, Person: "lisi", Action: action, Form: form})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestTheConsoleAcceptsOurAddress(t *testing.T) {
	if err := newDoorway(t).sim.Verify(t.Context()); err != nil {
		t.Errorf("got %v, want the challenge answered", err)
	}
}

func TestPressesAndWordsOfTheSimulatorAreUnderstood(t *testing.T) {
	d := newDoorway(t)
	for range 2 { // each form of the timestamp
		if done := d.press(t, "approve", nil); done.Status != 200 || !strings.Contains(string(done.Answer), "已通过") {
			t.Errorf("got %+v, want it approved", done)
		}
	}
	d.press(t, "reject_submit", map[string]string{"reject_reason": "缺少回滚方案"})
	if len(d.clerk.pushed) != 3 || d.clerk.pushed[1].Notice != "evt_1" || d.clerk.pushed[1].MessageID != d.card || d.clerk.pushed[2].Action != cards.Reject || d.clerk.pushed[2].Reason != "缺少回滚方案" {
		t.Errorf("got %+v, want two approvals and a rejection of the card", d.clerk.pushed)
	}
	for _, s := range []sandbox.Saying{{Person: "lisi", Text: "@_user_1 待办"}, {Person: "lisi", Menu: "todo"}} {
		if done, err := d.sim.Say(t.Context(), s); err != nil || done.Status != 200 {
			t.Errorf("got %+v, %v for %+v; want it heard", done, err, s)
		}
	}
	if done, err := d.sim.Read(t.Context(), sandbox.Reading{MessageID: d.card}); err != nil || done.Status != 200 {
		t.Errorf("got %+v, %v; want it noted that the card was opened", done, err)
	}
	if len(d.clerk.opened) != 1 || !slices.Equal(d.clerk.opened[0].Messages, []string{d.card}) || time.Since(d.clerk.opened[0].At) > time.Minute {
		t.Errorf("got %+v, want the card, just now", d.clerk.opened)
	}
	if len(d.clerk.heard) != 2 || d.clerk.heard[0].Text != "待办" || d.clerk.heard[1].Text != "todo" {
		t.Errorf("got %+v, want both", d.clerk.heard)
	}
}

func TestForgeriesOfTheSimulatorAreRefused(t *testing.T) {
	d := newDoorway(t)
	for _, name := range simulator.FaultNames() {
		if !strings.HasPrefix(name, "callback_") || name == "callback_replayed" {
			continue
		}
		d.faults.Set(sandbox.Fault{Channel: simulator.Channel, Name: name, Times: 1})
		if done := d.press(t, "approve", nil); done.Status != 401 || string(done.Answer) != `{"msg":"rejected"}`+"\n" {
			t.Errorf("%s: got %d %s, want 401", name, done.Status, done.Answer)
		}
	}
	if len(d.clerk.pushed) != 0 {
		t.Errorf("got %+v at the desk, want nothing", d.clerk.pushed)
	}
}
