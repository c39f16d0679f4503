package identity

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// kind is by what somebody is looked up.
type kind byte

const (
	byEmail kind = 'e'
	byPhone kind = 'p'
)

// String is the kind as the API spells it.
func (k kind) String() string {
	if k == byEmail {
		return "email"
	}
	return "phone"
}

// handle is what somebody is looked up by, in the one form it is compared in: an
// e-mail address in lower case with an ASCII domain, a phone number in E.164.
type handle struct {
	kind  kind
	value string
}

// place is where a finding is remembered: a handle at one app of one channel. The
// ids of another app are elsewhere: they are not wrong, they are out of reach.
type place struct {
	ch  notify.Channel
	app string
	handle
}

// handlesOf lists what u can be looked up by, the best first: on Feishu the e-mail
// address, on WeCom, which has no other reliable key, the phone number.
func handlesOf(ch notify.Channel, u ticket.User) []handle {
	all := make([]handle, 0, 2)
	if email := normalEmail(u.Email); email != "" {
		all = append(all, handle{byEmail, email})
	}
	if phone := normalPhone(u.Phone); phone != "" {
		all = append(all, handle{byPhone, phone})
	}
	if ch == notify.WeCom {
		slices.Reverse(all)
	}
	return all
}

// normalPhone writes a number in E.164, "" when it is none. Our own people's are so
// already, and this is the way of every message.
func normalPhone(phone string) string {
	if rest, ok := strings.CutPrefix(phone, "+861"); ok && len(rest) == 10 && !strings.ContainsFunc(rest, notDigit) {
		return phone
	}
	phone, err := ticket.NormalizePhone(phone)
	if err != nil {
		return ""
	}
	return phone
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// normalEmail writes an address in lower case and its domain in ASCII. A domain
// that is none stays as it is: the provider will not know it.
func normalEmail(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	local, domain, ok := strings.Cut(email, "@")
	if !ok || isASCII(domain) {
		return email
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return email
	}
	return local + "@" + ascii
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// person is somebody with that handle, as the people of the store are written.
func (h handle) person() ticket.Person {
	if h.kind == byPhone {
		return ticket.Person{Phone: h.value}
	}
	local, domain, _ := strings.Cut(h.value, "@")
	if readable, err := idna.Display.ToUnicode(domain); err == nil {
		domain = readable
	}
	return ticket.Person{Email: local + "@" + domain}
}

// enteredID is the id an administrator entered for u on the channel, "" when there is none.
func enteredID(ch notify.Channel, u ticket.User) string {
	switch ch {
	case notify.Feishu:
		return u.FeishuOpenID
	case notify.WeCom:
		return u.WeComUserID
	default:
		return ""
	}
}
