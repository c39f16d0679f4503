package smtp

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestAnAcceptedMailIsOnTheDevice(t *testing.T) {
	h := open(t, nil)
	c := h.greeted(t)
	c.send(250, plainMail())
	c.say(221, "QUIT")
	got := h.messages()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want 1", len(got))
	}
	m := got[0]
	if m.Channel != "mail" || m.ID != "1@corp.example" || m.To != "lisi@corp.example" || m.Person != "lisi" || m.Kind != "mail" {
		t.Errorf("got message %+v, want lisi's mail 1@corp.example", m)
	}
	if want := "Hello\nSee https://sqle.example.com/1024."; strings.TrimSpace(m.Text) != want {
		t.Errorf("got text %q, want %q", m.Text, want)
	}
}

func TestOneConnectionCarriesManyMails(t *testing.T) {
	h := open(t, nil)
	c := h.greeted(t)
	for range 3 {
		c.send(250, plainMail())
	}
	if got := len(h.messages()); got != 3 {
		t.Errorf("got %d messages, want 3", got)
	}
	if got := h.Connections(); got != 1 {
		t.Errorf("got %d connections, want 1", got)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	h := open(t, nil)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			if err := smtp.SendMail(h.Addr(), nil, "bell@corp.example", []string{"lisi@corp.example"}, []byte(plainMail())); err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	clients.Wait()
	if got := len(h.messages()); got != 8 {
		t.Errorf("got %d messages, want 8", got)
	}
}

func TestAStrangerHasNoMailbox(t *testing.T) {
	h := open(t, nil)
	c := h.greeted(t)
	c.say(250, "MAIL FROM:<bell@corp.example>")
	c.say(550, "RCPT TO:<stranger@corp.example>")
	c.say(503, "DATA")
	c.send(250, plainMail())
}

func TestSigningIn(t *testing.T) {
	code := base64.StdEncoding.EncodeToString
	plain := func(password string) string { return code([]byte("\x00bell\x00" + password)) }
	for _, tc := range []struct {
		name string
		talk func(c *client)
		want int // of the MAIL after it
	}{
		{"not at all", func(*client) {}, 530},
		{"PLAIN", func(c *client) { c.say(235, "AUTH PLAIN "+plain("right")) }, 250},
		{"PLAIN in two lines", func(c *client) { c.say(334, "AUTH PLAIN"); c.say(235, plain("right")) }, 250},
		{"PLAIN with a wrong password", func(c *client) { c.say(535, "AUTH PLAIN "+plain("wrong")) }, 530},
		{"LOGIN", func(c *client) {
			c.say(334, "AUTH LOGIN")
			c.say(334, code([]byte("bell")))
			c.say(235, code([]byte("right")))
		}, 250},
		{"LOGIN as somebody else", func(c *client) {
			c.say(334, "AUTH LOGIN")
			c.say(334, code([]byte("mallory")))
			c.say(535, code([]byte("right")))
		}, 530},
		{"CRAM-MD5", func(c *client) { c.say(235, cram(c, "right")) }, 250},
		{"CRAM-MD5 with a wrong password", func(c *client) { c.say(535, cram(c, "wrong")) }, 530},
		{"an unknown mechanism", func(c *client) { c.say(504, "AUTH XYZ") }, 530},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t, func(cfg *Config) { cfg.Username, cfg.Password = "bell", "right" })
			c := h.greeted(t)
			tc.talk(c)
			c.say(tc.want, "MAIL FROM:<bell@corp.example>")
		})
	}
}

// cram asks for a challenge and returns the answer to it.
func cram(c *client, password string) string {
	challenge, err := base64.StdEncoding.DecodeString(c.say(334, "AUTH CRAM-MD5"))
	if err != nil {
		c.t.Fatal(err)
	}
	mac := hmac.New(md5.New, []byte(password))
	mac.Write(challenge)
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "bell %x", mac.Sum(nil)))
}

func TestSTARTTLSComesBeforeSigningIn(t *testing.T) {
	h := open(t, func(cfg *Config) { cfg.TLS, cfg.Username, cfg.Password = certificate(t), "bell", "right" })
	c := h.connect(t)
	c.expect(220)
	if offer := c.say(250, "EHLO test.example"); !strings.Contains(offer, "STARTTLS") || strings.Contains(offer, "AUTH") {
		t.Errorf("got offer %q, want STARTTLS and no AUTH", offer)
	}
	c.say(530, "AUTH PLAIN AGJlbGwAcmlnaHQ=")
	c.say(530, "MAIL FROM:<bell@corp.example>")
	c.say(220, "STARTTLS")
	c = c.encrypt()
	if offer := c.say(250, "EHLO test.example"); strings.Contains(offer, "STARTTLS") || !strings.Contains(offer, "AUTH") {
		t.Errorf("got offer %q, want AUTH and no STARTTLS", offer)
	}
	c.say(503, "STARTTLS")
	c.say(235, "AUTH PLAIN AGJlbGwAcmlnaHQ=")
	c.send(250, plainMail())
}

func TestAServerWithoutTLSOffersNone(t *testing.T) {
	h := open(t, nil)
	h.greeted(t).say(502, "STARTTLS")
}

func TestImplicitTLSFromTheFirstByte(t *testing.T) {
	h := open(t, func(cfg *Config) { cfg.TLS, cfg.ImplicitTLS = certificate(t), true })
	c := h.connect(t).encrypt()
	c.expect(220)
	c.say(250, "EHLO test.example")
	c.send(250, plainMail())

	if _, err := Listen(Config{Addr: "127.0.0.1:0", ImplicitTLS: true}); err == nil {
		t.Error("got a server with implicit TLS and no certificate, want an error")
	}
}

func TestStrictLines(t *testing.T) {
	h := open(t, nil)
	c := h.greeted(t)
	if _, err := c.conn.Write([]byte("NOOP\n")); err != nil {
		t.Fatal(err)
	}
	c.expect(500)
	c.say(501, "EHLO %s%n")
	c.say(250, "NOOP")
}

func TestHangUpCutsIdleConnections(t *testing.T) {
	h := open(t, nil)
	c := h.greeted(t)
	h.HangUp()
	c.gone()
	h.greeted(t).send(250, plainMail())
}

func TestCloseWaitsForEverything(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := open(t, nil)
	busy := h.greeted(t)
	busy.say(250, "MAIL FROM:<bell@corp.example>")
	h.greeted(t)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	busy.gone()
	if conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", h.Addr()); err == nil {
		_ = conn.Close()
		t.Error("got a connection to a closed server, want none")
	}
}
