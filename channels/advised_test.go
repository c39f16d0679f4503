package channels_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
	"ticketbell/cards"
	"ticketbell/mail"
	"ticketbell/notify"
)

// TestAdviceIsForWhatHappens asks each channel's own package what it makes of a code
// there is advice for: one it judges otherwise is misspelt, or a leftover.
func TestAdviceIsForWhatHappens(t *testing.T) {
	var list []struct {
		Codes []string
		Class string
	}
	text, err := os.ReadFile("advice.json")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, text, &list)
	for _, a := range list {
		for _, code := range a.Codes {
			wantJudged(t, code, a.Class)
		}
	}
}

func wantJudged(t *testing.T, code, class string) {
	t.Helper()
	channel, number, ofProvider := strings.Cut(code, ".")
	if !ofProvider || channel == "identity" {
		return // a verdict's, or our own directory's
	}
	if slices.Contains([]string{"dns", "connect", "tls"}, number) {
		return // the stages of a test, see TestATestThatFindsNobodyThere
	}
	number, _, _ = strings.Cut(number, "..") // of a range, the first
	if _, err := strconv.Atoi(number); err != nil {
		wantSpelled(t, channel, code)
		return
	}
	var verdicts []string
	for _, err := range provoke(t, notify.Channel(channel), number) {
		v, _ := notify.VerdictOf(err)
		verdicts = append(verdicts, v.String())
	}
	if !slices.ContainsFunc(verdicts, func(v string) bool { return slices.Contains(verdictsOf(class), v) }) {
		t.Errorf("got verdicts %v on %s, want one of %v: its advice is of class %s", verdicts, code, verdictsOf(class), class)
	}
}

func verdictsOf(class string) []string {
	switch class {
	case "identity":
		return []string{"identity", "stale_address", "permanent"}
	case "content":
		return []string{"permanent"}
	default:
		return []string{class}
	}
}

// wantSpelled looks for a code that is no provider's number in the channel's package.
func wantSpelled(t *testing.T, channel, code string) {
	t.Helper()
	dir := map[string]string{"mail": "../mail", "wecom": "../bot/wecom", "feishu": "../bot/feishu"}[channel]
	code, of, _ := strings.Cut(code, "*")
	quoted := strings.TrimSuffix(strconv.Quote(code+of), `"`)
	if strings.HasSuffix(code, "_") { // it is put together there
		quoted = `http_"`
	}
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files in %s, %v, want the channel's package", len(files), dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), quoted) {
			return
		}
	}
	t.Errorf("got advice for %s, want it for a code that %s gives", code, dir)
}

// provoke has a provider answer with the code at each point where it could.
func provoke(t *testing.T, ch notify.Channel, code string) []error {
	t.Helper()
	switch ch {
	case notify.Feishu:
		return []error{askFeishu(t, code, "/tenant_access_token/"), askFeishu(t, code, "/messages")}
	case notify.WeCom:
		return []error{askWeCom(t, code, "/gettoken"), askWeCom(t, code, "/message/send"), lookUpWeCom(t, code)}
	default:
		return []error{askMail(t, code, "AUTH"), askMail(t, code, "MAIL"), askMail(t, code, "RCPT")}
	}
}

func test() notify.Message {
	return notify.Message{
		Card: cards.Card{Subject: "t"}, Language: cards.Chinese,
		To: []notify.Recipient{{Key: "dlv_1", Address: "zhangsan@corp.com"}},
	}
}

// answering answers as the provider does, and refuses what has at in its path.
func answering(t *testing.T, at, good, bad string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := good
		if strings.Contains(r.URL.Path, at) {
			answer = bad
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func askFeishu(t *testing.T, code, at string) error {
	t.Helper()
	url := answering(t, at, `{"code":0,"tenant_access_token":"t-1","expire":7200}`, `{"code":`+code+`,"msg":"no"}`)
	bot, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: appSecret, APIBaseURL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer bot.Close()
	return bot.Send(t.Context(), test())[0].Err
}

func weComBot(t *testing.T, code, at string) *wecom.Bot {
	t.Helper()
	cfg := wecom.DefaultConfig()
	cfg.CorpID, cfg.AgentID, cfg.CorpSecret = "ww1", 1, corpSecret
	cfg.APIBaseURL = answering(t, at, `{"errcode":0,"access_token":"t-1","expires_in":7200}`, `{"errcode":`+code+`,"errmsg":"no"}`)
	bot, err := wecom.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bot.Close)
	return bot
}

func askWeCom(t *testing.T, code, at string) error {
	t.Helper()
	return weComBot(t, code, at).Send(t.Context(), test())[0].Err
}

func lookUpWeCom(t *testing.T, code string) error {
	t.Helper()
	_, err := weComBot(t, code, "/getuserid").ByPhone(t.Context(), "+8613800000001")
	return err
}

func askMail(t *testing.T, code, at string) error {
	t.Helper()
	host, port, err := net.SplitHostPort(mailServer(t, code, at))
	if err != nil {
		t.Fatal(err)
	}
	cfg := mail.Config{Host: host, Username: "bell@corp.com", Password: password}
	decode(t, []byte(port), &cfg.Port)
	m, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	return m.Send(t.Context(), test())[0].Err
}

// mailServer says yes to one client, and the code to the command at.
func mailServer(t *testing.T, code, at string) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := ln.Accept(); err == nil {
			defer conn.Close()
			converse(conn, code, at)
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String()
}

func converse(conn net.Conn, code, at string) {
	fmt.Fprint(conn, "220 ready\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		verb, _, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case at:
			fmt.Fprintf(conn, "%s no\r\n", code)
		case "EHLO":
			fmt.Fprint(conn, "250-here\r\n250 AUTH PLAIN\r\n")
		case "AUTH":
			fmt.Fprint(conn, "235 welcome\r\n")
		case "QUIT":
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}
