package notify

import (
	"time"

	"ticketbell/ticket"
)

// Reach says whether a person can be told anything, judged by the channels that are
// switched on. A channel on which nobody was asked for them yet counts as one that may
// well reach them, and so does one that is paused: it is the channel that needs mending.
type Reach string

// How far people are reached.
const (
	ReachAll      Reach = "all"
	ReachSome     Reach = "some"
	ReachNone     Reach = "none"
	ReachDisabled Reach = "disabled"
)

// PeopleFilter picks people for a listing, by username. A zero field picks everybody;
// several fields must all fit.
type PeopleFilter struct {
	// Query is looked for in username, name, e-mail, phone, and the ids entered by hand.
	Query string
	Role  ticket.UserRole
	Reach Reach
	// Channel judges Reach on that channel alone, whether it is on or off; without a Reach
	// it picks who is, or may well be, reached there.
	Channel Channel
	// Usernames, when not nil, are the people themselves.
	Usernames []string
	// Limit and Cursor are those of [DeliveryFilter].
	Limit  int
	Cursor string
}

// Miss is an address for which a provider returned nobody.
type Miss struct {
	Channel Channel
	// App is the app that was asked: another may see other people.
	App string
	// Kind is "email" or "phone", Value the address as people on record have it.
	Kind, Value string
	At          time.Time
	// Times is how many times in a row nobody was returned; 0 says that somebody was, or
	// that what is known of the address is to be forgotten.
	Times int
}

// Chances say where people can be looked up, and at what price.
type Chances struct {
	// Feishu and WeCom are set while their channel sends.
	Feishu, WeCom bool
	// MissesAllowed is how many look-ups at WeCom may find nobody in a day before we stop;
	// Misses is how many did today.
	MissesAllowed, Misses int
}
