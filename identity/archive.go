package identity

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Archive remembers over restarts by which address an id of an app was found: who
// presses on a card from before is known by it.
type Archive interface {
	KeepFound(ctx context.Context, ch notify.Channel, app string, found map[string]ticket.Person) error
	// FoundFor returns the address; ok is false when nobody remembers.
	FoundFor(ctx context.Context, ch notify.Channel, app, id string) (p ticket.Person, ok bool, err error)
	// ForgetFound forgets the ids that were found by an address of p.
	ForgetFound(ctx context.Context, ch notify.Channel, app string, p ticket.Person) error
}

const (
	// archivePause is how long what was found waits for more, to be written together.
	archivePause = 200 * time.Millisecond
	archiveTime  = 10 * time.Second
)

// shelf is where ids of one app stand.
type shelf struct {
	ch  notify.Channel
	app string
}

// archivist writes down what was found, soon. Nobody waits for it.
type archivist struct {
	archive Archive // nil keeps nothing
	log     *slog.Logger
	work    *sync.WaitGroup

	mu      sync.Mutex
	pending map[shelf]map[string]ticket.Person // guarded; nil while nobody is about to write
}

// keep has it written down that h led to id.
func (a *archivist) keep(p place, id string) {
	if a.archive == nil || id == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending == nil {
		a.pending = map[shelf]map[string]ticket.Person{}
		a.work.Go(a.write)
	}
	at := shelf{p.ch, p.app}
	if a.pending[at] == nil {
		a.pending[at] = map[string]ticket.Person{}
	}
	a.pending[at][ownID(p.ch, id)] = p.handle.plain()
}

func (a *archivist) write() {
	<-time.After(archivePause)
	a.mu.Lock()
	found := a.pending
	a.pending = nil
	a.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), archiveTime)
	defer cancel()
	for at, ids := range found {
		if err := a.archive.KeepFound(ctx, at.ch, at.app, ids); err != nil {
			a.log.Warn("whoever presses after a restart may be a stranger", "channel", at.ch, "error", err)
		}
	}
}

// forget strikes out the ids that were found by the handles, also those about to be
// written down.
func (a *archivist) forget(ctx context.Context, l line, handles []handle) error {
	if a.archive == nil {
		return nil
	}
	var gone ticket.Person
	for _, h := range handles {
		p := h.plain()
		gone.Email, gone.Phone = cmp.Or(gone.Email, p.Email), cmp.Or(gone.Phone, p.Phone)
	}
	a.mu.Lock()
	maps.DeleteFunc(a.pending[shelf{l.ch, l.app}], func(_ string, p ticket.Person) bool { return gone.Same(p) })
	a.mu.Unlock()
	return a.archive.ForgetFound(ctx, l.ch, l.app, gone)
}

// owner returns the handle an id was found by, also before a restart.
func (a *archivist) owner(ctx context.Context, o owned) (handle, bool, error) {
	if a.archive == nil {
		return handle{}, false, nil
	}
	p, ok, err := a.archive.FoundFor(ctx, o.ch, o.app, o.id)
	if err != nil || !ok {
		return handle{}, false, err
	}
	if p.Phone != "" {
		return handle{byPhone, p.Phone}, true, nil
	}
	return handle{byEmail, p.Email}, true, nil
}

// plain is the address of h as it is compared.
func (h handle) plain() ticket.Person {
	if h.kind == byPhone {
		return ticket.Person{Phone: h.value}
	}
	return ticket.Person{Email: h.value}
}
