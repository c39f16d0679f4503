package ticket

// Ways is on which channels a person is told: on all of them, or on one after the other
// until they are reached. The zero Ways is whatever the installation has.
type Ways struct {
	// Order names channels, with commas between them, the one to be tried first at the
	// front. Those it leaves out follow in the order of the installation.
	Order string `json:"order,omitempty"`
	// Policy is "" for that of the installation.
	Policy Policy `json:"policy,omitempty"`
}

// IsZero reports whether w says nothing.
func (w Ways) IsZero() bool { return w == Ways{} }

// Policy is on how many channels somebody is told.
type Policy string

// The policies.
const (
	// EveryWay tells on every channel.
	EveryWay Policy = "all"
	// FirstWay tells on the first channel that gets through.
	FirstWay Policy = "first"
)
