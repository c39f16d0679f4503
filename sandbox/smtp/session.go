package smtp

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
)

// maxLine is the longest line a session reads, far above the 1,000 bytes a mail may
// have, so that the mail is refused in words.
const maxLine = 64 << 10

// passAtOnce is how much of a mail is passed on at once: a pipe keeps its writer
// waiting for its reader.
const passAtOnce = 8 << 10

// errOver ends a session.
var errOver = errors.New("session over")

// session is one client's conversation: it reads the client's lines, answers some
// itself and passes the others to smtpd.
type session struct {
	server *Server
	raw    net.Conn // the client's connection below TLS
	secure bool

	client net.Conn // raw, or TLS over it
	in     *bufio.Reader

	back  net.Conn // the line to smtpd
	reply *bufio.Reader
}

func newSession(s *Server, conn net.Conn) *session {
	return &session{server: s, raw: conn, client: conn, in: bufio.NewReaderSize(conn, maxLine)}
}

// cut breaks the connection at once, from any goroutine.
func (s *session) cut() { _ = s.raw.Close() }

// end closes both sides.
func (s *session) end() {
	_ = s.client.Close()
	if s.back != nil {
		_ = s.back.Close()
	}
}

func (s *session) serve() {
	if s.greet() != nil {
		return
	}
	for {
		line, err := s.readLine()
		if err != nil || s.command(string(line)) != nil {
			return
		}
	}
}

func (s *session) greet() error {
	if s.server.cfg.ImplicitTLS {
		if err := s.encrypt(); err != nil {
			return err
		}
	}
	if name, ok := s.server.cfg.Faults.Take(Channel, unavailable); ok {
		return s.sayLast(replyOf(name))
	}
	back, err := s.server.backend.pipes.dial()
	if err != nil {
		return err
	}
	s.back, s.reply = back, bufio.NewReader(back)
	_, err = s.relay()
	return err
}

func (s *session) command(line string) error {
	verb := verbOf(line)
	if name, ok := s.server.cfg.Faults.Take(Channel, faultsAt(verb)...); ok {
		return s.strike(name)
	}
	switch {
	case !strings.HasSuffix(line, "\r\n"):
		return s.say("500 5.5.2 A line ends with CR LF")
	case (verb == "EHLO" || verb == "HELO") && strings.Contains(line, "%"):
		return s.say("501 5.5.4 Not a host name") // smtpd would take it for a format
	case s.mustEncrypt(verb):
		return s.say("530 5.7.0 Must issue a STARTTLS command first")
	}
	return s.carryOut(verb, line)
}

func (s *session) carryOut(verb, line string) error {
	switch verb {
	case "STARTTLS":
		return s.startTLS()
	case "EHLO":
		return s.hello(line)
	case "AUTH":
		return s.signIn(line)
	case "DATA":
		return s.data(line)
	}
	_, err := s.forward(line)
	if verb == "QUIT" {
		return errOver
	}
	return err
}

// strike lets a fault happen instead of a command.
func (s *session) strike(name string) error {
	switch name {
	case refused:
		return errOver
	case timeout:
		_, _ = io.Copy(io.Discard, s.in) // until the client leaves or the server closes
		return errOver
	case unavailable:
		return s.sayLast(replyOf(name))
	}
	return s.say(replyOf(name))
}

// signIn passes AUTH on, with the client's answers to the challenges of smtpd.
func (s *session) signIn(line string) error {
	for {
		code, err := s.forward(line)
		if err != nil || code != "334" {
			return err
		}
		answer, err := s.readLine()
		if err != nil {
			return err
		}
		line = string(answer)
	}
}

// data passes a mail on.
func (s *session) data(line string) error {
	code, err := s.forward(line)
	if err != nil || code != "354" {
		return err
	}
	if err := s.passMail(); err != nil {
		return err
	}
	lines, err := readReply(s.reply)
	if err != nil {
		return err
	}
	if strings.HasPrefix(lines[0], "250") {
		if _, ok := s.server.cfg.Faults.Take(Channel, dropAfterData); ok {
			return errOver
		}
	}
	return s.say(lines...)
}

// passMail hands lines to smtpd up to the dot. It ends a mail exactly where smtpd
// does, so that both stay in step.
func (s *session) passMail() error {
	on := bufio.NewWriterSize(s.back, passAtOnce)
	for {
		line, err := s.readLine()
		if err != nil {
			return err
		}
		if _, err := on.Write(line); err != nil {
			return err
		}
		if string(line) == ".\r\n" {
			return on.Flush()
		}
	}
}
