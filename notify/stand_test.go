package notify_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// call is one call to a provider.
type call struct {
	At      time.Time
	Update  string // the id of the message that was brought up to date, "" when it was sent
	Message notify.Message
}

func (c call) to() []string {
	var to []string
	for _, r := range c.Message.To {
		to = append(to, r.Address)
	}
	return to
}

// provider takes every message, unless answer says otherwise.
type provider struct {
	batch  int
	answer func(ctx context.Context, n int, c call) []notify.Outcome // n counts calls from 1

	mu    sync.Mutex
	calls []call
}

// Batch implements [notify.Sender].
func (p *provider) Batch() int { return max(p.batch, 1) }

// Send implements [notify.Sender].
func (p *provider) Send(ctx context.Context, m notify.Message) []notify.Outcome {
	return p.take(ctx, call{Message: m})
}

func (p *provider) take(ctx context.Context, c call) []notify.Outcome {
	c.At = time.Now()
	p.mu.Lock()
	p.calls = append(p.calls, c)
	n, answer := len(p.calls), p.answer
	p.mu.Unlock()
	if answer != nil {
		return answer(ctx, n, c)
	}
	return taken(c)
}

// from has the provider answer so from now on, also while it is at work.
func (p *provider) from(answer func(context.Context, int, call) []notify.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// taken is what a provider answers that takes everything.
func taken(c call) []notify.Outcome {
	var all []notify.Outcome
	for _, r := range c.Message.To {
		all = append(all, notify.Outcome{MessageID: "om_" + r.Key, RequestID: "req-1", Payload: `{"card":1}`})
	}
	return all
}

// refusing answers err to everybody.
func refusing(err error) func(context.Context, int, call) []notify.Outcome {
	return func(_ context.Context, _ int, c call) []notify.Outcome {
		return slices.Repeat([]notify.Outcome{{Err: err}}, len(c.Message.To))
	}
}

// refusal is the provider's "no" with that code.
func refusal(code string) error {
	return &notify.Refusal{Code: code, Message: "no", RequestID: "req-no"}
}

func (p *provider) all() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// refreshing is a provider whose messages can be changed.
type refreshing struct{ *provider }

// Update implements [notify.Updater].
func (p refreshing) Update(ctx context.Context, id string, m notify.Message) notify.Outcome {
	return p.take(ctx, call{Update: id, Message: m})[0]
}

// connected is a provider reached over connections of its own.
type connected struct {
	*provider
	connections int
}

// Connections implements [notify.Connected].
func (c connected) Connections() int { return c.connections }

// board is a switchboard on which every channel is on.
type board struct {
	feishu, wecom, mail *provider

	mu       sync.Mutex
	off      []notify.Channel
	paused   map[notify.Channel]string
	pauses   int
	version  int64
	pauseErr error
	limits   notify.Limits
	decides  bool
	// changeable makes messages of WeCom such that they can be changed.
	changeable bool
	// connections, when not 0, is how many the mail sender keeps.
	connections int
}

func newBoard() *board {
	return &board{feishu: new(provider), wecom: &provider{batch: 1000}, mail: new(provider), paused: map[notify.Channel]string{}, version: 1}
}

// Enabled implements [notify.Switchboard].
func (b *board) Enabled(context.Context) ([]notify.Channel, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(notify.Channels(), func(ch notify.Channel) bool { return slices.Contains(b.off, ch) }), nil
}

// Line implements [notify.Switchboard].
func (b *board) Line(_ context.Context, ch notify.Channel) (notify.Line, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.Contains(b.off, ch) || b.paused[ch] != "" {
		return notify.Line{}, fmt.Errorf("%s: %w", ch, notify.ErrOff)
	}
	senders := map[notify.Channel]notify.Sender{
		notify.Feishu: refreshing{b.feishu}, notify.WeCom: b.wecom, notify.Mail: b.mail,
	}
	if b.changeable {
		senders[notify.WeCom] = refreshing{b.wecom}
	}
	if b.connections > 0 {
		senders[notify.Mail] = connected{b.mail, b.connections}
	}
	return notify.Line{Sender: senders[ch], Version: b.version, Limits: b.limits, Decides: b.decides}, nil
}

// Pause implements [notify.Switchboard].
func (b *board) Pause(_ context.Context, ch notify.Channel, version int64, why notify.Refusal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pauses++
	if b.pauseErr == nil && version == b.version {
		b.paused[ch] = why.Code
	}
	return b.pauseErr
}

func (b *board) change(do func(b *board)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do(b)
}

// only switches every channel off but these.
func (b *board) only(channels ...notify.Channel) {
	b.change(func(b *board) {
		b.off = slices.DeleteFunc(notify.Channels(), func(ch notify.Channel) bool { return slices.Contains(channels, ch) })
	})
}

// mend is a new configuration of every channel.
func (b *board) mend() {
	b.change(func(b *board) {
		b.version++
		clear(b.paused)
	})
}

// release lifts every pause and changes nothing else, as a test that went well does.
func (b *board) release() { b.change(func(b *board) { clear(b.paused) }) }

// phonebook knows everybody by their username.
type phonebook struct {
	find func(ctx context.Context, u ticket.User) (string, error) // nil: the username

	mu        sync.Mutex
	asked     int
	forgotten []string
	another   []string // who was looked for once more
	afresh    []string // who was looked for by hand
}

func newPhonebook() *phonebook { return new(phonebook) }

// Address implements [notify.Addresses].
func (p *phonebook) Address(ctx context.Context, _ notify.Channel, u ticket.User) (string, error) {
	p.mu.Lock()
	p.asked++
	find := p.find
	p.mu.Unlock()
	if find != nil {
		return find(ctx, u)
	}
	return u.Username, nil
}

// from has the phonebook answer so from now on, also while it is asked.
func (p *phonebook) from(find func(context.Context, ticket.User) (string, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.find = find
}

// Another implements [notify.Addresses].
func (p *phonebook) Another(ctx context.Context, ch notify.Channel, u ticket.User) (string, error) {
	p.mu.Lock()
	p.another = append(p.another, u.Username)
	p.mu.Unlock()
	return p.Address(ctx, ch, u)
}

// Afresh implements [notify.Addresses].
func (p *phonebook) Afresh(ctx context.Context, ch notify.Channel, u ticket.User, _ time.Time) (string, error) {
	p.mu.Lock()
	p.afresh = append(p.afresh, u.Username)
	p.mu.Unlock()
	return p.Address(ctx, ch, u)
}

// Forget implements [notify.Addresses].
func (p *phonebook) Forget(_ context.Context, _ notify.Channel, u ticket.User, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgotten = append(p.forgotten, u.Username+" at "+address)
}

func (p *phonebook) forgot() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.forgotten)
}

// again returns who was looked for once more after a refusal, and who by hand.
func (p *phonebook) again() (another, afresh []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.another), slices.Clone(p.afresh)
}

func (p *phonebook) lookups() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// nobody is a directory that finds nobody.
func nobody(context.Context, ticket.User) (string, error) {
	return "", notify.Unreachable(refusal("identity.not_found"))
}
