package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/access"
	"ticketbell/bot/feishu"
	"ticketbell/bot/feishu/longconn"
	"ticketbell/bot/wecom"
	"ticketbell/cards"
	"ticketbell/channels"
	"ticketbell/chat"
	"ticketbell/identity"
	"ticketbell/jobs"
	"ticketbell/live"
	"ticketbell/notify"
	"ticketbell/pace"
	"ticketbell/platform"
	"ticketbell/server"
	"ticketbell/signin"
	"ticketbell/store"
	"ticketbell/web"
)

// defaultBacklog is how many deliveries may wait before events are turned away.
const defaultBacklog = 200_000

// graceTime is how long a stop waits for what is in flight.
const graceTime = 20 * time.Second

// house is ticketbell put together. What newHouse returns is ready to serve.
type house struct {
	store     *store.Store
	board     *channels.Board
	directory *identity.Directory
	desk      *notify.Desk
	builtIn   *platform.BuiltIn
	teller    *notify.Teller
	decider   *notify.Decider
	chat      *chat.Bot
	reminder  *notify.Reminder
	inbox     *feishu.Inbox
	line      *longconn.Keeper
	wecom     *wecom.Door
	workers   []*notify.Worker
	janitor   *notify.Janitor
	pulse     *notify.Pulse
	usage     *server.Usage
	herald    *notify.Herald
	confirmer *notify.Confirmer
	jobs      *jobs.Registry
	hub       *live.Hub
	metrics   *metrics
	own       *pace.Local           // keeps the limits of this process
	redis     redis.UniversalClient // nil without --redis-url
	log       *slog.Logger
	now       func() time.Time
	mounts    map[string]http.Handler
	gate      *signin.Door
	// visitor is who everybody is on the pages who did not sign in, cast whom they may be
	// instead: in the demo only.
	visitor string
	cast    []string
	// playground is what visitors play with, nil outside of the demo.
	playground *web.Playground
	// label tells this installation from others on the pages; "" shows none.
	label string
	// company is how people come in with the accounts of their company, nil when they cannot.
	company *web.Company
	// home is where people reach the house.
	home access.Home
	// proxies are believed when they say whose request they pass on.
	proxies []netip.Prefix
	// pages are the routes of the pages, once there is a handler, and missing answers a
	// browser for one that is not there.
	pages   []web.Route
	missing http.HandlerFunc
	// wrap, when not nil, stands before everything that is served.
	wrap func(http.Handler) http.Handler
}

// newLog returns the logger that was asked for.
func newLog(l listening, s *streams) *slog.Logger {
	level := new(slog.LevelVar)
	_ = level.UnmarshalText([]byte(l.LogLevel)) // checked with the settings
	options := &slog.HandlerOptions{Level: level}
	if l.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(s.err, options))
	}
	return slog.New(slog.NewJSONHandler(s.err, options))
}

func newHouse(ctx context.Context, k keeping, sh sharing, log *slog.Logger) (*house, error) {
	db, key, err := openStore(ctx, k, log)
	if err != nil {
		return nil, err
	}
	h := &house{store: db, log: log, now: time.Now, mounts: map[string]http.Handler{}}
	if h.own, err = remembering(ctx, db, h.now); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := h.build(key, sh); err != nil { //nolint:contextcheck // what runs by itself ends with close
		return nil, errors.Join(err, db.Close())
	}
	return h, nil
}

