package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	"ticketbell/sandbox/smtp"
)

// house is a simulated mail server with what stands around it.
type house struct {
	*smtp.Server
	box    *sandbox.Box
	faults *sandbox.Faults
}

// open starts a mail server where lisi works, or anybody whose address ends in corp.example.
func open(t *testing.T, change func(*smtp.Config)) *house {
	t.Helper()
	h := &house{box: sandbox.NewBox(time.Now), faults: sandbox.NewFaults()}
	h.start(t, "127.0.0.1:0", change)
	return h
}

func (h *house) start(t *testing.T, addr string, change func(*smtp.Config)) {
	t.Helper()
	cfg := smtp.Config{
		Addr: addr, Box: h.box, Faults: h.faults,
		Directory: sandbox.NewDirectory(true, sandbox.Person{Username: "lisi", Email: "lisi@corp.example"}),
	}
	if change != nil {
		change(&cfg)
	}
	s, err := smtp.Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// strike sets a fault of the server, that many times.
func (h *house) strike(name string, times int) {
	h.faults.Set(sandbox.Fault{Channel: smtp.Channel, Name: name, Times: times})
}

func (h *house) messages() []sandbox.Message {
	return h.box.Messages(func(sandbox.Message) bool { return true })
}

// config is a configuration that fits a server without TLS and sign-in.
func (h *house) config(t *testing.T) Config {
	t.Helper()
	host, port, err := net.SplitHostPort(h.Addr())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Host: host, Port: n, From: "bell@corp.example", FromName: "工单通知"}
}

// mailer makes a Mailer for the server.
func (h *house) mailer(t *testing.T, change func(*Config), opts ...Option) *Mailer {
	t.Helper()
	cfg := h.config(t)
	if change != nil {
		change(&cfg)
	}
	m, err := New(cfg, append([]Option{WithTimeout(10 * time.Second)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// signIn makes the server and the mailer agree on credentials.
func signIn(cfg *smtp.Config) { cfg.Username, cfg.Password = "bell@corp.example", secret }

func signedIn(cfg *Config) { cfg.Username, cfg.Password = "bell@corp.example", secret }

const secret = "s3cret-authorization-code"

// send sends the card to one address and returns how it fared.
func send(t *testing.T, m *Mailer, to string) notify.Outcome {
	t.Helper()
	out := m.Send(t.Context(), message(to))
	if len(out) != 1 {
		t.Fatalf("got %d outcomes, want 1", len(out))
	}
	return out[0]
}

func message(to string) notify.Message {
	return notify.Message{
		Card: card(), Language: cards.Chinese, Thread: "tkt_1",
		To: []notify.Recipient{{Key: "dlv_" + to, Address: to}},
	}
}

// card is the sample of ux.md 3.7.
func card() cards.Card {
	row := func(name, zh, en, valueZH, valueEN string) cards.Row {
		return cards.Row{Name: name, Label: cards.Text{ZH: zh, EN: en}, Value: cards.Text{ZH: valueZH, EN: valueEN}}
	}
	return cards.Card{
		Tone: cards.ToneReview,
		Chip: cards.Text{ZH: "待审核", EN: "Pending review"}, Verb: cards.Text{ZH: "待你审核", EN: "Your review is needed"},
		Subject: "订单表加索引", Number: "#1024", Project: "支付中心", Production: true,
		Rows: []cards.Row{
			row("step", "当前步骤", "Step", "2/3 DBA 审核", "2/3 DBA 审核"),
			row("assignees", "处理人", "Assignees", "李四、王五", "李四, 王五"),
			row("creator", "申请人", "Requested by", "张三", "张三"),
			row("targets", "数据源", "Data source", "mysql-prod / orders（生产）", "mysql-prod / orders (production)"),
			row("audit", "审核结果", "Audit", "92 分 · 告警 · 12 条 SQL", "score 92 · warning · 12 statements"),
			row("time", "提交时间", "Submitted", "2026-10-01 10:00 +08:00", "2026-10-01 10:00 +08:00"),
		},
		Description: "为慢查询 #881 增加联合索引\n预计锁表 2 秒",
		Trail:       []cards.Text{{ZH: "组长审核：已由 赵六 于 09:40 通过", EN: "组长审核: approved by 赵六 at 09:40"}},
		Buttons: []cards.Button{
			{Action: cards.Approve, Text: cards.Text{ZH: "通过", EN: "Approve"}},
			{Action: cards.View, Text: cards.Text{ZH: "查看工单", EN: "View ticket"}, URL: link},
		},
		Footer: cards.Text{ZH: "你是「DBA 审核」步骤的处理人。", EN: "You are a reviewer of the step “DBA 审核”."},
	}
}

const link = "https://sqle.example.com/sqle/project/1/exec-workflow/1024?a=1&b=2"

// wantRefusal checks verdict and code of a failed attempt.
func wantRefusal(t *testing.T, err error, verdict notify.Verdict, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*notify.Refusal](err)
	if !ok {
		t.Fatalf("got error %v, want a refusal", err)
	}
	if got, _ := notify.VerdictOf(err); got != verdict || refusal.Code != code {
		t.Errorf("got %s %s (%v), want %s %s", got, refusal.Code, err, verdict, code)
	}
}

// payload is the mail a device shows.
type payload struct {
	Headers map[string]string `json:"headers"`
	Text    string            `json:"text"`
	HTML    string            `json:"html"`
	Raw     string            `json:"raw"`
}

func payloadOf(t *testing.T, m sandbox.Message) payload {
	t.Helper()
	var p payload
	if err := json.Unmarshal(m.Payload, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// authority is a certificate authority of the test's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{key: newKey(t)}
	der := sign(t, template, template, a.key, a.key)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, a.pem = cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

// server returns TLS for a server at these addresses.
func (a *authority) server(t *testing.T, addresses ...net.IP) *tls.Config {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: addresses}
	der := sign(t, template, a.cert, key, a.key)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func loopback() net.IP { return net.IPv4(127, 0, 0, 1) }

// htmlOf is the HTML face of a card.
func htmlOf(c cards.Card, lang cards.Language) (string, error) {
	var page strings.Builder
	err := writePage(&page, c, lang)
	return page.String(), err
}
