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

// BuiltInSource is the source of the built-in desk's events.
const BuiltInSource = "builtin"

// DefaultTimeout is how long a platform may take to answer when nothing else is set.
const DefaultTimeout = 5 * time.Second

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

// DefaultPlatform is who judges the tickets of a source that was never told of: the
// built-in desk its own, nobody the others.
func DefaultPlatform(source string) Platform {
	if source == BuiltInSource {
		return Platform{Source: source, Kind: PlatformBuiltIn}
	}
	return Platform{Source: source, Kind: PlatformNone}
}

// Decides reports whether a decision on the source's tickets can be carried back. The
// built-in desk moves its own tickets only.
func (p Platform) Decides() bool {
	return p.Kind == PlatformWebhook || (p.Kind == PlatformBuiltIn && p.Source == BuiltInSource)
}
