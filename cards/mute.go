package cards

import "ticketbell/ticket"

// MutedWord marks the card of a ticket that its reader muted.
func MutedWord() Text { return Text{"已静音", "Muted"} }

// MoreWord stands at what a card keeps in a menu.
func MoreWord() Text { return Text{"更多", "More"} }

// What somebody reads who muted a ticket from its card, or hears of it again. Each names the
// ticket: on some channels it is a message of its own.

// MutedNow says what a mute does not hide, and where it is taken back.
func MutedNow(t ticket.Ticket) Text {
	n := "#" + oneLine(t.Key)
	return Text{
		"已静音 " + n + "，等你处理的照常通知。在「我的通知」可以恢复",
		n + " is muted; what waits for you is still told. Undo it in My notifications",
	}
}

// UnmutedNow says that there is news of the ticket again.
func UnmutedNow(t ticket.Ticket) Text {
	n := "#" + oneLine(t.Key)
	return Text{"已恢复 " + n + " 的通知，静音期间的不再补发", "You hear of " + n + " again; what was left out is not sent afterwards"}
}

// NothingToMute says that there will be no more news of the ticket.
func NothingToMute(t ticket.Ticket) Text {
	n := "#" + oneLine(t.Key)
	return Text{n + " 已经结束，不会再有进展", n + " is over; there will be no more news of it"}
}

// NeverTold answers somebody who was never told of the ticket.
func NeverTold(t ticket.Ticket) Text {
	n := "#" + oneLine(t.Key)
	return Text{"没有给你发过 " + n + " 的通知，无需静音", "You were never told of " + n + "; there is nothing to mute"}
}
