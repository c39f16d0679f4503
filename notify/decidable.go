package notify

import (
	"context"

	"ticketbell/ticket"
)

// decidable reports whether the reader may decide from the card: it was made for the
// ticket's present turn, and a press on it comes back and can be carried to the platform.
func (l *load) decidable(ctx context.Context, n *Notice, r ticket.Role) bool {
	waits := n.Event.Ticket.Status == ticket.WaitingReview && n.Current == n.Delivery.State && n.Turn == n.Delivery.Turn
	if !l.line.Decides || l.w.Platforms == nil || r != ticket.RoleAssignee || !waits {
		return false
	}
	source := n.Event.Source
	if known, ok := l.decides[source]; ok {
		return known
	}
	p, err := l.w.Platforms.Platform(ctx, source)
	if err != nil {
		l.w.Log.Error("who judges cannot be read; the card carries the link only", "source", source, "error", err)
		return false
	}
	if l.decides == nil {
		l.decides = map[string]bool{}
	}
	l.decides[source] = p.Decides()
	return p.Decides()
}
