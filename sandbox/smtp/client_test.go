package smtp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"ticketbell/sandbox"
)

// house is a running mailbox with what stands around it.
type house struct {
	*Server
	box    *sandbox.Box
	faults *sandbox.Faults
}

// open starts a mailbox where only lisi works.
func open(t *testing.T, change func(*Config)) *house {
	t.Helper()
	h := &house{box: sandbox.NewBox(time.Now), faults: sandbox.NewFaults()}
	cfg := Config{
		Addr: "127.0.0.1:0", Box: h.box, Faults: h.faults,
		Directory: sandbox.NewDirectory(false, sandbox.Person{Username: "lisi", Email: "lisi@corp.example"}),
	}
	if change != nil {
		change(&cfg)
	}
	s, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

// messages returns what all devices show.
func (h *house) messages() []sandbox.Message {
	return h.box.Messages(func(sandbox.Message) bool { return true })
}

// client speaks SMTP by hand.
type client struct {
	t    *testing.T
	conn net.Conn
	*textproto.Conn
}

// connect opens a connection without reading the greeting.
func (h *house) connect(t *testing.T) *client {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", h.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return wrap(t, conn)
}

// greeting returns the server's first line; a refusal shows while connecting or after it.
func (h *house) greeting(t *testing.T) (string, error) {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", h.Addr())
	if err != nil {
		return "", err
	}
	return wrap(t, conn).ReadLine()
}

func wrap(t *testing.T, conn net.Conn) *client {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, conn: conn, Conn: textproto.NewConn(conn)}
	t.Cleanup(func() { _ = c.Conn.Close() })
	return c
}

// greeted opens a connection and says EHLO.
func (h *house) greeted(t *testing.T) *client {
	t.Helper()
	c := h.connect(t)
	c.expect(220)
	c.say(250, "EHLO test.example")
	return c
}

// expect reads a reply and returns its text.
func (c *client) expect(code int) string {
	c.t.Helper()
	_, text, err := c.ReadResponse(code)
	if err != nil {
		c.t.Fatalf("got %v, want %d", err, code)
	}
	return text
}

// say sends a line and returns the text of the reply.
func (c *client) say(code int, line string) string {
	c.t.Helper()
	if err := c.PrintfLine("%s", line); err != nil {
		c.t.Fatal(err)
	}
	return c.expect(code)
}

// send goes through a whole mail to lisi and expects code at its end.
func (c *client) send(code int, mail string) {
	c.t.Helper()
	c.say(250, "MAIL FROM:<bell@corp.example>")
	c.say(250, "RCPT TO:<LiSi@corp.example>")
	c.say(354, "DATA")
	if _, err := c.conn.Write([]byte(mail + "\r\n.\r\n")); err != nil {
		c.t.Fatal(err)
	}
	c.expect(code)
}

// gone expects that the server hangs up.
func (c *client) gone() {
	c.t.Helper()
	if line, err := c.ReadLine(); err == nil {
		c.t.Fatalf("got %q, want the end of the connection", line)
	}
}

// encrypt goes over to TLS.
func (c *client) encrypt() *client {
	c.t.Helper()
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true}) // the certificate is not what is tested here
	if err := conn.HandshakeContext(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	return wrap(c.t, conn)
}

// crlf writes a mail with the line endings of the wire.
func crlf(lines ...string) string { return strings.Join(lines, "\r\n") }

func plainMail() string {
	return crlf(
		"Date: Thu, 01 Oct 2026 10:00:00 +0800", "From: bell@corp.example", "To: lisi@corp.example",
		"Message-ID: <1@corp.example>", "Subject: Hello", "", "See https://sqle.example.com/1024.")
}

// certificate makes a server certificate for 127.0.0.1.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}
