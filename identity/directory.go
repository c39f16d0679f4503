package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// How long an answer is believed. A miss is short: the person may be hired, or the
// app be allowed to see them, within the hour.
const (
	hitLife  = 24 * time.Hour
	missLife = time.Hour
)

// People knows a person as they are recorded now.
type People interface {
	User(ctx context.Context, username string) (ticket.User, error)
}

// Books opens the look-ups of the channels as they are configured now.
type Books interface {
	Feishu(ctx context.Context) (FeishuBook, error)
	WeCom(ctx context.Context) (WeComBook, error)
}

// FeishuBook finds many people in one call.
type FeishuBook interface {
	// App names the app whose ids these are.
	App() string
	// Lookup returns open_ids by e-mail address and by phone number in E.164; who is not found is not in the maps.
	Lookup(ctx context.Context, emails, phones []string) (byEmail, byPhone map[string]string, err error)
}

// WeComBook finds one person at a time. Its errors carry verdicts:
// [notify.Unreachable] when there is no such member.
type WeComBook interface {
	App() string
	ByPhone(ctx context.Context, phone string) (userid string, err error)
	ByEmail(ctx context.Context, email string) (userid string, err error)
}

// Directory finds people on channels. It is safe for many goroutines.
type Directory struct {
	people People
	books  Books
	memory *memory
	feishu *gatherer
	wecom  chan struct{} // places for look-ups at WeCom, which takes one person a call
	now    func() time.Time
}

// New returns a directory that remembers in the process.
func New(people People, books Books, now func() time.Time) *Directory {
	return &Directory{
		people: people, books: books, now: now,
		memory: newMemory(now), feishu: newGatherer(), wecom: make(chan struct{}, 4),
	}
}

// Address returns u's address on the channel. Its errors carry a verdict;
// [notify.Unreachable] says that u has none there, with the reason as its code.
func (d *Directory) Address(ctx context.Context, ch notify.Channel, u ticket.User) (string, error) {
	id, err := d.find(ctx, ch, u)
	return id.Address, err
}

// Forget drops what was remembered of u on the channel.
func (d *Directory) Forget(ctx context.Context, ch notify.Channel, u ticket.User) {
	app, err := d.app(ctx, ch)
	if err != nil {
		return // a channel that cannot be reached remembers nothing under its present app
	}
	if now, err := d.current(ctx, u); err == nil {
		u = now
	}
	d.memory.forget(ch, app, u)
}

// Identities tells for every channel by which address u is reached, as far as that
// is known without asking a provider, and why not.
func (d *Directory) Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
	return d.explainAll(ctx, u, d.recall)
}

// Resolve forgets what was remembered of u, asks the providers afresh and tells
// what came of it.
func (d *Directory) Resolve(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
	for _, ch := range notify.Channels() {
		d.Forget(ctx, ch, u)
	}
	return d.explainAll(ctx, u, d.lookup)
}

// look finds an address that was not entered by hand.
type look func(context.Context, notify.Channel, ticket.User) (notify.Identity, error)

func (d *Directory) explainAll(ctx context.Context, u ticket.User, look look) ([]notify.Identity, error) {
	all := make([]notify.Identity, 0, len(notify.Channels()))
	for _, ch := range notify.Channels() {
		id, err := d.findBy(ctx, ch, u, look)
		id.Channel, id.OK = ch, err == nil
		switch {
		case errors.Is(err, notify.ErrOff):
			id.Reason = notify.ReasonChannelOff
		case err != nil:
			id.Reason = why(err)
		}
		all = append(all, id)
	}
	return all, nil
}

// why is the reason of a miss, or the provider's words.
func why(err error) string {
	r, ok := errors.AsType[*notify.Refusal](err)
	if !ok {
		return err.Error()
	}
	if reason, ours := strings.CutPrefix(r.Code, notify.IdentityCode); ours {
		return reason
	}
	return r.Error()
}

