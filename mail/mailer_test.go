package mail

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ticketbell/notify"
	"ticketbell/sandbox/smtp"
)

func TestACardArrivesAsAMail(t *testing.T) {
	h := open(t, nil)
	out := send(t, h.mailer(t, nil), "LiSi@corp.example")
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	got := h.messages()
	if len(got) != 1 {
		t.Fatalf("got %d mails, want 1", len(got))
	}
	m := got[0]
	if m.ID != out.MessageID || m.Person != "lisi" || m.Title != "[待审核] 订单表加索引 #1024 · 支付中心" {
		t.Errorf("got mail %q to %q titled %q, want id %q to lisi", m.ID, m.Person, m.Title, out.MessageID)
	}
	if len(m.Links) != 1 || m.Links[0] != link || len(m.Buttons) != 1 || m.Buttons[0].Text != "查看工单" {
		t.Errorf("got links %q and buttons %v, want the ticket's link under 查看工单", m.Links, m.Buttons)
	}
	if !strings.Contains(out.RequestID, "SBX000001") {
		t.Errorf("got request id %q, want the server's queue id", out.RequestID)
	}
	if !strings.HasSuffix(strings.TrimSpace(payloadOf(t, m).Raw), strings.TrimSpace(out.Payload)) {
		t.Error("got another payload than what went over the wire")
	}
}

func TestEachPersonGetsAMailOfTheirOwn(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil)
	if got := m.Batch(); got != 1 {
		t.Errorf("got batch %d, want 1", got)
	}
	msg := message("a@corp.example")
	msg.To = append(msg.To, notify.Recipient{Key: "2", Address: "b@nobody.example"}, notify.Recipient{Key: "3", Address: "c@corp.example"})
	out := m.Send(t.Context(), msg)
	if len(out) != 3 || out[0].Err != nil || out[2].Err != nil {
		t.Fatalf("got outcomes %v, want the first and the third accepted", out)
	}
	wantRefusal(t, out[1].Err, notify.VerdictPermanent, "mail.550")
	for _, got := range h.messages() {
		if to := payloadOf(t, got).Headers["To"]; strings.Count(to, "@") != 1 {
			t.Errorf("got header To %q, want one address", to)
		}
	}
}

func TestEverySecurity(t *testing.T) {
	ca := newAuthority(t)
	encrypted := func(cfg *smtp.Config) { cfg.TLS = ca.server(t, loopback()) }
	implicit := func(cfg *smtp.Config) { encrypted(cfg); cfg.ImplicitTLS = true }
	foreign := func(cfg *smtp.Config) { cfg.TLS = ca.server(t, net.IPv4(192, 0, 2, 1)) }
	for _, tc := range []struct {
		name     string
		server   func(*smtp.Config)
		security Security
		trust    string
		skip     bool
		code     string // "" when the mail arrives
	}{
		{"tls", implicit, TLS, ca.pem, false, ""},
		{"starttls", encrypted, STARTTLS, ca.pem, false, ""},
		{"auto with STARTTLS", encrypted, Auto, ca.pem, false, ""},
		{"auto without any", nil, Auto, "", false, ""},
		{"none although offered", encrypted, None, "", false, "mail.no_login"},
		{"none", nil, None, "", false, ""},
		{"starttls and none offered", nil, STARTTLS, "", false, "mail.no_starttls"},
		{"tls on a plain port", nil, TLS, "", false, "mail.tls_mode"},
		{"an unknown authority", implicit, TLS, "", false, "mail.certificate"},
		{"an unknown authority by STARTTLS", encrypted, STARTTLS, "", false, "mail.certificate"},
		{"a certificate of another host", foreign, STARTTLS, ca.pem, false, "mail.certificate"},
		{"no check at all", foreign, STARTTLS, "", true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t, func(cfg *smtp.Config) {
				signIn(cfg)
				if tc.server != nil {
					tc.server(cfg)
				}
			})
			m := h.mailer(t, func(cfg *Config) {
				signedIn(cfg)
				cfg.Security, cfg.CAPEM, cfg.SkipVerify = tc.security, tc.trust, tc.skip
			})
			out := send(t, m, "lisi@corp.example")
			checked := m.Check(t.Context())
			if tc.code != "" {
				wantRefusal(t, out.Err, notify.VerdictMisconfigured, tc.code)
				wantRefusal(t, checked, notify.VerdictMisconfigured, tc.code)
				return
			}
			if out.Err != nil || checked != nil {
				t.Errorf("got %v, check %v, want a mail delivered", out.Err, checked)
			}
		})
	}
}

func TestAWrongPasswordIsAMisconfigurationAndStaysSecret(t *testing.T) {
	h := open(t, func(cfg *smtp.Config) { cfg.Username, cfg.Password = "bell@corp.example", "another" })
	m := h.mailer(t, signedIn)
	err := send(t, m, "lisi@corp.example").Err
	wantRefusal(t, err, notify.VerdictMisconfigured, "mail.535")
	wantRefusal(t, m.Check(t.Context()), notify.VerdictMisconfigured, "mail.535")
	if strings.Contains(err.Error(), secret) {
		t.Errorf("got error %q, want it without the password", err)
	}
}

