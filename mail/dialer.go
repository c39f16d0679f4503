package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// What a server can lack that the configuration asks for.
var (
	errNoSTARTTLS = errors.New("the server offers no STARTTLS")
	errNoLogin    = errors.New("the server offers no way to sign in that we know")
	errPlainLogin = errors.New("the connection is not encrypted, so the password stays here")
)

// dialer opens connections that are ready for a mail.
type dialer struct {
	cfg  Config
	tls  *tls.Config
	desk *signInDesk
}

// dial connects, encrypts, greets and signs in. Its errors are *failure.
func (d dialer) dial(ctx context.Context) (*session, error) {
	came := d.desk.refusals()
	conn, err := d.connect(ctx)
	if err != nil {
		return nil, &failure{stage: stageDial, err: err}
	}
	s := &session{conn: conn}
	err = s.within(ctx, func() error { return d.begin(ctx, s, came) })
	if err != nil {
		_ = conn.Close() // go-mail's own dial leaves it open
		return nil, err
	}
	return s, nil
}

// begin goes from a bare connection to one that is signed in; came counts the refusals
// known when the dialing began.
func (d dialer) begin(ctx context.Context, s *session, came int) error {
	wire := s.conn
	if d.cfg.implicitTLS() {
		secure := tls.Client(s.conn, d.tls)
		err := step(ctx, "tls", func() (string, error) {
			err := secure.HandshakeContext(ctx)
			if err == nil {
				secured(ctx, secure.ConnectionState())
			}
			return "", err
		})
		if err != nil {
			return &failure{stage: stageTLS, err: err}
		}
		wire = secure
	}
	if err := d.greet(ctx, s, wire); err != nil {
		return err
	}
	if err := d.encrypt(ctx, s); err != nil {
		return &failure{stage: stageTLS, err: err}
	}
	if err := d.signIn(ctx, s, came); err != nil {
		return &failure{stage: stageAuth, err: err}
	}
	return nil
}

// greet hears the server's greeting and says ours.
func (d dialer) greet(ctx context.Context, s *session, wire net.Conn) error {
	err := step(ctx, "greeting", func() (_ string, err error) {
		s.smtp, err = smtp.NewClient(wire, d.cfg.Host)
		return "", err
	})
	if err != nil {
		return &failure{stage: stageGreeting, err: err}
	}
	err = step(ctx, "hello", func() (string, error) {
		name := helloName(s.conn)
		return "EHLO " + name, s.smtp.Hello(name)
	})
	if err != nil {
		return &failure{stage: stageHello, err: err}
	}
	return nil
}

// encrypt goes over to TLS where the configuration and the server want it.
func (d dialer) encrypt(ctx context.Context, s *session) error {
	if d.cfg.implicitTLS() || d.cfg.security() == None {
		return nil
	}
	offered, _ := s.smtp.Extension("STARTTLS")
	if !offered && d.cfg.security() != STARTTLS {
		return nil
	}
	return step(ctx, "tls", func() (string, error) {
		if !offered {
			return "", errNoSTARTTLS
		}
		err := s.smtp.StartTLS(d.tls)
		if state, ok := s.smtp.TLSConnectionState(); ok && err == nil {
			secured(ctx, state)
		}
		return "STARTTLS", err
	})
}

// signIn gives the credentials, if there are any, over TLS or to this machine only.
func (d dialer) signIn(ctx context.Context, s *session, came int) error {
	if !d.cfg.signsIn() {
		return nil
	}
	return step(ctx, "authenticate", func() (string, error) {
		if _, secure := s.smtp.TLSConnectionState(); !secure && (d.cfg.ProxyURL != "" || !isLocal(s.conn)) {
			return "", errPlainLogin
		}
		_, offered := s.smtp.Extension("AUTH")
		mechanism, auth := d.auth(strings.Fields(strings.ToUpper(offered)))
		if auth == nil {
			return "", errNoLogin
		}
		return mechanism, d.desk.signIn(ctx, came, func() error { return s.smtp.Auth(auth) })
	})
}

// auth picks a way to sign in. The plain ones come first: the line is safe, and
// every provider has them. go-mail would prefer NTLM, which needs a Windows domain.
func (d dialer) auth(offered []string) (mechanism string, auth smtp.Auth) {
	user, password, host := d.cfg.Username, d.cfg.Password, d.cfg.Host
	switch {
	case slices.Contains(offered, "PLAIN"):
		return "PLAIN", smtp.PlainAuth("", user, password, host, true)
	case slices.Contains(offered, "LOGIN"):
		return "LOGIN", smtp.LoginAuth(user, password, host, true)
	case slices.Contains(offered, "CRAM-MD5"):
		return "CRAM-MD5", smtp.CRAMMD5Auth(user, password)
	}
	return "", nil
}

func isLocal(conn net.Conn) bool {
	addr, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

// helloName is what we call ourselves: our host name when it is a full one, else our
// address in brackets (RFC 5321 4.1.4); strict servers refuse a bare "localhost".
func helloName(conn net.Conn) string {
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") {
		return name
	}
	addr, ok := conn.LocalAddr().(*net.TCPAddr)
	switch {
	case !ok:
		return "localhost"
	case addr.IP.To4() == nil:
		return fmt.Sprintf("[IPv6:%s]", addr.IP)
	}
	return fmt.Sprintf("[%s]", addr.IP)
}

// past is a deadline that is over.
func past() time.Time { return time.Unix(1, 0) }
