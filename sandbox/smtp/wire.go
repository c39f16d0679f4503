package smtp

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// readLine returns the client's next line with its ending; it is valid until the next call.
func (s *session) readLine() ([]byte, error) {
	if s.in.Buffered() == 0 {
		_ = s.raw.SetReadDeadline(time.Now().Add(idle))
	}
	return s.in.ReadSlice('\n')
}

// forward passes a line to smtpd and its reply to the client; it returns the reply's code.
func (s *session) forward(line string) (code string, err error) {
	if _, err := io.WriteString(s.back, line); err != nil {
		return "", err
	}
	return s.relay()
}

func (s *session) relay() (code string, err error) {
	lines, err := readReply(s.reply)
	if err != nil {
		return "", err
	}
	return lines[0][:3], s.say(lines...)
}

// ask sends a line to smtpd and keeps the reply from the client.
func (s *session) ask(line string) ([]string, error) {
	if _, err := io.WriteString(s.back, line); err != nil {
		return nil, err
	}
	return readReply(s.reply)
}

// say sends one reply to the client.
func (s *session) say(lines ...string) error {
	if _, ok := s.server.cfg.Faults.Take(Channel, slow); ok {
		if err := s.wait(s.server.cfg.Slow); err != nil {
			return err
		}
	}
	_ = s.raw.SetWriteDeadline(time.Now().Add(idle))
	_, err := io.WriteString(s.client, strings.Join(lines, "\r\n")+"\r\n")
	return err
}

// sayLast sends a reply after which the server hangs up.
func (s *session) sayLast(line string) error {
	if err := s.say(line); err != nil {
		return err
	}
	return errOver
}

// wait passes d, or less when the server closes.
func (s *session) wait(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.server.closing:
		return errOver
	}
}

// verbOf returns the command of a line in capitals.
func verbOf(line string) string {
	verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return strings.ToUpper(verb)
}

// readReply reads one reply, which may have many lines: "250-…" up to "250 …".
// The lines come without their ending, each at least four characters long.
func readReply(r *bufio.Reader) ([]string, error) {
	var lines []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		if len(line) < 4 {
			return nil, fmt.Errorf("reply %q is too short", line)
		}
		lines = append(lines, line)
		if line[3] != '-' {
			return lines, nil
		}
	}
}