// build puts everything above the store together.
func (h *house) build(key []byte, sh sharing) error {
	db, log := h.store, h.log
	fingerprints, err := subKey(key, "fingerprint")
	if err != nil {
		return err
	}
	pacer, err := h.pacer(key, sh)
	if err != nil {
		return err
	}
	if h.gate, err = openGate(db, h.now, log); err != nil {
		return err
	}
	h.home.Saved = h.saved
	h.gate.Home = h.home
	if h.gate.Key, err = subKey(key, "sign-in"); err != nil {
		return err
	}
	h.metrics = newMetrics(db, log)
	h.jobs = jobs.New(h.now, func() string { return notify.NewID("job_") })
	h.hub = live.New(db, h.jobs, h.now, log)
	h.board = channels.New(channels.Config{
		Records: db, History: db, Users: db, Settings: db, Past: db, Memory: db, Key: fingerprints, Now: h.now, Log: log,
	})
	if err := h.openDirectory(key); err != nil {
		return err
	}
	h.desk = &notify.Desk{
		Ledger: db, Flows: db, People: db, Channels: h.board, Settings: db,
		Backlog: &notify.Backlog{Waiting: db.Waiting, Mark: defaultBacklog, Now: h.now},
		Refresh: []notify.Channel{notify.Feishu, notify.WeCom}, Now: h.now,
	}
	h.pulse = &notify.Pulse{Keeper: db, Log: log}
	h.usage = &server.Usage{Keeper: db, Log: log}
	h.janitor = &notify.Janitor{Purger: db, Settings: db, Now: h.now, Log: log}
	h.builtIn = &platform.BuiltIn{Tickets: db, Flows: db, Desk: countedDesk{h.desk, h.metrics}, Now: h.now}
	h.reminder = &notify.Reminder{Records: db, Desk: countedDesk{h.desk, h.metrics}, Now: h.now, Log: log}
	h.teller = &notify.Teller{Channels: h.board, Pacer: pacer, Daybook: db}
	h.herald = &notify.Herald{Lapses: db, Settings: db, Voice: h.teller, Now: h.now, Log: log}
	if err := h.openConfirmer(key); err != nil {
		return err
	}
	h.decider = h.newDecider()
	h.chat = &chat.Bot{
		Records: db, Who: h.directory, Desk: h.desk, Voice: h.teller, Lines: h.board, Settings: db, Now: h.now, Log: log,
	}
	h.openFeishu()
	h.openWeCom()
	for _, ch := range notify.Channels() {
		h.workers = append(h.workers, &notify.Worker{
			Channel: ch, Queue: db, Switch: h.board, Addresses: h.directory, Settings: db, Platforms: db,
			Pacer: pacer, Daybook: db, Parallel: parallel(ch), Lookups: atOnce(ch), Observe: h.attempted, Now: h.now, Log: log,
		})
	}
	return nil
}

// openGate opens the door for people; db keeps what it must not forget.
func openGate(db *store.Store, now func() time.Time, log *slog.Logger) (*signin.Door, error) {
	return signin.New(signin.Config{Records: db, Sessions: db, Users: db, Audit: db, Now: now, Log: log})
}

// newDecider returns who takes what people press on cards.
func (h *house) newDecider() *notify.Decider {
	db := h.store
	return &notify.Decider{
		Records: db, Who: h.directory, Platforms: db, Settings: db, Desk: countedDesk{h.desk, h.metrics},
		Judge:  &platform.Judges{Platforms: db, BuiltIn: h.builtIn, Webhook: platform.NewWebhook(h.now)},
		Teller: h.teller, Nudge: h.reminder, Mutes: db, Now: h.now, Log: h.log,
	}
}

// attempted counts an attempt, for Prometheus and for the pages.
func (h *house) attempted(ch notify.Channel, a notify.Attempt) {
	h.metrics.attempted(ch, a)
	h.pulse.Attempted(ch, a)
}

// openDirectory opens the directory of people, together with the other replicas when
// there is a Redis.
func (h *house) openDirectory(key []byte) error {
	names, err := subKey(key, "identity")
	if err != nil {
		return err
	}
	h.directory, err = identity.Open(h.store, h.board, h.now, identity.Options{
		Redis: h.redis, Key: names, Roster: h.store, Archive: h.store, Misses: h.store, Meter: h.metrics, Log: h.log,
	})
	return err
}

// openConfirmer opens who has new addresses confirmed.
func (h *house) openConfirmer(key []byte) error {
	codes, err := subKey(key, "confirm")
	if err != nil {
		return err
	}
	h.confirmer = &notify.Confirmer{
		Records: h.store, Addresses: h.directory, Channels: h.board, Settings: h.store, Voice: h.teller, Key: codes, Now: h.now, Log: h.log,
	}
	return nil
}

// pacer keeps the providers' limits, together with the other replicas when there is
// a Redis. One that is away when we start is no reason not to: it may come back.
func (h *house) pacer(key []byte, sh sharing) (notify.Pacer, error) {
	if sh.RedisURL == "" {
		return h.own, nil
	}
	addresses, err := subKey(key, "pace")
	if err != nil {
		return nil, err
	}
	if h.redis, err = pace.DialRedis(sh.RedisURL); err != nil {
		return nil, err
	}
	return pace.NewShared(h.redis, h.own, addresses, h.log), nil
}

// parallel is how many calls run at once on a channel: Feishu takes 50 a second
// and app (feishu.md 5.3), WeCom carries many people in one call, a mail server
// is asked with as many connections as the mailer keeps.
func parallel(ch notify.Channel) int {
	switch ch {
	case notify.Feishu:
		return 16
	case notify.WeCom:
		return 8
	default:
		return 8
	}
}

// atOnce is how many addresses are looked for at once, 0 for what is usual: WeCom is
// asked about each person by a call of its own.
func atOnce(ch notify.Channel) int {
	if ch == notify.WeCom {
		return 8
	}
	return 0
}

func (h *house) close() error {
	h.jobs.Close()
	h.directory.Close()
	h.board.Close()
	if h.redis != nil {
		_ = h.redis.Close()
	}
	return h.store.Close()
}

