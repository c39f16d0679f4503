package notify

import (
	"errors"
	"time"
)

// Verdict is what a channel makes of a failed attempt.
type Verdict int

// The verdicts. An error that carries none is tried again with back-off.
const (
	// VerdictAgain: nobody is to blame; try again with back-off.
	VerdictAgain Verdict = iota
	// VerdictAfter: not before a given time; the attempt does not count as one.
	VerdictAfter
	// VerdictPermanent: this person will never get this message this way.
	VerdictPermanent
	// VerdictUnreachable: this person has no address on this channel.
	VerdictUnreachable
	// VerdictStaleAddress: the address is no longer the person's; look it up afresh, once.
	VerdictStaleAddress
	// VerdictMisconfigured: nobody gets anything until an administrator mends the channel.
	VerdictMisconfigured
)

// String names v as it appears in attempts.
func (v Verdict) String() string {
	switch v {
	case VerdictAfter:
		return "rate"
	case VerdictPermanent:
		return "permanent"
	case VerdictUnreachable:
		return "identity"
	case VerdictStaleAddress:
		return "stale_address"
	case VerdictMisconfigured:
		return "config"
	default:
		return "transient"
	}
}

type judged struct {
	verdict Verdict
	wait    time.Duration
	all     bool // the wait is the whole channel's
	fixed   bool // see [Fixed]
	err     error
}

func (j *judged) Error() string { return j.err.Error() }
func (j *judged) Unwrap() error { return j.err }

// Permanent says that this person will never get this message this way.
func Permanent(err error) error { return judge(VerdictPermanent, 0, err) }

// After says that the provider wants d to pass first. The wait costs no attempt.
func After(d time.Duration, err error) error { return judge(VerdictAfter, d, err) }

// Fixed says that a message can be changed no more, as providers allow it a few times or
// for some days. It stays as it is, and nothing is held against the channel.
func Fixed(err error) error {
	if err == nil {
		return nil
	}
	return &judged{verdict: VerdictPermanent, fixed: true, err: err}
}

// Hold says that the provider wants d to pass before any further message on the
// channel. The wait costs no attempt.
func Hold(d time.Duration, err error) error {
	if err == nil {
		return nil
	}
	return &judged{verdict: VerdictAfter, wait: d, all: true, err: err}
}

// Unreachable says that this person has no address on the channel.
func Unreachable(err error) error { return judge(VerdictUnreachable, 0, err) }

// StaleAddress says that the address used is no longer the person's: it is
// forgotten and looked up once more before the delivery is given up.
func StaleAddress(err error) error { return judge(VerdictStaleAddress, 0, err) }

// Misconfigured says that nobody will get anything on this channel until an
// administrator mends it: the channel is paused and its deliveries wait.
func Misconfigured(err error) error { return judge(VerdictMisconfigured, 0, err) }

func judge(v Verdict, wait time.Duration, err error) error {
	if err == nil {
		return nil
	}
	return &judged{verdict: v, wait: wait, err: err}
}

// holdsChannel reports whether err came from [Hold].
func holdsChannel(err error) bool {
	j, ok := errors.AsType[*judged](err)
	return ok && j.all
}

// isFixed reports whether err came from [Fixed].
func isFixed(err error) bool {
	j, ok := errors.AsType[*judged](err)
	return ok && j.fixed
}

// VerdictOf returns the verdict err carries and, for [VerdictAfter], how long to
// wait. An error without a verdict is [VerdictAgain].
func VerdictOf(err error) (Verdict, time.Duration) {
	if j, ok := errors.AsType[*judged](err); ok {
		return j.verdict, j.wait
	}
	return VerdictAgain, 0
}

// ErrSpared is a sender's word for a message it left as it is on purpose: the message
// allows few changes, and a later state is worth one of them more than this one.
var ErrSpared = errors.New("left as it is: a later state is worth the change")

// ErrAsSent is a sender's word for a message it left as it is because it is set to: what
// lies between the first state and the last is not shown in place.
var ErrAsSent = errors.New("left as it is: messages are not changed in between")

// errFixed says that nothing on this channel can be changed.
var errFixed = errors.New("messages of this channel cannot be changed")

func misconfigured(err error) bool {
	v, _ := VerdictOf(err)
	return v == VerdictMisconfigured
}

// Refusal is a provider's "no" in the provider's own terms. Adapters wrap it in
// a verdict: notify.Permanent(&notify.Refusal{…}). It never holds a secret, a
// request body or a token.
type Refusal struct {
	// Code is the provider's code with the channel in front: "feishu.230013", "wecom.60020", "mail.550".
	Code string
	// Message is the provider's own text, shortened, with secrets taken out.
	Message string
	// RequestID is what the provider's support asks for.
	RequestID string
}

func (r *Refusal) Error() string {
	if r.Message == "" {
		return r.Code
	}
	return r.Code + ": " + r.Message
}
