package notify

import (
	"errors"
	"net"
	"time"
)

// repeatWindow is how long a provider recognises a repeat by its key and shows the
// message once: Feishu an hour by uuid (feishu.md 5.1), WeCom half an hour by
// duplicate_check_interval (wecom.md 4). A mail server recognises none; the mail
// carries the same Message-ID, and its reader's program is the judge.
func repeatWindow(ch Channel) time.Duration {
	switch ch {
	case Feishu:
		return time.Hour
	case WeCom:
		return 30 * time.Minute
	default:
		return 0
	}
}

// reach is how far a message got that ended in an error.
type reach struct {
	sent bool // it may have been taken
	err  error
}

func (r *reach) Error() string { return r.err.Error() }
func (r *reach) Unwrap() error { return r.err }

// NotSent says that the message never left: what failed came before it, such as
// the fetching of a token.
func NotSent(err error) error { return reached(false, err) }

// MaybeSent says that the provider may have taken the message although its answer
// does not say so.
func MaybeSent(err error) error { return reached(true, err) }

func reached(sent bool, err error) error {
	if err == nil {
		return nil
	}
	return &reach{sent, err}
}

// Unknown reports whether nobody can tell if the provider took the message that ended in
// err: the provider did not answer, and the request may have reached it.
func Unknown(err error) bool {
	if v, _ := VerdictOf(err); err == nil || v != VerdictAgain {
		return false
	}
	if r, ok := errors.AsType[*reach](err); ok {
		return r.sent
	}
	if _, answered := errors.AsType[*Refusal](err); answered {
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	return true
}

// brokenWait is how long to wait when a repeat met the same within moments: connections
// break, and a mail that met two such shall not be late for it.
const brokenWait = 20 * time.Second

// doubtWait is how long at least to wait after one more attempt of which nobody can
// tell what came of it: each repeat may be one more message to read. Once the provider
// no longer remembers the key that is, but for the first time, as long as the doubt is
// old, so that a whole day of silence makes about a dozen.
func doubtWait(d Delivery, now time.Time) time.Duration {
	if !maybeTwice(d, now) {
		return 0
	}
	age := now.Sub(d.UnknownSince)
	if age < brokenWait {
		return brokenWait
	}
	return max(lastWait, age)
}

// maybeTwice reports whether a repeat made now may show the message a second time:
// an earlier attempt may have been taken, and the provider no longer remembers its key.
func maybeTwice(d Delivery, now time.Time) bool {
	return !d.UnknownSince.IsZero() && now.After(d.UnknownSince.Add(repeatWindow(d.Channel)))
}

// findsAgain reports whether sending d once more finds the message that may be out, so that
// it can be brought up to date, and shows no second one. Feishu knows a repeat by its key,
// whatever it says (feishu.md 5.1); to WeCom what reads otherwise is another message (wecom.md 4).
func (l *load) findsAgain(d Delivery) bool {
	_, changes := l.line.Sender.(Updater)
	return changes && d.Channel == Feishu && !d.UnknownSince.IsZero() && !maybeTwice(d, l.w.Now())
}
