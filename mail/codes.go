package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// stage is the point of the conversation at which something failed.
type stage string

// The stages, in order.
const (
	stageDial     stage = "connect"
	stageTLS      stage = "encrypt"
	stageGreeting stage = "greeting"
	stageHello    stage = "hello"
	stageAuth     stage = "sign in"
	stageFrom     stage = "sender"
	stageTo       stage = "receiver"
	stageData     stage = "hand over"
	stageEnd      stage = "end of mail"
)

// rule says what a reply means. The first that fits counts.
type rule struct {
	at       []stage // nil: anywhere
	from, to int     // the codes, both included
	verdict  notify.Verdict
}

// rules is what servers' replies mean to us (ux.md 4.9, SMTP rows; RFC 5321 4.2).
func rules() []rule {
	person := []stage{stageTo, stageData, stageEnd}
	return []rule{
		{nil, 421, 421, notify.VerdictAgain},         // closing, overloaded
		{nil, 450, 452, notify.VerdictAfter},         // greylisted, over a limit, short of space
		{nil, 400, 499, notify.VerdictAgain},         // any other "not now", 454 among them
		{nil, 526, 526, notify.VerdictMisconfigured}, // wrong credentials, as some providers say it
		{nil, 530, 538, notify.VerdictMisconfigured}, // encrypt or sign in first; wrong credentials
		{person, 500, 599, notify.VerdictPermanent},  // 550 551 553 no such mailbox, 552 too large, 554 spam
		{nil, 500, 599, notify.VerdictMisconfigured}, // 553 not our sender; any "never" to us, not to a person
		{nil, 0, 999, notify.VerdictAgain},           // nothing a server should say
	}
}

// fault is a failure without a reply.
type fault struct {
	code    string
	fits    func(error) bool
	verdict notify.Verdict
}

// faults is what failures mean that no reply explains. A server that cannot be
// reached is tried again, however long it is away: it comes back without anybody
// touching the configuration.
func faults() []fault {
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	return []fault{
		{"mail.proxy", isProxy, notify.VerdictAgain},
		{"mail.certificate", isCertificate, notify.VerdictMisconfigured},
		{"mail.tls_mode", isTLSMode, notify.VerdictMisconfigured},
		{"mail.no_starttls", is(errNoSTARTTLS), notify.VerdictMisconfigured},
		{"mail.no_login", is(errNoLogin), notify.VerdictMisconfigured},
		{"mail.plain_login", is(errPlainLogin), notify.VerdictMisconfigured},
		{"mail.smtputf8", is(errNoUTF8), notify.VerdictPermanent},
		{"mail.canceled", is(context.Canceled), notify.VerdictAgain},
		{"mail.timeout", isTimeout, notify.VerdictAgain},
		{"mail.unreachable", isUnreachable, notify.VerdictAgain},
		{"mail.broken", func(error) bool { return true }, notify.VerdictAgain},
	}
}

// failure is an error with the stage it happened at.
type failure struct {
	stage stage
	err   error
}

func (f *failure) Error() string { return string(f.stage) + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// reply returns the code the server answered with, 0 when it did not.
func (f *failure) reply() int {
	if r, ok := errors.AsType[*textproto.Error](f.err); ok {
		return r.Code
	}
	return 0
}

func stageOf(err error) stage {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.stage
	}
	return ""
}

// judge turns a failure into a refusal with a verdict.
func (m *Mailer) judge(err error) error {
	if r, ok := errors.AsType[*textproto.Error](err); ok {
		refusal := &notify.Refusal{Code: "mail." + strconv.Itoa(r.Code), Message: m.scrub(r.Msg)}
		said := fmt.Errorf("%s: %w", stageOf(err), refusal)
		if r.Code < 400 { // neither yes nor no
			said = reached(err, said)
		}
		return m.say(verdictOn(stageOf(err), r.Code), said)
	}
	for _, f := range faults() {
		if f.fits(err) {
			refusal := &notify.Refusal{Code: f.code, Message: m.scrub(err.Error())}
			return m.say(f.verdict, reached(err, interrupted(err, refusal)))
		}
	}
	return err
}

// reached says whether the server may have the mail: it does when the connection broke
// after the final dot, and only then.
func reached(err, refusal error) error {
	if stageOf(err) == stageEnd {
		return notify.MaybeSent(refusal)
	}
	return notify.NotSent(refusal)
}

// interrupted lets callers see that their own context ended the attempt.
func interrupted(err error, refusal *notify.Refusal) error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			return fmt.Errorf("%w: %w", cause, refusal)
		}
	}
	return refusal
}

// verdictOn looks a reply up.
func verdictOn(at stage, code int) notify.Verdict {
	for _, r := range rules() {
		if r.from <= code && code <= r.to && (r.at == nil || slices.Contains(r.at, at)) {
			return r.verdict
		}
	}
	return notify.VerdictAgain
}

func (m *Mailer) say(v notify.Verdict, err error) error {
	switch v {
	case notify.VerdictAfter:
		return notify.After(m.rateWait, err)
	case notify.VerdictPermanent:
		return notify.Permanent(err)
	case notify.VerdictMisconfigured:
		return notify.Misconfigured(err)
	default:
		return err
	}
}

// scrub makes a server's words fit to be shown: one short line, without the password
// in any of the forms in which a server could repeat it.
func (m *Mailer) scrub(text string) string {
	if p := m.cfg.Password; p != "" {
		encode := base64.StdEncoding.EncodeToString
		plain := encode([]byte("\x00" + m.cfg.Username + "\x00" + p))
		text = strings.NewReplacer(plain, "…", encode([]byte(p)), "…", p, "…").Replace(text)
	}
	return shorten(text)
}

// shorten makes one line of at most 300 characters.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return text
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// isTLSMode reports whether the two sides do not speak the same kind of TLS: the
// server speaks none at all, or sent an alert.
func isTLSMode(err error) bool {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error" && stageOf(err) == stageTLS
}

// isProxy reports whether the way there ended at the proxy, and not because time was up.
func isProxy(err error) bool {
	_, ok := errors.AsType[*proxyError](err)
	return ok && !isTimeout(err) && !errors.Is(err, context.Canceled)
}

// isUnreachable reports whether nobody was there: not even a greeting came.
func isUnreachable(err error) bool {
	at := stageOf(err)
	return at == stageDial || at == stageGreeting
}

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}
