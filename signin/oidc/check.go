package oidc

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"ticketbell/ticket"
)

// Check names all that is wrong with c, each with the name of its field in front.
func (c Config) Check() []error {
	var errs []error
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		errs = append(errs, errors.New("issuer: must be an address such as https://login.example.com/realms/corp"))
	case !safe(u):
		errs = append(errs, errors.New("issuer: must begin with https://; http:// is for a provider on this machine"))
	}
	if c.ClientID == "" {
		errs = append(errs, errors.New("client-id: must be given"))
	}
	if c.UsernameClaim == "" {
		errs = append(errs, errors.New("username-claim: must name a claim"))
	}
	return errs
}

// safe reports whether nobody on the way can read or change what is sent to u.
func safe(u *url.URL) bool {
	return u.Scheme == "https" || (u.Scheme == "http" && ticket.ThisMachine(u.Hostname()))
}

// checkEndpoint checks an address that the provider gave us: it is as safe as the issuer's.
func (c Config) checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !safe(u) || !strings.HasPrefix(c.Issuer, u.Scheme+"://") {
		return fmt.Errorf("%q is not as safe as the issuer's", address)
	}
	return nil
}

// short is an error in at most so many characters: the library quotes whole pages.
func short(err error) string {
	const most = 300
	said := []rune(strings.Join(strings.Fields(err.Error()), " "))
	if len(said) > most {
		return string(said[:most]) + "…"
	}
	return string(said)
}

// quiet is an error without what the library quotes of an answer, where a token may stand.
func quiet(err error) string {
	if _, silent := errors.AsType[net.Error](err); silent {
		return short(err)
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "oidc: "), ":")
	return first
}
