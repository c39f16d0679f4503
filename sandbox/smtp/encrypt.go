package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"strings"
)

// mustEncrypt reports whether the server, by its policy, takes the command under TLS only.
func (s *session) mustEncrypt(verb string) bool {
	cfg := s.server.cfg
	return cfg.TLS != nil && cfg.Username != "" && !s.secure && (verb == "AUTH" || verb == "MAIL")
}

// hello passes EHLO on and puts right what the answer says about STARTTLS and AUTH,
// for smtpd does not know of the TLS in front of it.
func (s *session) hello(line string) error {
	lines, err := s.ask(line)
	if err != nil {
		return err
	}
	kept := lines[:1:1]
	if s.server.cfg.TLS != nil && !s.secure {
		kept = append(kept, "250-STARTTLS")
	}
	for _, l := range lines[1:] {
		if !strings.HasPrefix(l[4:], "AUTH ") || !s.mustEncrypt("AUTH") {
			kept = append(kept, l)
		}
	}
	return s.say(kept...)
}

func (s *session) startTLS() error {
	switch {
	case s.server.cfg.TLS == nil:
		return s.say("502 5.5.1 Command not implemented")
	case s.secure:
		return s.say("503 5.5.1 TLS is in use already")
	}
	if err := s.say("220 2.0.0 Ready to start TLS"); err != nil {
		return err
	}
	if err := s.encrypt(); err != nil {
		return err
	}
	_, err := s.ask("RSET\r\n") // RFC 3207: forget what was said in the clear
	return err
}

// encrypt goes over to TLS. What the client sent too early is dropped with the old reader.
func (s *session) encrypt() error {
	conn := tls.Server(s.raw, s.server.cfg.TLS)
	ctx, cancel := context.WithTimeout(context.Background(), idle)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	s.client, s.in, s.secure = conn, bufio.NewReaderSize(conn, maxLine), true
	return nil
}
