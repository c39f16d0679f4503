package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"ticketbell/cards"
	"ticketbell/notify"
)

// letter is a mail ready to be handed over.
type letter struct {
	id       string // Message-ID without its brackets
	from, to string // the envelope
	utf8     bool   // an address needs SMTPUTF8
	source   []byte
	release  func() // source is not looked at any more
}

// usualSource is how many bytes most mails have at most.
const usualSource = 16 << 10

// newSheets keeps what mails were written on for the next ones.
func newSheets() *sync.Pool {
	return &sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, usualSource)) }}
}

// sheet is an empty one of them.
func (m *Mailer) sheet() *bytes.Buffer {
	sheet, _ := m.sheets.Get().(*bytes.Buffer)
	sheet.Reset()
	return sheet
}

// compose writes msg to one recipient. It is encoded in base64, which takes a third of
// the time quoted-printable does, on both ends, and in which Chinese text is shorter. It fails only on an address that is none. The
// caller releases the letter.
func (m *Mailer) compose(msg notify.Message, to notify.Recipient) (letter, error) {
	receiver, err := bareAddress(to.Address)
	if err != nil {
		return letter{}, fmt.Errorf("%q is not an e-mail address", to.Address)
	}
	sender, err := bareAddress(m.cfg.sender())
	if err != nil {
		return letter{}, fmt.Errorf("the sender's %q is not an e-mail address", m.cfg.sender())
	}
	l := letter{id: m.id(to.Key), from: sender, to: receiver}
	l.utf8 = !isASCII(l.from + l.to)

	mail := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent(),
		gomail.WithBoundary("tb-"+digest("boundary", to.Key)))
	setSender(mail, m.cfg.FromName, l.from)
	mail.SetGenHeaderPreformatted("To", "<"+l.to+">")
	setSubject(mail, subject(msg.Card, msg.Language))
	m.head(mail, l.id, msg.Thread)
	m.body(mail, msg.Card, msg.Language)
	source := m.sheet()
	l.release = func() { m.sheets.Put(source) }
	if _, err := mail.WriteTo(source); err != nil {
		l.release()
		return letter{}, fmt.Errorf("write mail: %w", err)
	}
	l.source = source.Bytes()
	return l, nil
}

// Draw returns the mail that would be sent for msg, to nobody.
func Draw(c Config, msg notify.Message) (string, error) {
	if c.sender() == "" {
		c.From = nobody
	}
	m := &Mailer{cfg: c, now: time.Now, sheets: newSheets()}
	l, err := m.compose(msg, notify.Recipient{Key: msg.Notice, Address: nobody})
	if err != nil {
		return "", err
	}
	defer l.release()
	return string(l.source), nil
}

// nobody's address is one that no mail reaches (RFC 6761).
const nobody = "reader@ticketbell.invalid"

// head sets the headers that make a notice of a machine: it is never answered
// automatically, and the mails of one ticket stand together (ux.md 3.6).
func (m *Mailer) head(mail *gomail.Msg, id, thread string) {
	root := "<" + m.threadID(thread) + ">"
	mail.SetDateWithValue(m.now())
	mail.SetMessageIDWithValue(id)
	mail.SetGenHeader(gomail.HeaderReferences, root)
	mail.SetGenHeader(gomail.HeaderInReplyTo, root)
	mail.SetGenHeader("Auto-Submitted", "auto-generated")
	mail.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	mail.SetGenHeader("List-Id", "<ticketbell."+m.domain()+">")
}

// body sets both faces of the mail: plain text first, as the plainer one comes first.
func (m *Mailer) body(mail *gomail.Msg, c cards.Card, lang cards.Language) {
	mail.SetBodyString(gomail.TypeTextPlain, textOf(c, lang))
	mail.AddAlternativeWriter(gomail.TypeTextHTML, func(w io.Writer) (int64, error) {
		page := m.sheet() // a template writes word by word, and w encodes each by itself
		defer m.sheets.Put(page)
		if err := writePage(page, c, lang); err != nil {
			return 0, err
		}
		return page.WriteTo(w)
	})
}

// subject is the line in the list of mails: [待审核] 订单表加索引 #1024 · 支付中心.
// A card that speaks of several tickets has no number: [合并通知] 工单变更：12.
func subject(c cards.Card, lang cards.Language) string {
	if c.Subtitle() == "" {
		return oneLine("[" + c.Chip.In(lang) + "] " + c.Title().In(lang))
	}
	return oneLine("[" + c.Chip.In(lang) + "] " + c.Subject + " " + c.Subtitle())
}

// textOf is the plain-text face. The decisions of a card cannot be taken from a mail.
func textOf(c cards.Card, lang cards.Language) string { return viewOnly(c).Plain(lang) }

func viewOnly(c cards.Card) cards.Card {
	var buttons []cards.Button
	for _, b := range c.Buttons {
		if b.Action == cards.View {
			buttons = append(buttons, b)
		}
	}
	c.Buttons = buttons
	return c
}

// id returns the Message-ID of a delivery: the same on every attempt, so that a mail
// that arrived although we never heard so can be recognised.
func (m *Mailer) id(key string) string { return digest("message", key) + "@" + m.domain() }

// threadID names a mail that was never sent; every mail of the ticket answers it.
func (m *Mailer) threadID(thread string) string { return digest("thread", thread) + "@" + m.domain() }

// domain is the sender's, so that our ids are unique in the world.
func (m *Mailer) domain() string {
	_, domain, _ := strings.Cut(m.cfg.sender(), "@")
	if !isASCII(domain) || strings.HasPrefix(domain, "[") {
		return "ticketbell.invalid" // an id is ASCII (RFC 5322 3.6.4)
	}
	return strings.ToLower(domain)
}

// digest makes 32 characters of what and name that are safe in any header.
func digest(what, name string) string {
	sum := sha256.Sum256([]byte("ticketbell " + what + " " + name))
	return hex.EncodeToString(sum[:16])
}

// oneLine turns every kind of line break into a space, so that nobody writes headers
// into our mails by way of a title.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029'
	}), " ")
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e })
}
