package notify

import (
	"context"
	"time"
)

// The limits of codes.
const (
	// CodeTime is how long a code can be entered.
	CodeTime = 10 * time.Minute
	// CodeTries is how many wrong codes are let through before another one has to be sent.
	CodeTries = 5
	// CodesAnHour is how many codes are sent for one person in an hour.
	CodesAnHour = 5
	// UnconfirmedTime is how long a new address waits for its owner to go on with it.
	UnconfirmedTime = 24 * time.Hour
)

// Unconfirmed is a new address of somebody, which holds once they enter the code that
// was sent there.
type Unconfirmed struct {
	Username string
	// Field is "email" or "phone", Value the new address and Was the one that holds until
	// then. When that is changed by an administrator, there is nothing to confirm any more.
	Field, Value, Was string
	// MAC is that of the code.
	MAC []byte
	// Channel is where the code went.
	Channel Channel
	SentAt  time.Time
	// EndsAt is when the code ceases to be taken, Left how many wrong ones still are.
	EndsAt time.Time
	Left   int
}

// Unconfirmeds keeps new addresses until they are confirmed.
type Unconfirmeds interface {
	// PutUnconfirmed keeps one in the place of another of that person and field, and counts
	// its code. It returns when the next code may be sent, and [ErrConflict], when there were
	// [CodesAnHour] within the hour before it.
	PutUnconfirmed(ctx context.Context, u Unconfirmed) (again time.Time, err error)
	// Unconfirmed lists those of a person whose code was sent since then, by field.
	Unconfirmed(ctx context.Context, username string, since time.Time) ([]Unconfirmed, error)
	// TryCode makes the new address that of the person when fits says that the code is the
	// one, else it counts the attempt. When somebody else has it by now it is a [*Taken], and
	// the address goes on waiting. Without any it is [ErrNotFound].
	TryCode(ctx context.Context, username, field string, fits func(Unconfirmed) bool) (u Unconfirmed, ok bool, err error)
	// DropUnconfirmed forgets a new address; where there is none it does nothing.
	DropUnconfirmed(ctx context.Context, username, field string) error
}
