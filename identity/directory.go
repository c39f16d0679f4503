package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Where an address comes from, as the API spells it.
const (
	originEntered  = "entered"
	originLookedUp = "looked_up"
)

// errElsewhere says that another replica asks for the same person.
var errElsewhere = errors.New("asked for elsewhere")

// Meter hears what a directory does. Its methods must not block.
type Meter interface {
	// Asked hears of calls to a provider.
	Asked(ch notify.Channel, calls int)
	// Answered hears where the answer about a person came from: "entered", "memory",
	// "redis" or "provider".
	Answered(ch notify.Channel, from string)
	// Redis hears how long Redis took, and what failed.
	Redis(took time.Duration, err error)
}

// Options are what a directory can do without.
type Options struct {
	// Redis is what replicas remember together; nil is a process alone.
	Redis redis.UniversalClient
	// Key, of at least 32 bytes and the installation's own, hides addresses in Redis.
	Key []byte
	// Prefix begins every key in Redis; "" is "ticketbell:".
	Prefix string
	// RedisWait bounds every wait for Redis; 0 is 100 ms.
	RedisWait time.Duration
	// Misses keeps whom nobody found; nil forgets with the process.
	Misses Misses
	// Roster lists everybody, so that calls with free places look people up ahead.
	Roster Roster
	// Archive remembers over restarts who is behind an id; nil forgets.
	Archive Archive
	Meter   Meter
	Log     *slog.Logger
}

// Directory finds people on channels. It is safe for many goroutines.
type Directory struct {
	people People
	books  Books
	now    func() time.Time

	memory *memory
	shared *shared // nil without Redis
	rounds *gatherer
	wecom  chan struct{} // a place for each look-up at WeCom
	budget *budget
	ahead  *ahead // nil without a roster; Feishu's
	found  *archivist
	misses Misses // nil when nothing is kept
	// searching is held by whoever looks for somebody unknown.
	searching chan struct{}
	meter     Meter
	log       *slog.Logger

	mu      sync.Mutex
	flights map[string]*query // guarded: the queries on their way

	work sync.WaitGroup // everything that runs by itself
	quit context.CancelFunc
}

// New returns a directory that remembers in the process alone. It need not be closed.
func New(people People, books Books, now func() time.Time) *Directory {
	return build(people, books, now, Options{Meter: deaf{}}, nil)
}

// Open returns a directory as o describes it. It must be closed.
func Open(people People, books Books, now func() time.Time, o Options) (*Directory, error) {
	if o.Meter == nil {
		o.Meter = deaf{}
	}
	o.Log = cmp.Or(o.Log, slog.Default())
	s, err := newShared(o)
	if err != nil {
		return nil, fmt.Errorf("open the directory: %w", err)
	}
	d := build(people, books, now, o, s)
	ctx, quit := context.WithCancel(context.Background())
	d.quit = quit
	if s != nil {
		d.work.Go(func() { s.listen(ctx, d.memory) })
	}
	return d, nil
}

func build(people People, books Books, now func() time.Time, o Options, s *shared) *Directory {
	d := &Directory{
		people: people, books: books, now: now, meter: o.Meter, shared: s, memory: newMemory(now),
		misses: o.Misses, log: cmp.Or(o.Log, slog.Default()),
		wecom: make(chan struct{}, weComCalls), budget: &budget{shared: s, now: now},
		flights: map[string]*query{}, quit: func() {}, searching: make(chan struct{}, 1),
	}
	d.found = &archivist{archive: o.Archive, log: d.log, work: &d.work}
	d.rounds = newGatherer(&d.work, d.inquire, s.turn)
	if o.Roster != nil {
		d.ahead = &ahead{roster: o.Roster, now: now}
	}
	return d
}

// Close waits for the look-ups on their way. The Redis client stays open.
func (d *Directory) Close() {
	d.quit()
	d.work.Wait()
	if d.shared != nil {
		d.shared.work.Wait()
	}
}

// Redis returns nil while Redis answers or none is configured, else what is wrong.
// People are found all the same.
func (d *Directory) Redis(context.Context) error {
	if d.shared == nil {
		return nil
	}
	return d.shared.breaker.state()
}

// Address returns u's address on the channel. Its errors carry a verdict;
// [notify.Unreachable] says that u has none there, with the reason as its code.
func (d *Directory) Address(ctx context.Context, ch notify.Channel, u ticket.User) (string, error) {
	id, err := d.findBy(ctx, ch, u, d.lookup)
	return id.Address, err
}

