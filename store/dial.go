package store

import (
	"net"
	"time"
)

// How long the system waits for the other end of a connection to PostgreSQL before it
// gives it up: when the connection rests, about as long as when something was sent.
const (
	restingTime  = 10 * time.Second // after which it asks whether anybody is there
	askAgainTime = 5 * time.Second
	maxAsks      = 4
	deafTime     = 30 * time.Second
)

// dialer makes connections that end when the other end is gone without a word, as when a
// cable is pulled or a machine dies: left to itself, the system finds out after a quarter
// of an hour, or never.
func dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{
		Timeout:         timeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: restingTime, Interval: askAgainTime, Count: maxAsks},
		Control:         endWhenDeaf,
	}
}
