package wecom

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	"ticketbell/store"
)

// live is a stand whose app has a callback: presses on its devices come to the door.
type live struct {
	*stand

	store *store.Store
	door  *Door
	desk  *desk
	log   *bytes.Buffer
}

// desk writes down what reaches it, and answers as it is told.
type desk struct {
	mu      sync.Mutex
	presses []notify.Press
	said    []notify.Said
	answer  notify.Answer
	err     error
	hold    chan struct{} // when not nil, an answer waits for it
}

// Act implements [notify.Presses].
func (d *desk) Act(_ context.Context, p notify.Press) notify.Answer {
	d.mu.Lock()
	d.presses = append(d.presses, p)
	answer, hold := d.answer, d.hold
	d.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return answer
}

// Hear implements [notify.Listener].
func (d *desk) Hear(_ context.Context, s notify.Said) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, s)
	return d.err
}

func (d *desk) answers(a notify.Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = a
}

func (d *desk) all() ([]notify.Press, []notify.Said) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]notify.Press{}, d.presses...), append([]notify.Said{}, d.said...)
}

func withKeys(c *Config) {
	c.CorpID, c.CallbackToken, c.CallbackAESKey = "ww-corp", vectorKeys().Token, vectorKeys().AESKey
}

func newLive(t *testing.T, change ...func(*Config)) *live {
	t.Helper()
	l := &live{stand: newStand(t), desk: &desk{answer: notify.Answer{Tone: notify.ToneDone}}, log: new(bytes.Buffer)}
	s, err := store.Open(t.Context(), store.Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "bell.db"), Key: bytes.Repeat([]byte("k"), 32), Now: l.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	log := slog.New(slog.NewTextHandler(l.log, nil))
	l.store = s
	change = append([]func(*Config){withKeys, func(c *Config) { c.APIBaseURL = l.srv.URL }}, change...)
	l.Bot = newBot(t, change, WithClock(l.clock.Now), WithMemory(s, log))
	l.door = &Door{
		Keys: func(context.Context) (Keys, error) {
			k, ok := l.cfg.Keys()
			if !ok {
				return k, notify.ErrOff
			}
			return k, nil
		},
		Bot:     func(context.Context) (*Bot, error) { return l.Bot, nil },
		Presses: l.desk, Listener: l.desk, Seen: s, Codes: s, Now: l.clock.Now, Log: log,
	}
	t.Cleanup(l.door.Wait)
	srv := httptest.NewServer(l.door)
	t.Cleanup(srv.Close)
	l.sim.SetDoor(srv.URL)
	return l
}

// press presses the button as that person, in the card they have.
func (l *live) press(person, action string, form map[string]string) sandbox.Carried {
	l.t.Helper()
	got, err := l.sim.Press(l.t.Context(), sandbox.Press{
		Channel: "wecom", MessageID: l.cardOf(person).ID, Person: person, Action: action, Form: form,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return got
}

// cardOf returns the first card of that person.
func (l *live) cardOf(person string) sandbox.Message {
	l.t.Helper()
	for _, m := range l.messages() {
		if m.Person == person && m.Kind == "template_card" {
			return m
		}
	}
	l.t.Fatalf("%s has no card", person)
	return sandbox.Message{}
}

// decision is a card of event n that lisi and whoever else decide on.
func decision() cards.Card {
	c := sampleCard()
	c.Buttons = []cards.Button{c.Buttons[0], {Action: cards.Reject, Text: cards.Text{ZH: "驳回", EN: "Reject"}}, c.Buttons[1]}
	return c
}

// decidedCard is what the card says once somebody decided.
func decidedCard() cards.Card {
	c := sampleCard()
	c.Tone, c.Chip = cards.ToneReady, cards.Text{ZH: "待上线", EN: "Pending execution"}
	c.Verb = cards.Text{ZH: "待上线", EN: "Pending execution"}
	c.Trail = append(c.Trail, cards.Text{ZH: "DBA 审核：已由 李四 于 10:12 通过", EN: "DBA 审核: approved by 李四 at 10:12"})
	c.Buttons = c.Buttons[1:]
	return c
}

// endedCard is what it says when all is over.
func endedCard() cards.Card {
	c := decidedCard()
	c.Tone, c.Chip, c.Settled = cards.ToneSucceeded, cards.Text{ZH: "上线成功", EN: "Succeeded"}, true
	c.Verb = cards.Text{ZH: "上线成功", EN: "Execution succeeded"}
	return c
}

// saying is c as the event of that number says it.
func saying(n string, c cards.Card, to ...string) notify.Message {
	m := messageTo(c, to...)
	m.Notice = "evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b" + n
	return m
}

// sent sends the decision to these people and returns its message.
func (l *live) sent(to ...string) (messageID string) {
	l.t.Helper()
	for _, o := range l.Send(l.t.Context(), saying("1", decision(), to...)) {
		if o.Err != nil || o.Fixed {
			l.t.Fatalf("got fixed %t, %v, want a card that can change", o.Fixed, o.Err)
		}
		messageID = o.MessageID
	}
	return messageID
}
