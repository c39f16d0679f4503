package web

import (
	"ticketbell/cards"
	"ticketbell/notify"
)

// texts are the words of the playground and its devices by key, as scripts say them; the
// templates say them with "playground." in front. {name} in a text stands for a value.
type texts map[string]cards.Text

// loadTexts reads the embedded catalogue; a fault in it is a fault of the build, and panics.
func loadTexts() texts {
	words := texts(readTexts("texts/playground.json"))
	for _, reason := range reasons() {
		words["why."+reason] = notify.ReasonWords(reason)
	}
	return words
}

// reasons are what a delivery gives for its status; notify has the words for them.
func reasons() []string {
	return []string{
		notify.ReasonChannelOff, notify.ReasonNoEmail, notify.ReasonNoContact, notify.ReasonNotFound,
		notify.ReasonDisabled, notify.ReasonOver, notify.ReasonLate, notify.ReasonDeadline,
		notify.ReasonRefused, notify.ReasonPaused, notify.ReasonLimited, notify.ReasonFailing,
		notify.ReasonNotUpdatable, notify.ReasonSpared, notify.ReasonAsSent, notify.ReasonStaleIdentity, notify.ReasonNotAsked, notify.ReasonQuiet, notify.ReasonDayFull,
		notify.ReasonRerouted, notify.ReasonElsewhere, notify.ReasonStranded,
		notify.ReasonReserve, notify.ReasonNotNeeded, notify.ReasonMuted, notify.ReasonUnwanted,
	}
}
