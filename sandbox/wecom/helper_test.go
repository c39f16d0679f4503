package wecom_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/sandbox"
	"ticketbell/sandbox/wecom"
)

// corp is a simulator with three members behind a real HTTP server.
type corp struct {
	*wecom.Simulator
	t      *testing.T
	url    string
	box    *sandbox.Box
	faults *sandbox.Faults
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

func newCorp(t *testing.T, change ...func(*wecom.Config)) *corp {
	t.Helper()
	c := &corp{t: t, clock: &clock{now: time.Date(2026, 10, 1, 10, 0, 0, 0, time.UTC)}, faults: sandbox.NewFaults()}
	c.box = sandbox.NewBox(c.clock.Now)
	cfg := wecom.Config{
		CorpID: "ww-corp", CorpSecret: "s3cret", AgentID: 1000002, Box: c.box, Faults: c.faults, Now: c.clock.Now,
		Directory: sandbox.NewDirectory(false,
			sandbox.Person{Username: "zhangsan", Name: "张三", Email: "zhangsan@corp.com", Phone: "+8613800001234", UserID: "ZhangSan"},
			sandbox.Person{Username: "lisi", Name: "李四", Email: "lisi@qq.com", Phone: "+12125550123"},
			sandbox.Person{Username: "wangwu", Name: "王五", Email: "wangwu@corp.com"}),
	}
	for _, f := range change {
		f(&cfg)
	}
	c.Simulator = wecom.New(cfg)
	srv := httptest.NewServer(c.Simulator)
	t.Cleanup(srv.Close)
	c.url = srv.URL + "/cgi-bin/"
	return c
}

// in reports failures to the subtest t.
func (c *corp) in(t *testing.T) *corp {
	t.Helper()
	sub := *c
	sub.t = t
	return &sub
}

func withCallback(cfg *wecom.Config) {
	cfg.CallbackToken, cfg.CallbackAESKey = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
}

// object is a JSON object.
type object = map[string]any

func (c *corp) token() string {
	c.t.Helper()
	got := c.get("gettoken?corpid=ww-corp&corpsecret=s3cret&appid=x&neededText=")
	return c.str(got, "access_token")
}

func (c *corp) get(path string) object {
	c.t.Helper()
	return c.decode(c.do(http.MethodGet, path, ""))
}

// post sends v, or a string as it is, with a fresh token.
func (c *corp) post(path string, v any) object {
	c.t.Helper()
	return c.decode(c.do(http.MethodPost, path+"?access_token="+c.token(), encode(c.t, v)))
}

func encode(t *testing.T, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (c *corp) do(method, path, body string) (status int, answer string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (c *corp) decode(status int, answer string) object {
	c.t.Helper()
	if status != http.StatusOK {
		c.t.Fatalf("got status %d (%s), want 200 whatever the errcode", status, answer)
	}
	var got object
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		c.t.Fatalf("%v in %q", err, answer)
	}
	return got
}

func (c *corp) messages() []sandbox.Message {
	return c.box.Messages(func(sandbox.Message) bool { return true })
}

func (c *corp) wantCode(got object, code int) {
	c.t.Helper()
	if got["errcode"] != float64(code) {
		c.t.Fatalf("got errcode %v (%v), want %d", got["errcode"], got["errmsg"], code)
	}
}

// str returns the field of an answer that must be there.
func (c *corp) str(got object, field string) string {
	c.t.Helper()
	s, _ := got[field].(string)
	if s == "" {
		c.t.Fatalf("got %v, want %s in it", got, field)
	}
	return s
}

func (c *corp) wantMessages(n int) []sandbox.Message {
	c.t.Helper()
	got := c.messages()
	if len(got) != n {
		c.t.Fatalf("got %d messages on the devices, want %d", len(got), n)
	}
	return got
}

func text(to, content string) object {
	return object{"touser": to, "msgtype": "text", "agentid": 1000002, "text": object{"content": content}}
}

func cardTo(to string, card object) object {
	return object{"touser": to, "msgtype": "template_card", "agentid": 1000002, "template_card": card}
}

func notice() object {
	return object{
		"card_type": "text_notice", "main_title": object{"title": "工单 #42"},
		"card_action": object{"type": 1, "url": "https://t/42"},
	}
}

func buttons() object {
	return object{
		"card_type": "button_interaction", "task_id": "ticket-42-v7", "main_title": object{"title": "工单 #42 待审批"},
		"button_list": []object{{"text": "同意", "style": 1, "key": "approve"}, {"type": 1, "text": "打开", "url": "https://t/42"}},
	}
}

// with returns o with the field at path set: with(o, 1, "a", "b") is o.a.b = 1.
// A nil value removes the field.
func with(o object, v any, path ...string) object {
	at := o
	for _, p := range path[:len(path)-1] {
		at, _ = at[p].(object)
	}
	if last := path[len(path)-1]; v == nil {
		delete(at, last)
	} else {
		at[last] = v
	}
	return o
}

func repeat(o object, n int) []object {
	list := make([]object, n)
	for i := range list {
		list[i] = o
	}
	return list
}
