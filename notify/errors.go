package notify

import "errors"

// ErrNotFound says that what was asked for is not on record.
var ErrNotFound = errors.New("not found")

// ErrConflict says that what was asked for cannot be done in the present state:
// somebody else changed it first, or it is not in a state that allows it.
var ErrConflict = errors.New("conflict")

// Taken says that a value that must be unique belongs to somebody else already.
type Taken struct {
	// Field is the name of the value as the API spells it: "username", "email", "phone",
	// "wecom_userid", "feishu_open_id", "projects", "types".
	Field string
	// By names who has it: a username, or the key of a flow.
	By string
}

// Error names the field and its holder, and leaves the value out.
func (t *Taken) Error() string { return t.Field + " is taken by " + t.By }
