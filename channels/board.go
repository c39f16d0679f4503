package channels

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
	"ticketbell/identity"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Records keeps the channels' configurations.
type Records interface {
	Channel(ctx context.Context, ch notify.Channel) (notify.ChannelRecord, error)
	// EnabledChannels lists the channels that are switched on.
	EnabledChannels(ctx context.Context) ([]notify.Channel, error)
	// PutChannel stores rec when rec.Version is still the stored one, else
	// [notify.ErrConflict]; it releases a pause.
	PutChannel(ctx context.Context, rec notify.ChannelRecord) error
	// SwitchOff is PutChannel for a channel that goes off: what happens to the messages that
	// wait for it is settled in the same transaction. on are the channels that are on.
	SwitchOff(ctx context.Context, rec notify.ChannelRecord, what notify.Leftover, on []notify.Channel) (notify.Left, error)
	PauseChannel(ctx context.Context, ch notify.Channel, reason string, now time.Time, version int64) error
	ReleaseChannel(ctx context.Context, ch notify.Channel) error
}

// Config is what a board works with. All of it is needed, unless a field says otherwise.
type Config struct {
	Records  Records
	History  History
	Users    identity.People
	Settings notify.SettingsKeeper
	Past     Past
	// Memory keeps WeCom's cards with buttons; nil gives its cards none.
	Memory wecom.Memory
	// Key, the installation's own, makes the fingerprints of secrets.
	Key []byte
	Now func() time.Time
	Log *slog.Logger
}

// Board connects the channels as they are configured. It is safe for many goroutines.
type Board struct {
	records  Records
	history  History
	users    identity.People
	settings notify.SettingsKeeper
	past     Past
	memory   wecom.Memory
	key      []byte
	now      func() time.Time
	log      *slog.Logger

	mu    sync.Mutex // guards lines
	lines map[notify.Channel]line

	closing sync.WaitGroup // counts replaced lines that finish what they are sending
}

// line is an open connection and the version of the configuration it was made from.
type line struct {
	version int64
	conn    connection
	app     string
	limits  notify.Limits
	decides bool
	manner
}

// manner is how a message looks that is sent now, see [notify.Line].
type manner struct{ buttons, bilingual bool }

func mannerOf(c config) manner {
	switch c := c.(type) {
	case *feishu.Config:
		style := c.Complete().Style
		return manner{buttons: style == feishu.StyleCard && decides(c), bilingual: style != feishu.StyleText}
	case *wecom.Config:
		return manner{buttons: c.Decides()}
	default:
		return manner{}
	}
}

// New returns a board.
func New(c Config) *Board {
	return &Board{
		records: veiled{c.Records}, history: c.History, users: c.Users, settings: c.Settings, past: c.Past, memory: c.Memory,
		key: c.Key, now: c.Now, log: c.Log, lines: map[notify.Channel]line{},
	}
}

// Close lets go of all connections, once what is being sent has been sent.
func (b *Board) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch, l := range b.lines {
		l.conn.Close()
		delete(b.lines, ch)
	}
	b.closing.Wait()
}

// Enabled lists the channels that are switched on.
func (b *Board) Enabled(ctx context.Context) ([]notify.Channel, error) {
	return b.records.EnabledChannels(ctx)
}

// Line returns the channel's sender as configured now; [notify.ErrOff] when it is
// disabled or paused.
func (b *Board) Line(ctx context.Context, ch notify.Channel) (notify.Line, error) {
	l, err := b.open(ctx, ch)
	if err != nil {
		return notify.Line{}, err
	}
	return notify.Line{
		Sender: l.conn, Version: l.version, Limits: l.limits, Decides: l.decides, Buttons: l.buttons, Bilingual: l.bilingual,
	}, nil
}

// Pause stops the channel until its configuration is mended.
func (b *Board) Pause(ctx context.Context, ch notify.Channel, version int64, why notify.Refusal) error {
	b.log.Error("a channel is paused until its configuration is mended", "channel", ch, "code", why.Code)
	if ip := Explain(why.Code, why.Message).Extract["ip"]; ip != "" {
		if err := b.history.SawAddress(ctx, ch, ip, b.now()); err != nil {
			b.log.Warn("the address the provider saw is not kept", "channel", ch, "error", err)
		}
	}
	return b.records.PauseChannel(ctx, ch, why.Error(), b.now(), version)
}

