package notify

import (
	"context"
	"time"

	"ticketbell/cards"
)

// Press is what a person did on a card that is out, as its channel verified it.
type Press struct {
	// ID is the same when the provider hands in the same press again, and unique within
	// the channel: Feishu's event_id, WeCom's response code.
	ID      string
	Channel Channel
	// Address is who pressed: their open_id or userid.
	Address string
	// MessageID is the provider's id of the message. Notice, the id of the event the card
	// showed, stands in where the provider does not tell it (WeCom's task_id holds it).
	MessageID string
	Notice    string
	Action    cards.Action
	// Reason is what was typed or chosen with it.
	Reason string
	At     time.Time
}

// Tone is the mood of an [Answer]; the words are those of a Feishu toast.
type Tone string

// The tones of an answer.
const (
	ToneDone    Tone = "success"
	TonePending Tone = "info"
	ToneRefused Tone = "warning"
	ToneBroken  Tone = "error"
)

// Answer is what whoever pressed reads at once.
type Answer struct {
	Tone Tone
	Text cards.Text
}

// Presses takes what people do on cards. It answers within the provider's patience
// (Feishu shows an error after 3 s, feishu.md 8.3) and always in words.
type Presses interface {
	Act(ctx context.Context, p Press) Answer
}

// Said is what a person wrote to the bot, or chose from its menu.
type Said struct {
	// ID is the same when the provider hands in the same message again.
	ID      string
	Channel Channel
	// Address is who wrote: their open_id or userid.
	Address string
	// Text is what they wrote, without mentions; for a menu entry, its key.
	Text string
	At   time.Time
}

// Listener hears what people write to the bot. An error means that it was not heard:
// the provider should hand it in again.
type Listener interface {
	Hear(ctx context.Context, s Said) error
}
