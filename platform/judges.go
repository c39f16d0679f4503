package platform

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Judges asks whoever owns a ticket: the built-in desk, or the system behind a
// configured call. It is what [notify.Decider] asks.
type Judges struct {
	Platforms notify.Platforms
	BuiltIn   *BuiltIn
	Webhook   *Webhook
}

// Ask implements [notify.Judge].
func (j *Judges) Ask(ctx context.Context, q notify.Question) (notify.Ruling, error) {
	p, err := j.Platforms.Platform(ctx, q.On.Source)
	if err != nil {
		return notify.Ruling{}, fmt.Errorf("find who judges tickets of %s: %w", q.On.Source, err)
	}
	switch {
	case !p.Decides(): // it was changed since the press
		return notify.Ruling{Word: notify.SaysRefused}, nil
	case p.Kind == notify.PlatformBuiltIn:
		return j.BuiltIn.judge(ctx, q)
	default:
		return j.Webhook.Ask(ctx, p, q)
	}
}

// judge makes the decision on the desk's own ticket, as it stood at the press. Asked
// once more after it was made, it finds the ticket moved on, and the ledger knows by
// whom (see [notify.Decisions]).
func (b *BuiltIn) judge(ctx context.Context, q notify.Question) (notify.Ruling, error) {
	_, err := b.move(ctx, q.Ticket, ticket.Action(q.Action), q.Reason, q.By.Username, func(rec notify.TicketRecord) bool {
		return rec.Turn == q.Turn
	})
	_, invalid := errors.AsType[*ticket.Invalid](err)
	switch {
	case err == nil:
		return notify.Ruling{Word: notify.SaysDone}, nil
	case errors.Is(err, ticket.ErrSettled):
		return notify.Ruling{Word: notify.SaysSettled}, nil
	case invalid, errors.Is(err, ticket.ErrNotAllowed), errors.Is(err, ticket.ErrReasonMissing), errors.Is(err, notify.ErrNotFound):
		return notify.Ruling{Word: notify.SaysRefused}, nil
	default:
		return notify.Ruling{}, err
	}
}
