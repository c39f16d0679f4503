package notify

import (
	"context"
	"errors"
)

// ErrOff says that a channel sends nothing now: it is disabled, or paused until
// somebody mends it. Its deliveries wait.
var ErrOff = errors.New("the channel is off")

// Line is a channel's sender as configured at some version.
type Line struct {
	Sender  Sender
	Version int64
	// Limits are what the channel may be asked for.
	Limits Limits
	// Decides is true when a press on the channel's cards comes back to us: its callback
	// is configured. Cards offer a decision only then.
	Decides bool
	// Buttons is true when a message sent now can have some that decide; in another style
	// there are none, though a press on what is out comes back.
	Buttons bool
	// Bilingual is true when a message sent now is in both languages, and the reader's
	// client picks the one it shows.
	Bilingual bool
}

// Switchboard knows which channels are on, and connects to them.
type Switchboard interface {
	// Enabled lists the channels that are switched on, paused ones as well.
	Enabled(ctx context.Context) ([]Channel, error)
	// Line returns the channel's sender as configured now, or [ErrOff].
	Line(ctx context.Context, ch Channel) (Line, error)
	// Pause stops the channel because its configuration of that version does not
	// work, as the provider said. A version that was replaced meanwhile is not paused.
	Pause(ctx context.Context, ch Channel, version int64, why Refusal) error
}

// SettingsKeeper keeps the settings of the installation.
type SettingsKeeper interface {
	Settings(ctx context.Context) (Settings, error)
}
