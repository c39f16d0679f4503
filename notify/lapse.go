package notify

import (
	"context"
	"log/slog"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// lapseNotice is how long before its end the owner of a token is told, lapseEvery how
// often such tokens are looked for.
const (
	lapseNotice = 7 * 24 * time.Hour
	lapseEvery  = time.Hour
)

// Lapse is an API token that ends soon, whose owner was not told yet.
type Lapse struct {
	Token, Name string
	EndsAt      time.Time
	Owner       ticket.User
}

// LapseKeeper knows the tokens.
type LapseKeeper interface {
	// Lapses lists the tokens of people with an e-mail address that end between now and
	// before, and whose owner was not told.
	Lapses(ctx context.Context, before time.Time) ([]Lapse, error)
	// MarkLapse notes that the owner is told; false: another replica tells them.
	MarkLapse(ctx context.Context, token string) (bool, error)
	// UnmarkLapse takes that back.
	UnmarkLapse(ctx context.Context, token string) error
}

// Herald tells the owners of API tokens by mail, a week before, that these end. Where
// the mail cannot be sent, or mail is off, it is tried again every hour until the end.
type Herald struct {
	Lapses   LapseKeeper
	Settings SettingsKeeper
	Voice    *Teller
	Now      func() time.Time
	Log      *slog.Logger
}

// Run looks for them at once and then every hour, until ctx is done.
func (h *Herald) Run(ctx context.Context) {
	tick := time.NewTicker(lapseEvery)
	defer tick.Stop()
	for {
		if err := h.tellAll(ctx); err != nil && ctx.Err() == nil {
			h.Log.ErrorContext(ctx, "tokens that end soon cannot be looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *Herald) tellAll(ctx context.Context) error {
	s, err := h.Settings.Settings(ctx)
	if err != nil {
		return err
	}
	lapses, err := h.Lapses.Lapses(ctx, h.Now().Add(lapseNotice))
	if err != nil {
		return err
	}
	for _, l := range lapses {
		if err := h.tell(ctx, l, s); err != nil {
			h.Log.WarnContext(ctx, "the owner of a token that ends soon could not be told; it is tried again in an hour", "token", l.Name, "error", err)
		}
	}
	return nil
}

// tell marks first: of two replicas one tells, and one that dies in between tells nobody
// rather than everybody twice.
func (h *Herald) tell(ctx context.Context, l Lapse, s Settings) error {
	mine, err := h.Lapses.MarkLapse(ctx, l.Token)
	if err != nil || !mine {
		return err
	}
	lang := cards.Language(l.Owner.Language)
	if lang == "" {
		lang = s.DefaultLanguage
	}
	m := Message{Card: cards.TokenEnds(l.Name, l.EndsAt, s.CardsFor(l.Owner)), Language: lang, Notice: "ends_" + l.Token, Thread: l.Token}
	if err := h.Voice.Tell(ctx, Mail, l.Owner.Email, m); err != nil {
		if back := h.Lapses.UnmarkLapse(context.WithoutCancel(ctx), l.Token); back != nil {
			return back
		}
		return err
	}
	return nil
}