func TestEveryWayOfSigningIn(t *testing.T) {
	h := open(t, signIn)
	signer := h.mailer(t, signedIn).pool.dialer
	for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		t.Run(mechanism, func(t *testing.T) {
			s, err := h.mailer(t, nil).pool.dialer.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.quit()
			way, auth := signer.auth([]string{"NTLM", "XOAUTH2", mechanism})
			if err := s.smtp.Auth(auth); err != nil || way != mechanism {
				t.Fatalf("got %v by %s, want to be signed in by %s", err, way, mechanism)
			}
			if err := s.smtp.Mail("<bell@corp.example>"); err != nil {
				t.Errorf("got %v, want MAIL accepted", err)
			}
		})
	}
	if _, auth := signer.auth([]string{"NTLM", "XOAUTH2"}); auth != nil {
		t.Error("got a way to sign in by NTLM, want none")
	}
}

// far is a connection that seems to lead out of this machine.
type far struct{ net.Conn }

func (far) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25} }

func TestThePasswordDoesNotTravelInPlainText(t *testing.T) {
	h := open(t, signIn)
	m := h.mailer(t, signedIn)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = m.pool.dialer.begin(t.Context(), &session{conn: far{conn}}, 0)
	wantRefusal(t, m.judge(err), notify.VerdictMisconfigured, "mail.plain_login")
}

func TestAServerThatWasAwayGetsTheMailWhenItIsBack(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil)
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, send(t, m, "lisi@corp.example").Err, notify.VerdictAgain, "mail.unreachable")
	wantRefusal(t, m.Check(t.Context()), notify.VerdictAgain, "mail.unreachable")
	h.start(t, h.Addr(), nil)
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Errorf("got %v after the server came back, want the mail delivered", err)
	}
}

func TestFaultsOfTheServerAreJudged(t *testing.T) {
	for _, tc := range []struct {
		fault   string
		verdict notify.Verdict
		code    string
	}{
		{"refused", notify.VerdictAgain, "mail.unreachable"},
		{"unavailable", notify.VerdictAgain, "mail.421"},
		{"rate_limited", notify.VerdictAfter, "mail.450"},
		{"unknown_person", notify.VerdictPermanent, "mail.550"},
		{"too_large", notify.VerdictPermanent, "mail.552"},
		{"spam", notify.VerdictPermanent, "mail.554"},
		{"bounce_sender", notify.VerdictMisconfigured, "mail.553"},
		{"wrong_secret", notify.VerdictMisconfigured, "mail.535"},
		{"drop_after_data", notify.VerdictAgain, "mail.broken"},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			h := open(t, signIn)
			m := h.mailer(t, signedIn, WithRateWait(time.Minute))
			h.strike(tc.fault, 1)
			err := send(t, m, "lisi@corp.example").Err
			wantRefusal(t, err, tc.verdict, tc.code)
			if _, wait := notify.VerdictOf(err); tc.verdict == notify.VerdictAfter && wait != time.Minute {
				t.Errorf("got wait %s, want 1m", wait)
			}
			if err := send(t, m, "lisi@corp.example").Err; err != nil {
				t.Errorf("got %v on the next mail, want it delivered", err)
			}
		})
	}
}

func TestAMailSentAgainKeepsItsID(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil)
	h.strike("drop_after_data", 1)
	if err := send(t, m, "lisi@corp.example").Err; err == nil {
		t.Fatal("got no error, want the break after the mail reported")
	}
	out := send(t, m, "lisi@corp.example")
	if got := h.messages(); len(got) != 2 || got[0].ID != out.MessageID || got[1].ID != out.MessageID {
		t.Errorf("got mails %v, want two with id %s", got, out.MessageID)
	}
}

func TestAConnectionTheServerClosedIsReplacedUnnoticed(t *testing.T) {
	for _, tc := range []struct {
		name string
		hurt func(h *house)
	}{
		{"cut", func(h *house) { h.HangUp() }},
		{"421 at the next mail", func(h *house) { h.strike("unavailable", 1) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t, nil)
			m := h.mailer(t, nil)
			for range 2 {
				if err := send(t, m, "lisi@corp.example").Err; err != nil {
					t.Fatal(err)
				}
			}
			if got := h.Connections(); got != 1 {
				t.Errorf("got %d connections, want 1 used twice", got)
			}
			tc.hurt(h)
			if err := send(t, m, "lisi@corp.example").Err; err != nil {
				t.Errorf("got %v, want the mail to go out on a fresh connection", err)
			}
			if got := h.Connections(); got != 2 {
				t.Errorf("got %d connections, want 2", got)
			}
		})
	}
}

func TestARefusedPersonLeavesTheConnectionUsable(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil)
	wantRefusal(t, send(t, m, "x@nobody.example").Err, notify.VerdictPermanent, "mail.550")
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Fatal(err)
	}
	if got := h.Connections(); got != 1 {
		t.Errorf("got %d connections, want 1", got)
	}
}

