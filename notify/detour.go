package notify

import "ticketbell/cards"

// NoDetour says why a delivery cannot be said on another channel. It is an [ErrConflict].
type NoDetour string

// Why it cannot.
const (
	// DetourOff: that channel is not on.
	DetourOff NoDetour = "off"
	// DetourTaken: the person has a delivery of the same event there.
	DetourTaken NoDetour = "taken"
	// DetourBusy: a worker holds the delivery at this moment.
	DetourBusy NoDetour = "busy"
)

// Error is the reason in English.
func (n NoDetour) Error() string { return n.Words().EN }

// Is makes it an [ErrConflict].
func (n NoDetour) Is(err error) bool { return err == ErrConflict }

// Words are the reason for people.
func (n NoDetour) Words() cards.Text {
	switch n {
	case DetourOff:
		return cards.Text{ZH: "该渠道未启用", EN: "this channel is not enabled"}
	case DetourTaken:
		return cards.Text{ZH: "此人在该渠道已有同一事件的投递", EN: "the person has a delivery of this event on that channel already"}
	default:
		return cards.Text{ZH: "正在发送，请稍后再试", EN: "it is being sent; try again in a moment"}
	}
}
