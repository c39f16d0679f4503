package identity

import (
	"context"
	"errors"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Identities tells for every channel by which address u is reached, how and when it
// was found, and why not, as far as that is known without asking a provider.
func (d *Directory) Identities(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
	return d.explainAll(ctx, u, d.known)
}

// Resolve asks the providers afresh and tells what came of it. What a provider does
// not answer stays as it was.
func (d *Directory) Resolve(ctx context.Context, u ticket.User) ([]notify.Identity, error) {
	return d.explainAll(ctx, u, d.afresh)
}

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

// known answers from what is remembered alone. Whom nobody found last time is not found
// until somebody asks again, however long ago that was.
func (d *Directory) known(ctx context.Context, l line, handles []handle) (notify.Identity, error) {
	known := d.recall(ctx, l, handles)
	h, f, open := choose(handles, known, d.now())
	switch {
	case f.ID != "":
		return f.identity(h.kind), nil
	case len(open) > 0 && len(known) < len(handles):
		return missed(handles, known), unreachable(notify.ReasonNotAsked)
	default:
		return missed(handles, known), unreachable(notify.ReasonNotFound)
	}
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