func TestManyAtOnceStayWithinTheConnections(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, func(cfg *Config) { cfg.MaxConnections = 3 })
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for range 5 {
				if err := m.Send(t.Context(), message("lisi@corp.example"))[0].Err; err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	senders.Wait()
	if got := len(h.messages()); got != 40 {
		t.Errorf("got %d mails, want 40", got)
	}
	if got := h.Connections(); got > 3 {
		t.Errorf("got %d connections, want at most 3", got)
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil, WithIdle(time.Millisecond))
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection is closed", func() bool { return h.Open() == 0 })
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Fatal(err)
	}
}

func TestASilentServerIsLeftAfterTheTimeout(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil, WithTimeout(50*time.Millisecond))
	h.strike("timeout", 1)
	err := send(t, m, "lisi@corp.example").Err
	wantRefusal(t, err, notify.VerdictAgain, "mail.timeout")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want it to say that the time was over", err)
	}
}

func TestACallerWhoLeavesEndsTheMail(t *testing.T) {
	h := open(t, nil)
	m := h.mailer(t, nil)
	h.strike("timeout", 1)
	ctx, cancel := context.WithCancel(t.Context())
	var err error
	var sending sync.WaitGroup
	sending.Go(func() { err = m.Send(ctx, message("lisi@corp.example"))[0].Err })
	eventually(t, "the server holds the mail", func() bool { return len(h.faults.Active()) == 0 })
	cancel()
	sending.Wait()
	wantRefusal(t, err, notify.VerdictAgain, "mail.canceled")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it to say that the caller left", err)
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	h := open(t, nil)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	m := h.mailer(t, nil)
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Fatal(err)
	}
	m.Close()
	eventually(t, "the server sees the end", func() bool { return h.Open() == 0 })
	wantRefusal(t, send(t, m, "lisi@corp.example").Err, notify.VerdictAgain, "mail.unreachable")
}

// slowEnd is a mail server that thinks for a while over each mail it has in full.
func slowEnd(t *testing.T, thinks time.Duration) (addr string, mails func() int) {
	t.Helper()
	return conversation(t, func(verb string) (reply string, after time.Duration) {
		switch verb {
		case "DATA":
			return "354 go on", 0
		case ".":
			return "250 taken", thinks
		default:
			return "250 ok", 0
		}
	})
}

func TestAServerThatHasTheMailMayThinkItOver(t *testing.T) {
	addr, mails := slowEnd(t, 300*time.Millisecond)
	m := at(t, addr, WithTimeout(100*time.Millisecond))
	if err := send(t, m, "lisi@corp.example").Err; err != nil {
		t.Errorf("got %v, want the mail accepted: only what comes before its end is hurried", err)
	}
	if got := mails(); got != 1 {
		t.Errorf("got %d mails, want 1", got)
	}
}

func TestPatienceWithTheEndOfAMailEnds(t *testing.T) {
	addr, _ := slowEnd(t, time.Minute)
	m := at(t, addr, WithPatience(50*time.Millisecond))
	wantRefusal(t, send(t, m, "lisi@corp.example").Err, notify.VerdictAgain, "mail.timeout")
}

func TestTheClockStartsWithAPlaceInThePool(t *testing.T) {
	addr, mails := slowEnd(t, 700*time.Millisecond)
	m := at(t, addr, WithTimeout(500*time.Millisecond))
	var senders sync.WaitGroup
	for range 3 * DefaultConnections {
		senders.Go(func() {
			if err := m.Send(t.Context(), message("lisi@corp.example"))[0].Err; err != nil {
				t.Errorf("got %v, want a mail that waited for its turn to go out", err)
			}
		})
	}
	senders.Wait()
	if got := mails(); got != 3*DefaultConnections {
		t.Errorf("got %d mails, want each once, %d", got, 3*DefaultConnections)
	}
}

func TestAWrongPasswordIsTriedOnceHoweverManyMailsWait(t *testing.T) {
	var mu sync.Mutex
	tries := 0
	refuse := true
	addr, mails := conversation(t, func(verb string) (string, time.Duration) {
		switch verb {
		case "EHLO":
			return "250-here\r\n250 AUTH PLAIN", 0
		case "AUTH":
			mu.Lock()
			defer mu.Unlock()
			if tries++; refuse {
				return "535 no", 50 * time.Millisecond
			}
			return "235 welcome", 0
		case "DATA":
			return "354 go on", 0
		default:
			return "250 ok", 0
		}
	})
	m := at(t, addr)
	m.pool.dialer.cfg.Username, m.pool.dialer.cfg.Password = "bell@corp.example", secret
	var senders sync.WaitGroup
	for range DefaultConnections {
		senders.Go(func() {
			wantRefusal(t, m.Send(t.Context(), message("lisi@corp.example"))[0].Err, notify.VerdictMisconfigured, "mail.535")
		})
	}
	senders.Wait()
	if tries != 1 {
		t.Errorf("got the password tried %d times, want once", tries)
	}
	mu.Lock()
	refuse = false
	mu.Unlock()
	if err := send(t, m, "lisi@corp.example").Err; err != nil || mails() != 1 {
		t.Errorf("got %v, want the next mail to try the password again", err)
	}
}
