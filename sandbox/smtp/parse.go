package smtp

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// maxParts is how many parts of a mail are looked at.
const maxParts = 100

// parsed is a mail taken apart.
type parsed struct {
	id      string // Message-ID without its brackets
	subject string
	headers map[string]string // decoded, by the name as it was written
	text    string            // the first text/plain part
	html    string            // the first text/html part
	raw     []byte            // as it came over the wire
	parts   int

	scanned bool // anchors and words are those of html
	anchors []anchor
	words   string
}

// parse reads a mail as a strict server does. Its errors say what is wrong with it.
func parse(raw []byte) (*parsed, error) {
	if err := checkBytes(raw); err != nil {
		return nil, err
	}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, errors.New("the header cannot be read")
	}
	if err := checkHeader(msg.Header); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(msg.Body)
	if err != nil {
		return nil, errors.New("the body cannot be read")
	}
	m := &parsed{raw: raw, headers: decodeHeader(raw, msg.Header)}
	m.id = strings.Trim(msg.Header.Get("Message-Id"), "<> ")
	m.subject = decodeWords(msg.Header.Get("Subject"))
	if err := m.walk(textproto.MIMEHeader(msg.Header), body); err != nil {
		return nil, err
	}
	return m, nil
}

// checkBytes refuses what must not travel: bare CR or LF (RFC 5321 2.3.8), lines
// beyond 998 bytes (4.5.3.1.6), and bytes beyond ASCII, because 8BITMIME is not offered.
func checkBytes(raw []byte) error {
	for line := range bytes.SplitAfterSeq(raw, []byte("\n")) {
		text, ended := bytes.CutSuffix(line, []byte("\r\n"))
		if (!ended && len(line) > 0) || bytes.IndexByte(text, '\r') >= 0 {
			return errors.New("bare CR or LF")
		}
		if len(text) > 998 {
			return errors.New("a line is longer than 998 bytes")
		}
	}
	for _, b := range raw {
		if b == 0 || b >= 0x80 {
			return errors.New("8-bit data without 8BITMIME")
		}
	}
	return nil
}

// checkHeader demands exactly one well-formed Date, From and Message-ID (RFC 5322 3.6).
func checkHeader(h mail.Header) error {
	for _, name := range []string{"Date", "From", "Message-Id"} {
		if n := len(h[name]); n != 1 {
			return fmt.Errorf("%d headers %s instead of one", n, name)
		}
	}
	if _, err := h.Date(); err != nil {
		return errors.New("the header Date cannot be read")
	}
	if _, err := h.AddressList("From"); err != nil {
		return errors.New("the header From cannot be read")
	}
	id := h.Get("Message-Id")
	if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, ">") || !strings.Contains(id, "@") {
		return errors.New("the header Message-ID cannot be read")
	}
	return nil
}

// walk looks for the texts in a part and the parts within it.
func (m *parsed) walk(h textproto.MIMEHeader, body []byte) error {
	if m.parts++; m.parts > maxParts {
		return errors.New("too many parts")
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain" // RFC 2045 5.2
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.walkParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
	}
	text, err := decodeBody(h.Get("Content-Transfer-Encoding"), body)
	if err != nil {
		return errors.New("a part cannot be decoded")
	}
	switch {
	case kind == "text/plain" && m.text == "":
		m.text = text
	case kind == "text/html" && m.html == "":
		m.html = text
	}
	return nil
}

func (m *parsed) walkParts(r *multipart.Reader) error {
	for first := true; ; first = false {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return errors.New("a part cannot be read")
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return errors.New("a part cannot be read")
		}
		if err := m.walk(part.Header, body); err != nil {
			return err
		}
	}
}

// decodeBody undoes the transfer encoding and the line endings of the wire.
func decodeBody(encoding string, body []byte) (text string, err error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		body, err = base64.StdEncoding.AppendDecode(nil, body) // it passes over the ends of lines
	}
	return strings.ReplaceAll(string(body), "\r\n", "\n"), err
}

// decodeHeader gives each header its name as it was written, for net/mail spells
// "Message-ID" its own way.
func decodeHeader(raw []byte, h mail.Header) map[string]string {
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	decoded := map[string]string{}
	for line := range strings.SplitSeq(head, "\r\n") {
		name, _, ok := strings.Cut(line, ":")
		if values := h[textproto.CanonicalMIMEHeaderKey(name)]; ok && len(values) > 0 && !strings.ContainsAny(name, " \t") {
			decoded[name] = decodeWords(strings.Join(values, "\n"))
		}
	}
	return decoded
}

// decodeWords undoes RFC 2047; what cannot be decoded stays as it is.
func decodeWords(s string) string {
	if text, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return text
	}
	return s
}
