package wecom

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simulator "ticketbell/sandbox/wecom"
)

// secret is looked for in every error.
const secret = "s3cret-of-the-corp"

// stand is a bot in front of a simulated WeCom.
type stand struct {
	*Bot
	t      *testing.T
	sim    *simulator.Simulator
	srv    *httptest.Server
	box    *sandbox.Box
	faults *sandbox.Faults
	people *sandbox.Directory
	clock  *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newStand(t *testing.T, change ...func(*Config)) *stand {
	t.Helper()
	s := &stand{t: t, faults: sandbox.NewFaults(), clock: &clock{now: time.Date(2026, 10, 1, 10, 0, 0, 0, time.UTC)}}
	s.box = sandbox.NewBox(s.clock.Now)
	s.people = sandbox.NewDirectory(false,
		sandbox.Person{Username: "zhangsan", Email: "zhangsan@corp.com", Phone: "+8613800001234", UserID: "ZhangSan"},
		sandbox.Person{Username: "lisi", Email: "lisi@qq.com", Phone: "+12125550123"},
		sandbox.Person{Username: "wangwu", Email: "wangwu@corp.com"})
	s.sim = simulator.New(simulator.Config{
		CorpID: "ww-corp", CorpSecret: secret, AgentID: 1000002, Box: s.box, Faults: s.faults, Now: s.clock.Now,
		Directory: s.people, CallbackToken: vectorKeys().Token, CallbackAESKey: vectorKeys().AESKey,
	})
	s.srv = httptest.NewServer(s.sim)
	t.Cleanup(s.srv.Close)
	s.Bot = newBot(t, append([]func(*Config){func(c *Config) { c.APIBaseURL = s.srv.URL }}, change...), WithClock(s.clock.Now))
	return s
}

func validConfig() Config {
	c := DefaultConfig()
	c.CorpID, c.AgentID, c.CorpSecret = "ww-corp", 1000002, secret
	return c
}

func newBot(t *testing.T, change []func(*Config), opts ...Option) *Bot {
	t.Helper()
	cfg := validConfig()
	for _, f := range change {
		f(&cfg)
	}
	b, err := New(cfg, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func confidential(c *Config) { c.Confidential = true }
func styleText(c *Config)    { c.Style = StyleText }
func styleCards(c *Config)   { c.Style = StyleTextCard }
func styleMarks(c *Config)   { c.Style = StyleMarkdown }

// goesWrong sets a fault for one request.
func (s *stand) goesWrong(fault string) {
	s.faults.Set(sandbox.Fault{Channel: "wecom", Name: fault, Times: 1})
}

func (s *stand) messages() []sandbox.Message {
	return s.box.Messages(func(sandbox.Message) bool { return true })
}

func (s *stand) wantMessages(n int) []sandbox.Message {
	s.t.Helper()
	got := s.messages()
	if len(got) != n {
		s.t.Fatalf("got %d messages on the devices, want %d", len(got), n)
	}
	return got
}

func (s *stand) wantCalls(call string, n int) {
	s.t.Helper()
	if got := s.sim.Calls()[call]; got != n {
		s.t.Errorf("got %d calls of %s, want %d", got, call, n)
	}
}

// send sends the sample card to these addresses.
func (s *stand) send(to ...string) []notify.Outcome {
	s.t.Helper()
	got := s.Send(s.t.Context(), messageTo(sampleCard(), to...))
	if len(got) != len(to) {
		s.t.Fatalf("got %d outcomes, want %d", len(got), len(to))
	}
	return got
}

func messageTo(c cards.Card, to ...string) notify.Message {
	m := notify.Message{Card: c, Language: cards.Chinese, Notice: "evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", Thread: "tkt_1"}
	for _, a := range to {
		m.To = append(m.To, notify.Recipient{Key: "dlv_" + a, Address: a})
	}
	return m
}

func sampleCard() cards.Card {
	return cards.Card{
		Tone: cards.ToneReview, Chip: cards.Text{ZH: "待审核", EN: "Pending review"},
		Verb: cards.Text{ZH: "待你审核", EN: "Your review is needed"}, Subject: "订单表加索引", Number: "#1024", Project: "支付中心",
		Rows: []cards.Row{
			{Name: "step", Label: cards.Text{ZH: "当前步骤", EN: "Step"}, Value: cards.Same("2/3 DBA 审核")},
			{Name: "assignees", Label: cards.Text{ZH: "处理人", EN: "Assignees"}, Value: cards.Text{ZH: "李四、王五", EN: "李四, 王五"}},
			{Name: "creator", Label: cards.Text{ZH: "申请人", EN: "Requested by"}, Value: cards.Same("张三")},
			{Name: "targets", Label: cards.Text{ZH: "数据源", EN: "Data source"}, Value: cards.Text{ZH: "mysql-prod / orders（生产）", EN: "mysql-prod / orders (production)"}},
			{Name: "audit", Label: cards.Text{ZH: "审核结果", EN: "Audit"}, Value: cards.Text{ZH: "92 分 · 告警 · 12 条 SQL", EN: "score 92 · warning · 12 statements"}},
			{Name: "time", Label: cards.Text{ZH: "提交时间", EN: "Submitted"}, Value: cards.Same("2026-10-01 10:00 +08:00")},
			{Name: "field", Label: cards.Same("变更窗口"), Value: cards.Same("周四 02:00")},
		},
		Description: "为慢查询 #881 增加联合索引",
		Trail:       []cards.Text{{ZH: "组长审核：已由 组长 于 09:30 通过", EN: "组长审核: approved by 组长 at 09:30"}},
		Buttons: []cards.Button{
			{Action: cards.Approve, Text: cards.Text{ZH: "通过", EN: "Approve"}},
			{Action: cards.View, Text: cards.Text{ZH: "查看工单", EN: "View ticket"}, URL: "https://sqle.example.com/sqle/project/1/exec-workflow/1024"},
		},
		Footer: cards.Text{ZH: "工单待审批，你是「DBA 审核」步骤的处理人。", EN: "Pending review: you are a reviewer of the step “DBA 审核”."},
		Brand:  cards.Brand("变更台"),
	}
}

// withLink returns the sample card with another link, or with none.
func withLink(url string) cards.Card {
	c := sampleCard()
	c.Buttons = c.Buttons[:1]
	if url != "" {
		c.Buttons = append(c.Buttons, cards.Button{Action: cards.View, Text: cards.Text{ZH: "查看工单", EN: "View ticket"}, URL: url})
	}
	return c
}

func wantVerdict(t *testing.T, err error, want notify.Verdict, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %s with verdict %s", code, want)
	}
	if got, _ := notify.VerdictOf(err); got != want {
		t.Errorf("got verdict %s of %v, want %s", got, err, want)
	}
	refusal, ok := errors.AsType[*notify.Refusal](err)
	switch {
	case code == "" && ok:
		t.Errorf("got refusal %s, want an error of ours", refusal.Code)
	case code != "" && (!ok || refusal.Code != code):
		t.Errorf("got %v, want a refusal %s", err, code)
	}
	wantNoSecret(t, err)
}

func wantNoSecret(t *testing.T, err error) {
	t.Helper()
	for _, leak := range []string{secret, "tok-", "access_token=", "corpsecret=", "proxy-password"} {
		if strings.Contains(err.Error(), leak) {
			t.Errorf("got error %q, want no %q in it", err, leak)
		}
	}
}

// answering is a server that answers every token call, and everything else with next.
func answering(t *testing.T, next http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cgi-bin/gettoken", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"errcode":0,"errmsg":"ok","access_token":"tok-1","expires_in":7200}`))
	})
	mux.HandleFunc("/", next)
	return serving(t, mux.ServeHTTP)
}

// serving returns the address of a server that answers every call with next.
func serving(t *testing.T, next http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(next)
	t.Cleanup(srv.Close)
	return srv.URL
}
