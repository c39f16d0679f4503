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
	// Codes is how many changes it still allows. Tried of them may be used up: a call was
	// made, and no answer came.
	Codes, Tried int
	// Unsure is true when such a call may have made it look otherwise than Look says.
	Unsure bool
	// Wanted is the id of the event it should show by now, "" when no delivery says.
	Wanted string
}

// CardCode changes a card once.
type CardCode struct {
	Code string
	// Tried is true when it may be used up: a call was made with it, and no answer came.
	// Again is true when all such calls would have made the card look as is wanted now.
	Tried, Again bool
}
