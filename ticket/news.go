package ticket

// News is a group of what people are told, by why they are told it.
type News string

// The groups of news.
const (
	// NewsToDo waits for its reader, or tells them how it ended that they asked for:
	// nobody can do without it.
	NewsToDo News = "to_do"
	// NewsCreated is the progress of what the reader asked for.
	NewsCreated News = "created"
	// NewsHandled is how it ended that the reader executes, or was asked to act on.
	NewsHandled News = "handled"
	// NewsCopied is what the platform names the reader for, and nothing else.
	NewsCopied News = "copied"
)

// Switchable lists the groups that somebody can do without.
func Switchable() []News { return []News{NewsCreated, NewsHandled, NewsCopied} }

// NewsFor returns what ev is to somebody in that role. Where a ticket waits and nobody knows
// for whom, it may be for whoever the platform names.
func (ev Event) NewsFor(r Role) News {
	switch k := ev.Kind; {
	case r == RoleAssignee, k == KindEscalated, k == KindAsked, r == RoleCreator && k.Result():
		return NewsToDo
	case r == RoleCreator:
		return NewsCreated
	case r != RoleNamed && k.Result():
		return NewsHandled
	case ev.Ticket.Status.Waiting() && len(assignees(ev, Around{})) == 0:
		return NewsToDo
	default:
		return NewsCopied
	}
}

// Unwanted are the groups of news that somebody switched off. The zero Unwanted is none.
type Unwanted struct {
	Created bool `json:"created,omitempty"`
	Handled bool `json:"handled,omitempty"`
	Copied  bool `json:"copied,omitempty"`
}

// IsZero reports whether u is none.
func (u Unwanted) IsZero() bool { return u == Unwanted{} }

// Has reports whether n was switched off.
func (u Unwanted) Has(n News) bool {
	switch n {
	case NewsCreated:
		return u.Created
	case NewsHandled:
		return u.Handled
	case NewsCopied:
		return u.Copied
	default:
		return false
	}
}
