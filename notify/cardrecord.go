package notify

// CardRecord is what a channel remembers of a card with buttons that is out, where the
// provider lets it be changed only a few times (WeCom). One call sent it, and one call
// changes it, for everybody at once.
type CardRecord struct {
	MessageID string
	// TaskID is what a press on it carries.
	TaskID string
	// Addresses are those of everybody who has it.
	Addresses []string
	// Shown is the id of the event it shows, Look a digest of all it says.
	Shown, Look string
	// Live is true while it has buttons that call back.
	Live bool
	// Codes is how many changes it still allows.
	Codes int
	// Wanted is the id of the event it should show by now, "" when no delivery says.
	Wanted string
}
