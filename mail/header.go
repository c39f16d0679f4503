package mail

import (
	"encoding/base64"
	netmail "net/mail"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

const (
	// maxWord is how long an encoded word may be, maxLine a line that holds one (RFC 2047 2).
	maxWord, maxLine = 75, 76
	// wordBegin and wordEnd are around what an encoded word says.
	wordBegin, wordEnd = "=?utf-8?b?", "?="
)

// setSubject and setSender write their headers themselves where something must be encoded. The
// library begins a long one with a line of nothing, which some readers show as a space, and
// leaves =?…?= alone, so that somebody's title would be read as an encoded word.
func setSubject(mail *gomail.Msg, subject string) {
	if isPlain(subject) {
		mail.Subject(subject)
		return
	}
	mail.SetGenHeaderPreformatted(gomail.HeaderSubject, encodedWords(subject, len("Subject: ")))
}

func setSender(mail *gomail.Msg, name, address string) {
	said, between := quotes.Replace(name), " "
	switch {
	case name == "":
		between = ""
	case isPlain(name):
		said = `"` + said + `"`
	default:
		said = encodedWords(name, len("From: "))
	}
	if last := said[strings.LastIndex(said, "\n")+1:]; len("From: "+last+" <>"+address) > maxLine && name != "" {
		between = "\r\n "
	}
	mail.SetGenHeaderPreformatted("From", said+between+"<"+address+">")
}

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// isPlain reports whether text stands in a header as it is.
func isPlain(text string) bool { return isASCII(text) && !strings.Contains(text, "=?") }

// encodedWords writes text as encoded words in base64, one on a line, of which the first has
// so many characters of its line taken. No character is divided between two of them.
func encodedWords(text string, taken int) string {
	var words []string
	for room := maxLine - taken; text != ""; room = maxWord {
		n := (room - len(wordBegin) - len(wordEnd)) / 4 * 3
		if n = min(n, len(text)); n < len(text) {
			for n > 0 && !utf8.RuneStart(text[n]) {
				n--
			}
		}
		words = append(words, wordBegin+base64.StdEncoding.EncodeToString([]byte(text[:n]))+wordEnd)
		text = text[n:]
	}
	return strings.Join(words, "\r\n ")
}

// bareAddress is where a mail to address goes, as it stands in the envelope: the domain in
// ASCII, which every server knows, and the local part in quotes where it needs them.
func bareAddress(address string) (string, error) {
	a, err := netmail.ParseAddress(address)
	if err != nil {
		return "", err
	}
	if at := strings.LastIndex(a.Address, "@"); !isASCII(a.Address[at:]) {
		if domain, err := idna.Lookup.ToASCII(a.Address[at+1:]); err == nil {
			a.Address = a.Address[:at+1] + domain
		}
	}
	a.Name = ""
	return strings.TrimSuffix(strings.TrimPrefix(a.String(), "<"), ">"), nil
}
