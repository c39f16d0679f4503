package notify

import (
	"errors"
	"net"
	"time"
)

// repeatWindow is how long a provider recognises a repeat by its key and shows the
// message once: Feishu an hour by uuid (feishu.md 5.1), WeCom half an hour by
// duplicate_check_interval (wecom.md 4). A mail carries its Message-ID for good, and
// its reader's program is the judge.
func repeatWindow(ch Channel) (window time.Duration, bounded bool) {
	switch ch {
	case Feishu:
		return time.Hour, true
	case WeCom:
		return 30 * time.Minute, true
	default:
		return 0, false
	}
}

// unknown reports whether nobody can tell if the provider took the message: the
// provider did not answer, and the request may have reached it.
func unknown(err error) bool {
	if v, _ := VerdictOf(err); err == nil || v != VerdictAgain {
		return false
	}
	if _, answered := errors.AsType[*Refusal](err); answered {
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	return true
}

// maybeTwice reports whether a repeat made now may show the message a second time:
// an earlier attempt may have been taken, and the provider no longer remembers its key.
func maybeTwice(d Delivery, now time.Time) bool {
	window, bounded := repeatWindow(d.Channel)
	return bounded && !d.UnknownSince.IsZero() && now.After(d.UnknownSince.Add(window))
}
