package mail

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ticketbell/notify"
)

// Mailer sends cards as e-mail. It is safe for use by many goroutines.
type Mailer struct {
	cfg      Config
	pool     *pool
	sheets   *sync.Pool // of *bytes.Buffer
	now      func() time.Time
	timeout  time.Duration
	patience time.Duration
	idle     time.Duration
	rateWait time.Duration
}

var _ notify.Connected = (*Mailer)(nil)

// Option changes how a Mailer works.
type Option func(*Mailer)

// WithTimeout bounds each half of a mail: from its turn on a connection until the
// receiver is named, and then until the server has all of it. The default is 30 seconds.
func WithTimeout(d time.Duration) Option { return func(m *Mailer) { m.timeout = d } }

// WithPatience is how long a server that has the mail may think it over; the default
// is 10 minutes (RFC 5321 4.5.3.2.6). Whoever leaves earlier sends the same mail again,
// and the reader gets both.
func WithPatience(d time.Duration) Option { return func(m *Mailer) { m.patience = d } }

// WithIdle closes a connection that carried nothing for d; the default is 30
// seconds, which is less than servers allow.
func WithIdle(d time.Duration) Option { return func(m *Mailer) { m.idle = d } }

// WithRateWait is how long a server that wants us to slow down (450 to 452) is left
// alone; the default is 30 seconds.
func WithRateWait(d time.Duration) Option { return func(m *Mailer) { m.rateWait = d } }

// WithClock sets the clock of the Date header.
func WithClock(now func() time.Time) Option { return func(m *Mailer) { m.now = now } }

// New returns a Mailer for a configuration. It does not connect; see [Mailer.Check].
// The caller closes it.
func New(cfg Config, opts ...Option) (*Mailer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("mail configuration: %w", err)
	}
	conf, err := cfg.tls()
	if err != nil {
		return nil, fmt.Errorf("mail certificates: %w", err)
	}
	m := &Mailer{
		cfg: cfg, sheets: newSheets(), now: time.Now,
		timeout: 30 * time.Second, patience: 10 * time.Minute, idle: 30 * time.Second, rateWait: 30 * time.Second,
	}
	for _, opt := range opts {
		opt(m)
	}
	m.pool = newPool(dialer{cfg: cfg, tls: conf, desk: newSignInDesk()}, cfg.connections(), m.idle)
	return m, nil
}

// Close waits for the mails that are under way and closes every connection. Nothing
// can be sent afterwards.
func (m *Mailer) Close() { m.pool.close() }

// Batch is 1: no mail shows a person who else was told.
func (m *Mailer) Batch() int { return 1 }

// Connections is how many connections the mailer keeps: so many mails go out at once.
func (m *Mailer) Connections() int { return m.cfg.connections() }

// Send sends msg to each of its recipients, in a mail of their own.
func (m *Mailer) Send(ctx context.Context, msg notify.Message) []notify.Outcome {
	outcomes := make([]notify.Outcome, 0, len(msg.To))
	for _, to := range msg.To {
		outcomes = append(outcomes, m.sendTo(ctx, msg, to))
	}
	return outcomes
}

func (m *Mailer) sendTo(ctx context.Context, msg notify.Message, to notify.Recipient) notify.Outcome {
	l, err := m.compose(msg, to)
	if err != nil {
		return notify.Outcome{Err: notify.Permanent(&notify.Refusal{Code: "mail.address", Message: err.Error()})}
	}
	defer l.release()
	out := notify.Outcome{Payload: string(l.source)}
	reply, err := m.deliver(ctx, l)
	if err != nil {
		out.Err = m.judge(err)
		return out
	}
	out.MessageID, out.RequestID = l.id, shorten(reply)
	return out
}

// deliver hands l over on a connection of the pool. A connection that rested in the
// pool may have been closed by the server meanwhile; that shows at MAIL, before
// anything was handed over, and l goes out on a fresh one.
func (m *Mailer) deliver(ctx context.Context, l letter) (reply string, err error) {
	if err := m.pool.enter(ctx); err != nil {
		return "", &failure{stage: stageDial, err: err}
	}
	defer m.pool.leave()
	s, err := m.announce(ctx, l)
	if s == nil {
		return "", err
	}
	defer m.pool.put(s)
	if err != nil {
		return "", err
	}
	return s.send(ctx, l.source, m.timeout, m.patience)
}

// announce tells the server whom l is for. The session it used is returned along with
// an error as well, where there is one.
func (m *Mailer) announce(ctx context.Context, l letter) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	if s := m.pool.rested(); s != nil {
		err := s.announce(ctx, l)
		if !gone(err) {
			return s, err
		}
		m.pool.put(s)
	}
	s, err := m.pool.dialer.dial(ctx)
	if err != nil {
		return nil, err
	}
	return s, s.announce(ctx, l)
}

// Check connects, greets and signs in, as a test of the configuration. It sends no
// mail. Its errors carry verdicts and refusals as those of Send do.
func (m *Mailer) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	s, err := m.pool.dialer.dial(ctx)
	if err != nil {
		return m.judge(err)
	}
	s.quit()
	return nil
}

// gone reports whether a rested connection proved to be closed by the server.
func gone(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.stage == stageFrom && (f.reply() == 0 || f.reply() == 421)
}
