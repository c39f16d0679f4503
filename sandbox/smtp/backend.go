package smtp

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 is made of it, and nothing here rests on CRAM-MD5
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mhale/smtpd"

	"ticketbell/sandbox"
)

// hostname is what the server calls itself.
const hostname = "mail.sandbox.example"

// idle is how long a client may stay silent (RFC 5321 4.5.3.2 asks for five minutes).
const idle = 5 * time.Minute

// backend is smtpd with its hooks: it keeps the order of the commands, checks
// credentials and receivers and takes the mail in.
type backend struct {
	cfg     Config
	pipes   *pipes
	serving sync.WaitGroup
	queued  atomic.Int64
}

// newBackend starts smtpd on pipes. Every field smtpd would guess is set: without
// MaxRecipients its sessions race for the default, without DisableReverseDNS each
// connection asks the resolver (libraries.md).
func newBackend(cfg Config) *backend {
	b := &backend{cfg: cfg, pipes: newPipes()}
	server := &smtpd.Server{
		Appname:           "ticketbell-sandbox",
		Hostname:          hostname,
		DisableReverseDNS: true,
		MaxRecipients:     100,
		HandlerRcpt:       b.knows,
		MsgIDHandler:      b.take,
	}
	if cfg.Username != "" {
		server.AuthHandler = b.signIn
		server.AuthRequired = true
		// Where TLS is to be had, the session in front insists on it before AUTH.
		server.AuthMechs = map[string]bool{"PLAIN": true, "LOGIN": true, "CRAM-MD5": true}
	}
	b.serving.Go(func() { _ = server.Serve(b.pipes) })
	return b
}

// close waits for every handler. The sessions in front have ended by then.
func (b *backend) close() {
	_ = b.pipes.Close()
	b.serving.Wait()
	b.pipes.serving.Wait()
}

func (b *backend) knows(_ net.Addr, _, to string) bool {
	_, ok := b.cfg.Directory.ByEmail(to)
	return ok
}

func (b *backend) signIn(_ net.Addr, mechanism string, username, password, shared []byte) (bool, error) {
	want := []byte(b.cfg.Password)
	if mechanism == "CRAM-MD5" {
		mac := hmac.New(md5.New, want)
		mac.Write(shared)
		want = []byte(hex.EncodeToString(mac.Sum(nil)))
	}
	sameName := subtle.ConstantTimeCompare(username, []byte(b.cfg.Username))
	return sameName&subtle.ConstantTimeCompare(password, want) == 1, nil
}

// take stores a mail on the device of each receiver and returns its queue id. Its
// errors are replies; they hold no % because smtpd formats them once more.
func (b *backend) take(_ net.Addr, from string, to []string, data []byte) (string, error) {
	if name, ok := b.cfg.Faults.Take(Channel, spam, tooLarge); ok {
		return "", errors.New(replyOf(name))
	}
	m, err := parse(data)
	if err != nil {
		return "", errors.New("550 5.6.0 " + strings.ReplaceAll(err.Error(), "%", ""))
	}
	for _, address := range to {
		b.cfg.Box.Put(b.message(m, from, strings.ToLower(address)))
	}
	return fmt.Sprintf("SBX%06d", b.queued.Add(1)), nil
}

func (b *backend) message(m *parsed, from, to string) sandbox.Message {
	person, _ := b.cfg.Directory.ByEmail(to)
	shown := sandbox.Message{
		Channel: Channel, ID: m.id, To: to, Person: person.Username, Kind: "mail",
		Title: m.subject, Text: m.readable(), Payload: m.payload(from, b.cfg.TextOnly),
	}
	if !b.cfg.TextOnly {
		shown.Links, shown.Buttons = m.links(), m.buttons()
	}
	return shown
}