// handler is everything that is answered. The pages ask the API in the process.
func (h *house) handler() (http.Handler, error) {
	var door http.Handler
	site, err := web.New(web.Config{
		API:  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door.ServeHTTP(w, r) }),
		Gate: h.gate, Visitor: h.visitor, Cast: h.cast, Playground: h.playground, Language: h.language, Brand: h.store, Version: version, Label: h.label, Home: h.home, Company: h.company, Log: h.log,
	})
	if err != nil {
		return nil, err
	}
	for _, path := range site.Mounts() {
		if _, taken := h.mounts[path]; !taken {
			h.mounts[path] = site
		}
	}
	h.pages, h.missing = site.Routes(), site.Missing
	door, err = h.open()
	return door, err
}

// language is what is read by whoever chose none.
func (h *house) language(ctx context.Context) cards.Language {
	s, err := h.store.Settings(ctx)
	if err != nil {
		return cards.Chinese
	}
	return s.DefaultLanguage
}

// saved is where people reach the house as an administrator said, "" for nowhere.
func (h *house) saved(ctx context.Context) string {
	s, err := h.store.Settings(ctx)
	if err != nil {
		h.log.WarnContext(ctx, "the public URL cannot be read; the request says where it came", "error", err)
	}
	return s.PublicURL
}

func (h *house) open() (http.Handler, error) {
	return server.New(server.Config{
		Desk: countedDesk{h.desk, h.metrics}, Deliveries: h.store, Channels: watchedBoard{h.board, h.line}, Users: h.store, Preferences: h.store, Mutes: h.store, Addresses: h.confirmer, Identities: h.directory,
		Flows: h.store, Settings: h.store, Logos: h.store, Tokens: h.store, Platforms: h.store, Tickets: h.builtIn, Reminders: h.reminder,
		Audit: h.store, Sessions: h.gate.Wrap, Advice: h.board, Live: h.hub,
		Jobs:   h.jobs,
		Checks: []server.Check{{Name: "database", Run: h.store.Ready}, {Name: "redis", Run: h.directory.Redis, Soft: true}},
		Usage:  h.usage, TrustedProxies: h.proxies, TrustedOrigins: h.origins(),
		Metrics: h.metrics.handler(),
		Mount:   h.mounts, Missing: h.missing,
		Build: server.Build{Version: version, Commit: commit, BuiltAt: builtAt, Go: runtime.Version()},
		Now:   h.now, Log: h.log,
	})
}

// origins are those that our own pages have where people see them.
func (h *house) origins() []string {
	if h.home.Fixed == "" {
		return nil
	}
	return []string{h.home.Fixed}
}

// live serves on ln and delivers until ctx is done, then finishes what is in
// flight. ready is called once requests are answered.
func (h *house) live(ctx context.Context, ln net.Listener, ready func(url string)) error {
	handler, err := h.handler() //nolint:contextcheck // each request brings its own
	if err != nil {
		return err
	}
	if h.wrap != nil {
		handler = h.wrap(handler)
	}
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	srv.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	var work sync.WaitGroup
	for _, w := range h.workers {
		work.Go(func() { w.Run(ctx) })
	}
	work.Go(func() { h.janitor.Run(ctx) })
	work.Go(func() { h.decider.Run(ctx) })
	work.Go(func() { h.reminder.Run(ctx) })
	work.Go(func() { h.line.Run(ctx) })
	work.Go(func() { h.pulse.Run(ctx) })
	work.Go(func() { h.usage.Run(ctx) })
	work.Go(func() { h.herald.Run(ctx) })
	work.Go(func() { h.hub.Run(ctx) })
	failed := make(chan error, 1)
	work.Go(func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
			stop()
		}
	})
	tidyMemory()
	ready("http://" + ln.Addr().String())
	<-ctx.Done()
	h.log.Info("stopping: no new work is taken, what is in flight is finished")
	h.shutdown(context.WithoutCancel(ctx), srv)
	work.Go(func() {
		h.inbox.Close()
		h.wecom.Wait()
		h.decider.Wait()
	})
	if !waitFor(&work, graceTime) {
		h.log.Warn("something is still in flight; it is taken up again after the next start")
	}
	h.writeDown(context.WithoutCancel(ctx))
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// writeDown writes down what was counted since the last time. A database that does not
// answer must not keep the process from ending.
func (h *house) writeDown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	h.pulse.Flush(ctx)
	h.usage.Flush(ctx)
}

// waitFor waits for work to end, at most so long.
func waitFor(work *sync.WaitGroup, most time.Duration) bool {
	done := make(chan struct{})
	go func() {
		work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(most):
		return false
	}
}

// shutdown lets requests end. Streams never do by themselves: they are cut after a moment.
func (h *house) shutdown(ctx context.Context, srv *http.Server) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		_ = srv.Close()
	}
}
