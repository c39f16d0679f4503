package mail

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"unicode/utf8"

	"ticketbell/notify"
)

func TestWhatServersAnswer(t *testing.T) {
	const (
		again     = notify.VerdictAgain
		after     = notify.VerdictAfter
		permanent = notify.VerdictPermanent
		config    = notify.VerdictMisconfigured
	)
	m := &Mailer{}
	for _, tc := range []struct {
		at   stage
		code int
		want notify.Verdict
	}{
		{stageGreeting, 421, again},
		{stageGreeting, 450, after},
		{stageGreeting, 554, config},
		{stageHello, 501, config},
		{stageTLS, 454, again},
		{stageTLS, 502, config},
		{stageAuth, 421, again},
		{stageAuth, 454, again},
		{stageAuth, 504, config},
		{stageAuth, 526, config},
		{stageAuth, 530, config},
		{stageAuth, 534, config},
		{stageAuth, 535, config},
		{stageAuth, 538, config},
		{stageFrom, 421, again},
		{stageFrom, 451, after},
		{stageFrom, 501, config},
		{stageFrom, 503, config},
		{stageFrom, 530, config},
		{stageFrom, 550, config},
		{stageFrom, 553, config},
		{stageTo, 421, again},
		{stageTo, 450, after},
		{stageTo, 451, after},
		{stageTo, 452, after},
		{stageTo, 455, again},
		{stageTo, 501, permanent},
		{stageTo, 530, config},
		{stageTo, 550, permanent},
		{stageTo, 551, permanent},
		{stageTo, 552, permanent},
		{stageTo, 553, permanent},
		{stageTo, 554, permanent},
		{stageData, 451, after},
		{stageData, 554, permanent},
		{stageEnd, 421, again},
		{stageEnd, 451, after},
		{stageEnd, 550, permanent},
		{stageEnd, 552, permanent},
		{stageEnd, 554, permanent},
		{stageEnd, 354, again},
	} {
		t.Run(fmt.Sprintf("%d at %s", tc.code, tc.at), func(t *testing.T) {
			err := m.judge(&failure{stage: tc.at, err: &textproto.Error{Code: tc.code, Msg: "no"}})
			wantRefusal(t, err, tc.want, fmt.Sprintf("mail.%d", tc.code))
		})
	}
}

func TestFailuresWithoutAnAnswer(t *testing.T) {
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}
	for _, tc := range []struct {
		name string
		err  error
		want notify.Verdict
		code string
	}{
		{"refused", &failure{stageDial, &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, notify.VerdictAgain, "mail.unreachable"},
		{"unknown host", &failure{stageDial, &net.DNSError{Err: "no such host", IsNotFound: true}}, notify.VerdictAgain, "mail.unreachable"},
		{"end before the greeting", &failure{stageGreeting, io.EOF}, notify.VerdictAgain, "mail.unreachable"},
		{"end of TLS", &failure{stageTLS, io.EOF}, notify.VerdictAgain, "mail.broken"},
		{"alert of TLS", &failure{stageTLS, alert}, notify.VerdictMisconfigured, "mail.tls_mode"},
		{"alert in a mail", &failure{stageData, alert}, notify.VerdictAgain, "mail.broken"},
		{"no TLS at all", &failure{stageTLS, tls.RecordHeaderError{Msg: "no"}}, notify.VerdictMisconfigured, "mail.tls_mode"},
		{"end after the mail", &failure{stageEnd, io.ErrUnexpectedEOF}, notify.VerdictAgain, "mail.broken"},
	} {
		t.Run(tc.name, func(t *testing.T) { wantRefusal(t, (&Mailer{}).judge(tc.err), tc.want, tc.code) })
	}
}

func TestNoRefusalHoldsThePassword(t *testing.T) {
	m := &Mailer{cfg: Config{Username: "bell@corp.example", Password: secret}}
	encode := base64.StdEncoding.EncodeToString
	echo := "no: AUTH PLAIN " + encode([]byte("\x00bell@corp.example\x00"+secret)) + " " + encode([]byte(secret)) + " " + secret
	for _, cause := range []error{&textproto.Error{Code: 535, Msg: echo}, errors.New(echo)} {
		got := m.judge(&failure{stageAuth, cause}).Error()
		if strings.Contains(got, secret) || strings.Contains(got, encode([]byte(secret))) || strings.Contains(got, "AHNlY3") || !strings.Contains(got, "AUTH PLAIN …") {
			t.Errorf("got %q, want it without the password", got)
		}
	}
}

func TestARefusalIsOneShortLine(t *testing.T) {
	got := shorten("a\r\nb\xff " + strings.Repeat("长", 400))
	if !strings.HasPrefix(got, "a b? 长") || utf8.RuneCountInString(got) != 301 {
		t.Errorf("got %d characters %q, want one line of 300 and an ellipsis", utf8.RuneCountInString(got), got)
	}
}
