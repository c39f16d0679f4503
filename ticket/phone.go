package ticket

import (
	"errors"
	"regexp"
	"strings"
)

// DefaultCountry is the country code of a phone number written without one.
const DefaultCountry = "+86"

var (
	errPhone      = errors.New("must be a phone number such as 13800001234 or +12125550123")
	phoneE164     = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	phoneMainland = regexp.MustCompile(`^1\d{10}$`)
	phoneNoise    = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "\u00a0", "")
)

// NormalizePhone writes a phone number as E.164. Spaces, dashes, dots and
// brackets are dropped, a leading 00 is read as +, and an 11-digit mainland
// number gets [DefaultCountry].
func NormalizePhone(phone string) (string, error) {
	p := phoneNoise.Replace(strings.TrimSpace(phone))
	if rest, ok := strings.CutPrefix(p, "00"); ok {
		p = "+" + rest
	}
	if phoneMainland.MatchString(p) {
		p = DefaultCountry + p
	}
	if !phoneE164.MatchString(p) {
		return "", errPhone
	}
	return p, nil
}

// normalPhone is NormalizePhone for comparing: what cannot be read stays as it is.
func normalPhone(phone string) string {
	if p, err := NormalizePhone(phone); err == nil {
		return p
	}
	return phone
}