// recall answers from memory alone.
func (d *Directory) recall(ctx context.Context, ch notify.Channel, u ticket.User) (notify.Identity, error) {
	app, err := d.app(ctx, ch)
	if err != nil {
		return notify.Identity{}, err
	}
	found, ok := d.memory.recall(ch, app, u)
	if !ok {
		return notify.Identity{}, unreachable(notify.ReasonNotAsked)
	}
	return found.identity()
}

// find answers from what was entered by hand, then from memory, then from the provider.
func (d *Directory) find(ctx context.Context, ch notify.Channel, u ticket.User) (notify.Identity, error) {
	return d.findBy(ctx, ch, u, d.lookup)
}

func (d *Directory) findBy(ctx context.Context, ch notify.Channel, u ticket.User, look look) (notify.Identity, error) {
	u, err := d.current(ctx, u)
	if err != nil {
		return notify.Identity{}, err
	}
	if reason := notify.Unreached(u, ch); reason != "" {
		return notify.Identity{}, unreachable(reason)
	}
	switch {
	case ch == notify.Mail:
		return notify.Identity{Address: u.Email, Origin: "entered"}, nil
	case ch == notify.Feishu && u.FeishuOpenID != "":
		return notify.Identity{Address: u.FeishuOpenID, Origin: "entered"}, nil
	case ch == notify.WeCom && u.WeComUserID != "":
		return notify.Identity{Address: u.WeComUserID, Origin: "entered"}, nil
	}
	return look(ctx, ch, u)
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

func (d *Directory) lookup(ctx context.Context, ch notify.Channel, u ticket.User) (notify.Identity, error) {
	app, err := d.app(ctx, ch)
	if err != nil {
		return notify.Identity{}, err
	}
	found, ok := d.memory.recall(ch, app, u)
	if !ok {
		if found, err = d.ask(ctx, ch, u); err != nil {
			return notify.Identity{}, err
		}
		d.memory.keep(ch, app, u, found)
	}
	return found.identity()
}

func (d *Directory) app(ctx context.Context, ch notify.Channel) (string, error) {
	if ch == notify.Feishu {
		book, err := d.books.Feishu(ctx)
		if err != nil {
			return "", err
		}
		return book.App(), nil
	}
	if ch == notify.WeCom {
		book, err := d.books.WeCom(ctx)
		if err != nil {
			return "", err
		}
		return book.App(), nil
	}
	return "", nil
}

// ask looks u up at the provider; a finding without an address is a miss.
func (d *Directory) ask(ctx context.Context, ch notify.Channel, u ticket.User) (finding, error) {
	var address string
	var err error
	if ch == notify.Feishu {
		address, err = d.askFeishu(ctx, u)
	} else {
		address, err = d.askWeCom(ctx, u)
	}
	return finding{Address: address, At: d.now()}, err
}

func (d *Directory) askFeishu(ctx context.Context, u ticket.User) (string, error) {
	book, err := d.books.Feishu(ctx)
	if err != nil {
		return "", err
	}
	return d.feishu.find(ctx, book, u.Email, u.Phone)
}

// askWeCom tries the phone number, then the e-mail address.
func (d *Directory) askWeCom(ctx context.Context, u ticket.User) (string, error) {
	book, err := d.books.WeCom(ctx)
	if err != nil {
		return "", err
	}
	select {
	case d.wecom <- struct{}{}:
		defer func() { <-d.wecom }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait for a look-up at WeCom: %w", ctx.Err())
	}
	for _, try := range []struct {
		by      string
		address func(context.Context, string) (string, error)
	}{{u.Phone, book.ByPhone}, {u.Email, book.ByEmail}} {
		if try.by == "" {
			continue
		}
		id, err := try.address(ctx, try.by)
		if v, _ := notify.VerdictOf(err); err != nil && v == notify.VerdictUnreachable {
			continue
		}
		return id, err
	}
	return "", nil
}

func unreachable(reason string) error {
	return notify.Unreachable(&notify.Refusal{
		Code: notify.IdentityCode + reason, Message: notify.ReasonWords(reason).EN,
	})
}
