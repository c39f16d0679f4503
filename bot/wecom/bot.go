package wecom

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"ticketbell/notify"
)

const (
	// callTimeout bounds a call with its token and its one repetition.
	callTimeout = 10 * time.Second
	// batch is how many receivers one message takes (wecom.md 4).
	batch = 1000
)

// Bot is the app on WeCom that speaks for ticketbell. It is safe for use by many
// goroutines.
type Bot struct {
	cfg       Config
	transport *http.Transport
	http      *http.Client // for the token
	sdk       *sdk         // for everything else
	tokens    *tokens
	timeout   time.Duration
	memory    Memory // nil: cards have no buttons
	log       *slog.Logger
}

var (
	_ notify.Sender  = (*Bot)(nil)
	_ notify.Updater = (*Bot)(nil)
)

// Option changes how a [Bot] is made.
type Option func(*Bot)

// WithClock takes the time from now instead of from time.Now.
func WithClock(now func() time.Time) Option { return func(b *Bot) { b.tokens.now = now } }

// WithTimeout bounds each call by d instead of ten seconds.
func WithTimeout(d time.Duration) Option { return func(b *Bot) { b.timeout = d } }

// WithMemory gives cards buttons, where cfg allows it, and lets the bot change cards that
// are out. log hears when a card that went out cannot be remembered.
func WithMemory(m Memory, log *slog.Logger) Option { return func(b *Bot) { b.memory, b.log = m, log } }

// New returns a bot for cfg, or what [Config.Validate] finds wrong with it. It makes
// no request: see [Bot.Check].
func New(cfg Config, opts ...Option) (*Bot, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure wecom: %w", err)
	}
	cfg = cfg.complete()
	proxy, err := parseProxy(cfg.ProxyURL)
	if err != nil {
		return nil, fmt.Errorf("configure wecom: %w", err)
	}
	b := &Bot{cfg: cfg, transport: newTransport(proxy), timeout: callTimeout}
	b.tokens = &tokens{fetch: b.fetchToken, now: time.Now}
	for _, opt := range opts {
		opt(b)
	}
	b.tokens.timeout = b.timeout
	b.http = &http.Client{Transport: &guard{b.transport}}
	b.sdk, err = newSDK(cfg, &guard{b.transport})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Batch is 1000: one call carries a notice to everybody who reads it alike.
func (b *Bot) Batch() int { return batch }

// Check fetches a fresh token: it proves that WeCom can be reached and knows corp
// and secret. That the app may send from this address only a message proves
// (wecom.md 3). The error carries a verdict.
func (b *Bot) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	if _, err := b.tokens.fresh(ctx); err != nil {
		return fmt.Errorf("sign in to wecom: %w", judge(err))
	}
	return nil
}

// Close drops idle connections. Calls under way finish.
func (b *Bot) Close() { b.transport.CloseIdleConnections() }
