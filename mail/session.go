package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// errNoUTF8 says that a server takes no mail to somebody whose name has other letters in it.
var errNoUTF8 = errors.New("the server takes no addresses with letters outside ASCII before the @ (SMTPUTF8)")

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

// send hands a mail over and returns the server's last word, which usually holds its
// queue id. The server has to take all of it in a hurry; once it has, it may think it
// over for as long as patience lasts. Errors are *failure.
func (s *session) send(ctx context.Context, source []byte, hurry, patience time.Duration) (reply string, err error) {
	err = step(ctx, "send", func() (string, error) {
		if err := s.write(ctx, source, hurry); err != nil {
			return "", err
		}
		reply, err = s.end(ctx, patience)
		return shorten(reply), err
	})
	return reply, err
}

// write sends the mail itself. After a refusal here the connection is not used
// again: some servers go on reading the rest as commands (libraries.md on 552).
func (s *session) write(ctx context.Context, source []byte, hurry time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, hurry)
	defer cancel()
	s.broken = true
	err := s.within(ctx, func() error { return data(s.smtp.Text, source) })
	if err == nil {
		err = ctx.Err() // too late for the final dot: the connection is closing
	}
	if err != nil {
		return &failure{stage: stageData, err: err}
	}
	return nil
}

// data asks to send a mail and sends all of it but the final dot (RFC 5321 4.1.1.4). The
// library's own way looks at every byte for a dot it has to double.
func data(text *textproto.Conn, source []byte) error {
	id, err := text.Cmd("DATA")
	if err != nil {
		return err
	}
	text.StartResponse(id)
	_, _, err = text.ReadResponse(354)
	text.EndResponse(id)
	if err != nil {
		return err
	}
	_, err = text.W.Write(dotted(source))
	return err
}

// dotted is source, whose lines end in CRLF, as it goes over the wire: a dot that begins
// a line is doubled (RFC 5321 4.5.2).
func dotted(source []byte) []byte {
	if bytes.HasPrefix(source, []byte(".")) {
		source = append([]byte("."), source...)
	}
	if bytes.Contains(source, []byte("\r\n.")) {
		source = bytes.ReplaceAll(source, []byte("\r\n."), []byte("\r\n.."))
	}
	return source
}

// end sends the final dot. From here on the mail may have been taken, whatever comes
// of it: 250 is the word for that, but the first digit counts (RFC 5321 4.2.1).
func (s *session) end(ctx context.Context, patience time.Duration) (reply string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = s.within(ctx, func() error {
		unwritten := s.smtp.Text.PrintfLine(".")
		_, reply, err = s.smtp.Text.ReadResponse(2)
		if _, refused := errors.AsType[*textproto.Error](err); err == nil || refused {
			return err // a server that hangs up in the middle of a mail may have said why
		}
		return errors.Join(unwritten, err)
	})
	if err != nil {
		return "", &failure{stage: stageEnd, err: err}
	}
	s.broken = ctx.Err() != nil
	return reply, nil
}

// announce names sender and receiver in time. Its errors are *failure.
func (s *session) announce(ctx context.Context, l letter) error {
	return s.within(ctx, func() error { return s.open(ctx, l) })
}

// open names sender and receiver. A receiver who is refused leaves the connection as
// good as new.
func (s *session) open(ctx context.Context, l letter) error {
	if known, _ := s.smtp.Extension("SMTPUTF8"); !known && !isASCII(l.to) {
		return &failure{stage: stageTo, err: errNoUTF8}
	}
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

// quit says goodbye and closes.
func (s *session) quit() {
	_ = s.conn.SetDeadline(time.Now().Add(goodbye))
	_ = s.smtp.Quit()
	_ = s.conn.Close()
}
