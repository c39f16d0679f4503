package web

import (
	"encoding/json"
	"fmt"

	"ticketbell/cards"
	"ticketbell/notify"
)

// texts are all words of the pages by key. {name} in a text stands for a value.
type texts map[string]cards.Text

// loadTexts reads the embedded catalogue; a fault in it is a fault of the build, and panics.
func loadTexts() texts {
	raw, err := embedded.ReadFile("texts/playground.json")
	if err != nil {
		panic(err)
	}
	words := texts{}
	if err := json.Unmarshal(raw, &words); err != nil {
		panic(fmt.Errorf("read texts/playground.json: %w", err))
	}
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
		notify.ReasonNotUpdatable, notify.ReasonSpared, notify.ReasonStaleIdentity, notify.ReasonNotAsked, notify.ReasonQuiet, notify.ReasonDayFull,
		notify.ReasonRerouted, notify.ReasonElsewhere, notify.ReasonStranded,
	}
}

// say returns the text of key; an unknown key is an error, so that no page shows a hole.
func (t texts) say(key string, lang cards.Language) (string, error) {
	text, ok := t[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	return text.In(lang), nil
}
