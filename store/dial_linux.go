package store

import (
	"errors"
	"strings"
	"syscall"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7), which package syscall leaves out: for how
// many milliseconds what was sent may stay unanswered.
const tcpUserTimeout = 18

// endWhenDeaf has the connection end when nobody acknowledges for [deafTime] what is sent.
func endWhenDeaf(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(deafTime.Milliseconds()))
	})
	return errors.Join(err, failed)
}