// pausedBy reads what Pause wrote: the provider's code and its words, which may name
// the address to allow or the scopes that are missing.
func pausedBy(rec notify.ChannelRecord) (code, message string) {
	code, message, _ = strings.Cut(rec.Paused, ": ")
	return code, message
}

// open returns the line of the channel's present version, made anew when the
// version changed.
func (b *Board) open(ctx context.Context, ch notify.Channel) (line, error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return line{}, err
	}
	if !rec.Enabled || rec.Paused != "" {
		return line{}, fmt.Errorf("%s: %w", ch, notify.ErrOff)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	old, isOpen := b.lines[ch]
	if isOpen && old.version >= rec.Version { // a reader may come with what was replaced meanwhile
		return old, nil
	}
	l, err := b.dial(rec)
	if err != nil {
		return line{}, err
	}
	if isOpen {
		b.closing.Go(old.conn.Close) // it waits for what is being sent
	}
	b.lines[ch] = l
	return l, nil
}

func (b *Board) dial(rec notify.ChannelRecord) (line, error) {
	fields, err := fieldsOf(rec)
	if err != nil {
		return line{}, err
	}
	limits, err := limitsOf(rec.Channel, fields["limits"])
	if err != nil {
		return line{}, fmt.Errorf("configure %s: %w", rec.Channel, err)
	}
	c, wrong := configOf(rec.Channel, fields, rec.Secrets)
	if err := invalid(wrong); err != nil {
		return line{}, fmt.Errorf("configure %s: %w", rec.Channel, err)
	}
	conn, err := b.connect(c)
	if err != nil {
		return line{}, fmt.Errorf("connect %s: %w", rec.Channel, err)
	}
	return line{version: rec.Version, conn: conn, app: appOf(rec.Channel, fields), limits: limits, decides: decides(c), manner: mannerOf(c)}, nil
}

// decides reports whether presses on the channel's cards come back to us.
func decides(c config) bool {
	switch c := c.(type) {
	case *feishu.Config:
		return c.Callback != feishu.CallbackOff
	case *wecom.Config:
		return c.Decides()
	default:
		return false
	}
}

// appOf names the app whose ids a channel's look-ups return.
func appOf(ch notify.Channel, fields map[string]json.RawMessage) string {
	switch ch {
	case notify.Feishu:
		return string(fields["api_base_url"]) + string(fields["app_id"])
	case notify.WeCom:
		return string(fields["api_base_url"]) + string(fields["corp_id"]) + "/" + string(fields["agent_id"])
	}
	return ""
}

func fieldsOf(rec notify.ChannelRecord) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(rec.Fields) == 0 {
		return fields, nil
	}
	if err := json.Unmarshal(rec.Fields, &fields); err != nil {
		return nil, fmt.Errorf("read the fields of %s: %w", rec.Channel, err)
	}
	return fields, nil
}

// fingerprint lets people tell secrets apart without learning anything of them.
func (b *Board) fingerprint(secret string) string {
	mac := hmac.New(sha256.New, b.key)
	mac.Write([]byte(secret))
	return hex.EncodeToString(mac.Sum(nil))[:6]
}

// person finds who a test is for.
func (b *Board) person(ctx context.Context, to notify.TestTarget) (ticket.User, error) {
	if to.Username == "" {
		return ticket.User{
			Person:      ticket.Person{Email: to.Email, Phone: to.Phone},
			WeComUserID: to.WeComUserID, FeishuOpenID: to.FeishuOpenID,
		}, nil
	}
	u, err := b.users.User(ctx, to.Username)
	if errors.Is(err, notify.ErrNotFound) {
		return u, &ticket.Invalid{Fields: []ticket.FieldError{{
			Field: "to.username", Code: "unknown_value", Message: "is nobody known here", Chinese: "没有这个用户",
		}}}
	}
	return u, err
}
