package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ticketbell/cards"
)

// taskID names a card in a call: the event it shows, the language it is read in and a
// digest of what it says to whom. It is the same on every attempt of that call, and
// another one for every other call of the app, as WeCom asks (wecom.md 4.3).
func taskID(event string, lang cards.Language, card []byte, to []string) string {
	sum := sha256.New()
	sum.Write(card)
	for _, id := range slices.Sorted(slices.Values(to)) {
		sum.Write([]byte{0})
		sum.Write([]byte(id))
	}
	return event + "@" + string(lang) + "-" + hex.EncodeToString(sum.Sum(nil)[:8])
}

// digest tells what a card looks like from what others look like.
func digest(card []byte) string {
	sum := sha256.Sum256(card)
	return hex.EncodeToString(sum[:8])
}

// readTask returns the event and the language in a task id of ours.
func readTask(id string) (event string, lang cards.Language) {
	event, rest, _ := strings.Cut(id, "@")
	tongue, _, _ := strings.Cut(rest, "-")
	if cards.Language(tongue) == cards.English {
		return event, cards.English
	}
	return event, cards.Chinese
}
