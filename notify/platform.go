package notify

import "time"

// PlatformKind is who judges a press on a ticket (api.md 4).
type PlatformKind string

// The kinds of platform.
const (
	// PlatformNone: nobody; cards carry the link only.
	PlatformNone PlatformKind = "none"
	// PlatformBuiltIn: ticketbell's own desk moves the ticket along its flow.
	PlatformBuiltIn PlatformKind = "builtin"
	// PlatformWebhook: a signed call asks the system that owns the ticket.
	PlatformWebhook PlatformKind = "webhook"
)

// Platform is how a decision on a ticket of one source is carried back.
type Platform struct {
	Source string
	Kind   PlatformKind
	// URL, Secret and Timeout are for [PlatformWebhook] only. The secret signs the
	// call and is kept sealed; it is at least 24 bytes long.
	URL     string
	Secret  string
	Timeout time.Duration
}
