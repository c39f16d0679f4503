package mail

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// goodbye is how long a server gets to answer QUIT.
const goodbye = time.Second

// session is one connection that is signed in. One goroutine uses it at a time.
type session struct {
	conn  net.Conn // below TLS
	smtp  *smtp.Client
	timer *time.Timer // ends its rest in the pool
	// broken is true when no further mail can go this way.
	broken bool
}

// within runs talk, and breaks the connection when ctx ends first.
func (s *session) within(ctx context.Context, talk func() error) error {
	stop := context.AfterFunc(ctx, func() { _ = s.conn.SetDeadline(past()) })
	err := talk()
	if !stop() {
		s.broken = true
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// send hands l over and returns the server's last word, which usually holds its
// queue id. Its errors are *failure.
func (s *session) send(ctx context.Context, l letter) (reply string, err error) {
	err = s.within(ctx, func() error {
		if err := s.open(ctx, l); err != nil {
			return err
		}
		return step(ctx, "send", func() (string, error) {
			reply, err = s.handOver(l.source)
			return shorten(reply), err
		})
	})
	return reply, err
}

// open names sender and receiver. A receiver who is refused leaves the connection as
// good as new.
func (s *session) open(ctx context.Context, l letter) error {
	s.smtp.SkipSMTPUTF8(!l.utf8) // asked for without need, the next server may refuse the mail
	err := step(ctx, "sender", func() (string, error) { return "MAIL FROM " + l.from, s.smtp.Mail("<" + l.from + ">") })
	if err != nil {
		s.broken = true
		return &failure{stage: stageFrom, err: err}
	}
	err = step(ctx, "receiver", func() (string, error) { return "RCPT TO", s.smtp.Rcpt("<" + l.to + ">") })
	if err != nil {
		s.broken = s.smtp.Reset() != nil
		return &failure{stage: stageTo, err: err}
	}
	return nil
}

// handOver sends the mail itself. After a refusal here the connection is not used
// again: some servers go on reading the rest as commands (libraries.md on 552).
func (s *session) handOver(source []byte) (reply string, err error) {
	s.broken = true
	w, err := s.smtp.Data()
	if err != nil {
		return "", &failure{stage: stageData, err: err}
	}
	if _, err := w.Write(source); err != nil {
		return "", &failure{stage: stageData, err: err}
	}
	if err := w.Close(); err != nil {
		return "", &failure{stage: stageEnd, err: err}
	}
	s.broken = false
	if d, ok := w.(*smtp.DataCloser); ok {
		reply = d.ServerResponse()
	}
	return reply, nil
}

// quit says goodbye and closes.
func (s *session) quit() {
	_ = s.conn.SetDeadline(time.Now().Add(goodbye))
	_ = s.smtp.Quit()
	_ = s.conn.Close()
}