// look finds an address that was not entered by hand.
type look func(context.Context, line, []handle) (notify.Identity, error)

// Another returns the address to try when the provider does not know the one it
// gave for u before: of somebody whose id was entered by hand the one found by e-mail
// address or phone number, and the entered one once more when nobody is. Nothing of
// this is remembered of an entered id: the next event tries it again.
func (d *Directory) Another(ctx context.Context, ch notify.Channel, u ticket.User) (string, error) {
	now, err := d.current(ctx, u)
	if err != nil {
		return "", err
	}
	entered := enteredID(ch, now)
	if entered == "" {
		return d.Address(ctx, ch, u)
	}
	id, err := d.seeking(ctx, ch, d.lookup).of(ch, now)
	if v, _ := notify.VerdictOf(err); v == notify.VerdictUnreachable {
		return entered, nil
	}
	return id.Address, err
}

// Afresh is [Directory.Address] for somebody who is tried again by hand: that nobody
// was found then or before is not believed.
func (d *Directory) Afresh(ctx context.Context, ch notify.Channel, u ticket.User, then time.Time) (string, error) {
	id, err := d.findBy(ctx, ch, u, func(ctx context.Context, l line, handles []handle) (notify.Identity, error) {
		return d.lookupSince(ctx, l, handles, then)
	})
	return id.Address, err
}

// findBy answers from what was entered by hand, then by look.
func (d *Directory) findBy(ctx context.Context, ch notify.Channel, u ticket.User, look look) (notify.Identity, error) {
	u, err := d.current(ctx, u)
	if err != nil {
		return notify.Identity{}, err
	}
	return d.reach(ch, u, d.seeking(ctx, ch, look))
}

// reach is findBy of u as they are recorded now.
func (d *Directory) reach(ch notify.Channel, u ticket.User, seek seek) (notify.Identity, error) {
	if u.Disabled {
		return notify.Identity{}, unreachable(notify.ReasonDisabled)
	}
	if reason := notify.Unreached(u, ch); reason != "" {
		return notify.Identity{}, unreachable(reason)
	}
	if ch == notify.Mail {
		return notify.Identity{Address: u.Email, Origin: originEntered}, nil
	}
	if id := enteredID(ch, u); id != "" {
		d.meter.Answered(ch, originEntered)
		return notify.Identity{Address: id, Origin: originEntered}, nil
	}
	return seek.of(ch, u)
}

// seek finds an address by what somebody can be looked up by.
type seek func([]handle) (notify.Identity, error)

// of finds the address of u on the channel.
func (s seek) of(ch notify.Channel, u ticket.User) (notify.Identity, error) {
	handles := handlesOf(ch, u)
	if len(handles) == 0 {
		return notify.Identity{}, unreachable(notify.ReasonNoContact)
	}
	return s(handles)
}

// seeking seeks by look, as the channel is configured now.
func (d *Directory) seeking(ctx context.Context, ch notify.Channel, look look) seek {
	return func(handles []handle) (notify.Identity, error) {
		l, err := d.line(ctx, ch)
		if err != nil {
			return notify.Identity{}, err
		}
		return look(ctx, l, handles)
	}
}

// current is u as recorded now: an address may have been mended since the event
// came in. Somebody unknown stays as the event named them.
func (d *Directory) current(ctx context.Context, u ticket.User) (ticket.User, error) {
	if u.Role == "" {
		return u, nil
	}
	now, err := d.people.User(ctx, u.Username)
	switch {
	case errors.Is(err, notify.ErrNotFound):
		return u, unreachable(notify.ReasonDisabled)
	case err != nil:
		return u, fmt.Errorf("find user %s: %w", u.Username, err)
	case now.Disabled:
		return u, unreachable(notify.ReasonDisabled)
	}
	return now, nil
}

func unreachable(reason string) error {
	return notify.Unreachable(&notify.Refusal{
		Code: notify.IdentityCode + reason, Message: notify.ReasonWords(reason).EN,
	})
}

// deaf hears nothing.
type deaf struct{}

func (deaf) Asked(notify.Channel, int)       {}
func (deaf) Answered(notify.Channel, string) {}
func (deaf) Redis(time.Duration, error)      {}
