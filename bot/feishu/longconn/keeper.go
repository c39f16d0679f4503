package longconn

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ticketbell/bot/feishu"
	"ticketbell/notify"
)

const (
	// lookEvery is how often the configuration is looked at.
	lookEvery = time.Second
	// askTime bounds asking where to connect, and connecting.
	askTime = 10 * time.Second
	// least is the shortest pause between two tries, whatever the server says.
	least = 50 * time.Millisecond
)

// State is how the connection fares.
type State struct {
	// Wanted is true while the configuration asks for a long connection, Open while
	// there is one.
	Wanted, Open bool
	// Since is when that last changed.
	Since time.Time
	// Why is what keeps it from being open, nil when nothing is known.
	Why error
}

// Keeper keeps one long connection open for as long as the app is configured to have
// one. A connection that breaks is opened again at the pace Feishu asks for, and one
// whose configuration changed at once.
type Keeper struct {
	apps   feishu.Apps
	inbox  Inbox
	now    func() time.Time
	log    *slog.Logger
	client *http.Client
	dialer *websocket.Dialer
	work   sync.WaitGroup // events that are being acted on

	mu    sync.Mutex // guards state
	state State
}

// New returns a keeper that hands what comes in to inbox. It does nothing before Run.
func New(apps feishu.Apps, inbox Inbox, now func() time.Time, log *slog.Logger) *Keeper {
	return &Keeper{
		apps: apps, inbox: inbox, now: now, log: log,
		client: &http.Client{
			Timeout:       askTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the secret stays where it belongs
		},
		dialer: &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: askTime},
	}
}

// State tells how the connection fares now.
func (k *Keeper) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *Keeper) set(wanted, open bool, why error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state.Wanted != wanted || k.state.Open != open || k.state.Since.IsZero() {
		k.state.Since = k.now()
	}
	k.state.Wanted, k.state.Open, k.state.Why = wanted, open, why
}

// Run keeps the connection until ctx is done and what came over it is answered.
func (k *Keeper) Run(ctx context.Context) {
	on := &line{}
	defer func() {
		on.hangUp()
		k.work.Wait()
		k.client.CloseIdleConnections()
	}()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		app, err := k.wanted(ctx)
		if err == nil && app != on.app {
			on.hangUp()
			on = k.pickUp(ctx, app)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// line is the connection of an app, kept in the background; that of no app is none.
type line struct {
	app  feishu.Config
	stop context.CancelFunc
	done chan struct{}
}

// hangUp ends the line once what is being acted on is answered.
func (l *line) hangUp() {
	if l.stop != nil {
		l.stop()
		<-l.done
	}
}

func (k *Keeper) pickUp(ctx context.Context, app feishu.Config) *line {
	wanted := app.AppID != ""
	k.set(wanted, false, nil)
	l := &line{app: app, done: make(chan struct{})}
	if wanted {
		ctx, l.stop = context.WithCancel(ctx)
		go func() {
			defer close(l.done)
			k.keep(ctx, app)
		}()
	}
	return l
}

// wanted is the app to connect as, the zero one for none.
func (k *Keeper) wanted(ctx context.Context) (feishu.Config, error) {
	app, err := k.apps.FeishuApp(ctx)
	switch {
	case errors.Is(err, notify.ErrOff):
		return feishu.Config{}, nil
	case err != nil:
		if ctx.Err() == nil {
			k.log.Error("whether Feishu's long connection is wanted cannot be read", "error", err)
		}
		return feishu.Config{}, err
	case app.Callback != feishu.CallbackLongConnection:
		return feishu.Config{}, nil
	}
	return app, nil
}

// keep connects as app, again and again, until ctx is done.
func (k *Keeper) keep(ctx context.Context, app feishu.Config) {
	p := usual()
	for first := true; ctx.Err() == nil; {
		opened, err := k.once(ctx, app, &p)
		if ctx.Err() != nil {
			return
		}
		first = first || opened
		k.set(true, false, err)
		k.log.Warn("Feishu's long connection is not open", "error", err)
		pause := p.interval
		if refused, ok := errors.AsType[*refusedError](err); first && (!ok || !refused.final()) {
			pause = rand.N(p.first + 1)
		}
		first = false
		wait(ctx, max(pause, least))
	}
}

// once connects and serves the connection until it breaks, and reports whether it was
// ever open.
func (k *Keeper) once(ctx context.Context, app feishu.Config, p *pace) (opened bool, err error) {
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	to, err := ask(asking, k.client, app)
	if err != nil {
		return false, err
	}
	*p = p.heed(to.told)
	socket, err := dial(asking, k.dialer, to)
	if err != nil {
		return false, err
	}
	s := &session{
		app: app, inbox: k.inbox, now: k.now, log: k.log, socket: socket, service: to.service,
		slots: make(chan struct{}, maxAtOnce), work: &k.work, pace: *p,
	}
	k.set(true, true, nil)
	k.log.Info("Feishu's long connection is open")
	err = s.run(ctx)
	*p = s.current()
	return true, err
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
