package notify

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestHold is the longest wait that an answer over HTTP is believed.
const longestHold = time.Hour

// Between judges an answer over HTTP that is not the provider's own, said as why: a proxy
// or gateway in between gave it, or a service in trouble. Who is told to wait, with 429 or
// 503, leaves the channel alone for that long, for the next message would hear the same.
// Who is told yes, or that the gateway failed, may have been heard behind it.
func Between(status int, h http.Header, why *Refusal) error {
	wait, told := RetryAfter(h)
	switch {
	case told && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable):
		return Hold(wait, why)
	case mayBeHandedOn(status):
		return MaybeSent(why)
	}
	return why
}

// mayBeHandedOn reports whether a request that got this status may have been carried out: a
// yes may cover one of the provider's, 502 and 504 are said of what stands behind, 500 and what
// nobody knows by anybody on the way (RFC 9110, 15.6). The others say that it was not.
func mayBeHandedOn(status int) bool {
	switch status {
	case http.StatusNotImplemented, http.StatusServiceUnavailable, http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
		return false
	}
	return status < http.StatusMultipleChoices || status >= http.StatusInternalServerError
}

// RetryAfter returns for how long an answer asks to be left alone, at most an hour; ok is
// false when it does not say so, or nonsense. A moment counts from when the answer was
// made, by the clock of whoever made it (RFC 9110, 10.2.3).
func RetryAfter(h http.Header) (wait time.Duration, ok bool) {
	said := strings.TrimSpace(h.Get("Retry-After"))
	seconds, err := strconv.ParseUint(said, 10, 31)
	wait = time.Duration(seconds) * time.Second
	if err != nil {
		made, notMade := http.ParseTime(h.Get("Date"))
		until, notUntil := http.ParseTime(said)
		if notMade != nil || notUntil != nil {
			return 0, false
		}
		wait = until.Sub(made)
	}
	return min(wait, longestHold), wait > 0
}
