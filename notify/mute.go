package notify

import (
	"cmp"
	"time"

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

// leaveOut skips what would be sent to somebody who does not want it.
func leaveOut(all []Delivery, why string) []Delivery {
	for i := range all {
		if all[i].Status == Queued {
			all[i].Status, all[i].Reason = Skipped, why
		}
	}
	return all
}
