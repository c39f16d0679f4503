package chat

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// fewTickets is up to how many tickets come as a card each, with its buttons; more come
// as one list.
const fewTickets = 3

// Records keeps what the bot needs to know.
type Records interface {
	// Heard puts a message on record; first is false when it was there already. Unheard
	// takes it off again.
	Heard(ctx context.Context, ch notify.Channel, id string, now time.Time) (first bool, err error)
	Unheard(ctx context.Context, ch notify.Channel, id string) error
	// Todo returns the tickets that wait for u, the longest first.
	Todo(ctx context.Context, u ticket.User) ([]notify.TicketRecord, error)
	// TicketsByKey returns the tickets that platforms call so.
	TicketsByKey(ctx context.Context, key string) ([]notify.TicketRecord, error)
	// WasTold reports whether u was ever told of the ticket.
	WasTold(ctx context.Context, ticketID string, u ticket.User) (bool, error)
	UpdateUser(ctx context.Context, u ticket.User) error
}

// Desk shows somebody a ticket as it stands, as a card like any other.
type Desk interface {
	Show(ctx context.Context, rec notify.TicketRecord, to ticket.User, ch notify.Channel, id string) (notify.Receipt, error)
}

// Voice writes to one person.
type Voice interface {
	Tell(ctx context.Context, ch notify.Channel, address string, m notify.Message) error
}

// Lines knows how messages on a channel look now: what an answer promises must hold for them.
type Lines interface {
	Line(ctx context.Context, ch notify.Channel) (notify.Line, error)
}

// Bot answers what people write. It is a [notify.Listener].
type Bot struct {
	Records  Records
	Who      notify.Who
	Desk     Desk
	Voice    Voice
	Lines    Lines
	Settings notify.SettingsKeeper
	Now      func() time.Time
	Log      *slog.Logger
}

// Hear implements [notify.Listener]. The same message is answered once.
func (b *Bot) Hear(ctx context.Context, s notify.Said) error {
	first, err := b.Records.Heard(ctx, s.Channel, s.ID, b.Now())
	if err != nil || !first {
		return err
	}
	if err := b.answer(ctx, s); err != nil {
		if forget := b.Records.Unheard(context.WithoutCancel(ctx), s.Channel, s.ID); forget != nil {
			b.Log.Error("a message that was not answered will not be heard again", "channel", s.Channel, "message", s.ID, "error", forget)
		}
		return fmt.Errorf("answer %s on %s: %w", s.ID, s.Channel, err)
	}
	return nil
}

func (b *Bot) answer(ctx context.Context, s notify.Said) error {
	set, err := b.Settings.Settings(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	u, known, err := b.Who.Who(ctx, s.Channel, s.Address)
	if err != nil {
		return err
	}
	c := conversation{b, s, u, set}
	switch {
	case !known:
		return c.say(ctx, cards.Decline(cards.Stranger(), c.set.Brand()))
	case u.Disabled:
		return c.say(ctx, cards.Decline(cards.SwitchedOff(), c.set.Brand()))
	}
	switch r := understand(s.Text); r.wish {
	case wantsTodo:
		return c.todo(ctx)
	case wantsTicket:
		return c.ticket(ctx, r.key)
	case wantsLanguage:
		return c.speak(ctx, r.language)
	default:
		return c.say(ctx, cards.Help())
	}
}

// conversation is one message on its way to its answer.
type conversation struct {
	*Bot

	said notify.Said
	with ticket.User
	set  notify.Settings
}

// say answers with a card of its own.
func (c conversation) say(ctx context.Context, card cards.Card) error {
	lang := cards.Language(c.with.Language)
	if lang == "" {
		lang = c.set.DefaultLanguage
	}
	card.Brand = c.set.Brand()
	return c.Voice.Tell(ctx, c.said.Channel, c.said.Address, notify.Message{
		Card: card, Language: lang, Notice: "said_" + c.said.ID, Thread: "said_" + c.said.ID,
	})
}

// todo shows what waits for whoever asks: a few as a card each, many as a list.
func (c conversation) todo(ctx context.Context) error {
	open, err := c.Records.Todo(ctx, c.with)
	switch {
	case err != nil:
		return err
	case len(open) == 0:
		return c.say(ctx, cards.Remark(cards.NothingToDo(), c.set.Brand()))
	case len(open) > fewTickets:
		return c.list(ctx, open)
	}
	for _, rec := range open {
		if err := c.show(ctx, rec); err != nil {
			return err
		}
	}
	return nil
}

func (c conversation) list(ctx context.Context, open []notify.TicketRecord) error {
	line, err := c.Lines.Line(ctx, c.said.Channel)
	if err != nil {
		return err
	}
	return c.say(ctx, cards.Todo(c.listed(open), line.Buttons))
}

func (c conversation) listed(open []notify.TicketRecord) []cards.Card {
	all := make([]cards.Card, 0, len(open))
	for _, rec := range open {
		all = append(all, cards.For(
			cards.Notice{Event: rec.Event, Reader: ticket.RoleAssignee, Trail: rec.Trail},
			c.set.CardsFor(c.with)))
	}
	return all
}

// ticket shows the tickets of that key to somebody they concern. A ticket that does not
// is as good as none: who may not see it does not learn that it exists.
func (c conversation) ticket(ctx context.Context, key string) error {
	found, err := c.Records.TicketsByKey(ctx, key)
	if err != nil {
		return err
	}
	shown := 0
	for _, rec := range found {
		may, err := c.concerns(ctx, rec)
		if err != nil {
			return err
		}
		if !may {
			continue
		}
		if err := c.show(ctx, rec); err != nil {
			return err
		}
		shown++
	}
	if shown == 0 {
		return c.say(ctx, cards.Remark(cards.NoSuchTicket(key), c.set.Brand()))
	}
	return nil
}

func (c conversation) concerns(ctx context.Context, rec notify.TicketRecord) (bool, error) {
	if c.with.Role == ticket.Admin || c.with.Role == ticket.Operator || ticket.Concerns(rec.Event.Ticket, c.with.Person) {
		return true, nil
	}
	return c.Records.WasTold(ctx, rec.ID, c.with)
}

func (c conversation) show(ctx context.Context, rec notify.TicketRecord) error {
	_, err := c.Desk.Show(ctx, rec, c.with, c.said.Channel, c.said.ID)
	return err
}

// speak changes the language whoever asks reads, and answers in it.
func (c conversation) speak(ctx context.Context, lang cards.Language) error {
	if lang == "" {
		return c.say(ctx, cards.Help())
	}
	line, err := c.Lines.Line(ctx, c.said.Channel)
	if err != nil {
		return err
	}
	c.with.Language = string(lang)
	if err := c.Records.UpdateUser(ctx, c.with); err != nil {
		return err
	}
	return c.say(ctx, cards.Remark(cards.NowIn(lang, line.Bilingual), c.set.Brand()))
}
