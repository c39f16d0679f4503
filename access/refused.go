package access

import (
	"errors"
	"time"
)

// Refused says that somebody was not let in: the name or the password is wrong, and
// nothing tells which.
type Refused struct {
	// Left is how often it may be tried again before the name is locked.
	Left int
	// Until is when a locked name may be tried again; zero when it is not locked.
	Until time.Time
}

func (r *Refused) Error() string {
	if !r.Until.IsZero() {
		return "too many wrong passwords"
	}
	return "the name or the password is wrong"
}

// What is wrong with setting a password.
var (
	// ErrLink: the link was used, is over, or never was.
	ErrLink = errors.New("the link is not valid")
	// ErrWeak: the password is shorter than [MinPassword] or longer than [MaxPassword].
	ErrWeak = errors.New("the password is too short or too long")
	// ErrBusy: too many people sign in at once.
	ErrBusy = errors.New("too many people sign in at once")
)

// The length of a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 256
)
