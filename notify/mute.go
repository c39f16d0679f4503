package notify

import "time"

// Mute is a ticket of which somebody wants no more news than they must have, see
// [ticket.Kind.ToldAnyway]. It ends with the ticket.
type Mute struct {
	// Ticket is the id of the ticket; Key, Title and Project are what people know it by.
	Ticket, Key, Title, Project string
	At                          time.Time
}

// mute leaves out what would be sent to somebody who muted the ticket.
func mute(all []Delivery) []Delivery {
	for i := range all {
		if all[i].Status == Queued {
			all[i].Status, all[i].Reason = Skipped, ReasonMuted
		}
	}
	return all
}
