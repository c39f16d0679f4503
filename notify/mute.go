package notify

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Mute is a ticket of which somebody wants no more news than they must have, see
// [ticket.Kind.ToldAnyway]. It ends with the ticket.
type Mute struct {
	// Ticket is the id of the ticket; Key, Title and Project are what people know it by.
	Ticket, Key, Title, Project string
	At                          time.Time
}

// reason is why u is told: the first of their reasons that they want to hear for. Where
// there is none, against says what stands against the first.
func (a *acceptance) reason(u ticket.User, l ticket.Listener, muted bool) (role ticket.Role, against string) {
	ev := a.entry.Event
	for _, r := range l.Roles() {
		var why string
		switch {
		case muted && !ev.Kind.ToldAnyway(r):
			why = ReasonMuted
		case u.Unwanted.Has(ev.NewsFor(r)):
			why = ReasonUnwanted
		default:
			return r, ""
		}
		against = cmp.Or(against, why)
	}
	return l.Role, against
}

// mutable reports whether u can mute tickets: whoever ticketbell does not know has no page on
// which to take it back.
func mutable(u ticket.User) bool { return u.Role != "" }

// personal reports whether each message is one person's, and may say what only they have done.
func (l *load) personal() bool { return l.line.Sender.Batch() <= 1 }

// leaveOut skips what would be sent to somebody who does not want it.
func leaveOut(all []Delivery, why string) []Delivery {
	for i := range all {
		if all[i].Status == Queued {
			all[i].Status, all[i].Reason = Skipped, why
		}
	}
	return all
}

// Muter keeps who wants no more news of which ticket.
type Muter interface {
	// Mute returns [ErrNotFound] for a ticket they were never told of, and [ErrConflict] for
	// one that is over. Muted twice is muted.
	Mute(ctx context.Context, username, ticketID string, now time.Time) error
	// Unmute does nothing where nothing is muted.
	Unmute(ctx context.Context, username, ticketID string) error
}

// mute has whoever pressed hear no more of the ticket, or hear of it again. No platform is
// asked: it is between them and us.
func (d *Decider) mute(ctx context.Context, a cards.Action, u ticket.User, card Pressed) (Answer, error) {
	t := card.Event.Ticket
	if t.Status.Over() {
		return refused(cards.NothingToMute(t)), nil
	}
	if a == cards.Unmute {
		return Answer{ToneDone, cards.UnmutedNow(t)}, d.Mutes.Unmute(ctx, u.Username, card.ID)
	}
	err := d.Mutes.Mute(ctx, u.Username, card.ID, d.Now())
	switch {
	case errors.Is(err, ErrNotFound):
		return refused(cards.NeverTold(t)), nil
	case errors.Is(err, ErrConflict):
		return refused(cards.NothingToMute(t)), nil
	}
	return Answer{ToneDone, cards.MutedNow(t)}, err
}
