package store

import (
	"errors"

	"ticketbell/notify"
)

// The errors callers act on, by errors.Is.
var (
	// ErrNotFound says that what was asked for is not on record.
	ErrNotFound = notify.ErrNotFound
	// ErrConflict says that somebody else changed it first, or that it is not in
	// a state that allows what was asked.
	ErrConflict = notify.ErrConflict
	// ErrOtherKey says that a secret was sealed with another key than the one given.
	ErrOtherKey = errors.New("sealed with another key")
)

// Taken says that a value that must be unique belongs to somebody else already;
// find it with errors.As.
type Taken = notify.Taken
