package feishu_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ticketbell/sandbox"
	"ticketbell/sandbox/feishu"
)

const (
	appID     = "cli_test"
	appSecret = "the secret of the test"
)

// clock is a time that passes when told to.
type clock struct {
	mu  sync.Mutex // guards now
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

// rig is a simulator behind a real listener, with one person.
type rig struct {
	*testing.T
	sim    *feishu.Simulator
	url    string
	clock  *clock
	box    *sandbox.Box
	faults *sandbox.Faults
	people *sandbox.Directory
	lisi   sandbox.Person
	token  string
}

func newRig(t *testing.T, change ...func(*feishu.Config)) *rig {
	t.Helper()
	r := &rig{T: t, clock: &clock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}, faults: sandbox.NewFaults()}
	r.box, r.people = sandbox.NewBox(r.clock.Now), sandbox.NewDirectory(false)
	r.lisi = r.people.Add(sandbox.Person{Username: "lisi", Name: "李四", Email: "lisi@corp.example", Phone: "+8613800000001"})
	cfg := feishu.Config{
		AppID: appID, AppSecret: appSecret, Box: r.box, Directory: r.people, Faults: r.faults,
		Now: r.clock.Now, Slow: time.Millisecond, Hang: time.Minute,
	}
	for _, c := range change {
		c(&cfg)
	}
	r.sim = feishu.New(cfg)
	server := httptest.NewServer(r.sim)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.token = r.signIn()
	return r
}

// answer is what came back, whatever it was.
type answer struct {
	status int
	header http.Header
	text   string
	Code   int
	Msg    string
	Token  string `json:"tenant_access_token"`
	Expire int
	Data   struct {
		MessageID string `json:"message_id"`
		ChatID    string `json:"chat_id"`
		RootID    string `json:"root_id"`
		ParentID  string `json:"parent_id"`
		MsgType   string `json:"msg_type"`
		CreatedAt string `json:"create_time"`
		UserList  []struct {
			UserID string `json:"user_id"`
			Email  string
			Mobile string
		} `json:"user_list"`
	}
	Error struct {
		LogID                string `json:"log_id"`
		Troubleshooter       string
		PermissionViolations []struct{ Type, Subject string } `json:"permission_violations"`
		FieldViolations      []struct{ Field string }         `json:"field_violations"`
		Helps                []struct{ URL string }
	}
}

// try sends a request and returns the answer, or the error of the connection.
func (r *rig) try(method, path string, body any) (answer, error) {
	r.Helper()
	raw, isText := body.(string)
	if !isText {
		b, err := json.Marshal(body)
		if err != nil {
			r.Fatal(err)
		}
		raw = string(b)
	}
	req, err := http.NewRequestWithContext(r.Context(), method, r.url+"/open-apis/"+path, bytes.NewBufferString(raw))
	if err != nil {
		r.Fatal(err)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	_ = json.Unmarshal(text, &a) // not every answer is JSON; the test looks at what it expects
	return a, nil
}

func (r *rig) do(method, path string, body any) answer {
	r.Helper()
	a, err := r.try(method, path, body)
	if err != nil {
		r.Fatal(err)
	}
	return a
}

type fields map[string]any

const (
	tokenPath = "auth/v3/tenant_access_token/internal"
	findPath  = "contact/v3/users/batch_get_id"
	sendPath  = "im/v1/messages"
)

func (r *rig) signIn() string {
	r.Helper()
	a := r.do("POST", tokenPath, fields{"app_id": appID, "app_secret": appSecret})
	if a.Code != 0 || a.Token == "" {
		r.Fatalf("sign in: got %s, want a token", a.text)
	}
	return a.Token
}

// card sends a card to lisi with that uuid.
func (r *rig) card(uuid string) answer {
	r.Helper()
	return r.do("POST", sendPath+"?receive_id_type=open_id", r.letter(uuid))
}

func (r *rig) letter(uuid string) fields {
	r.Helper()
	return fields{"receive_id": r.lisi.OpenID, "msg_type": "interactive", "content": string(sample(r.T, "pending")), "uuid": uuid}
}

func (r *rig) patch(id, card string) answer {
	r.Helper()
	return r.do("PATCH", sendPath+"/"+id, fields{"content": card})
}

// sent sends a card that must arrive and returns its id.
func (r *rig) sent() string {
	r.Helper()
	a := r.card("")
	r.wantCode(a, 200, 0)
	return a.Data.MessageID
}

func (r *rig) wantCode(a answer, status, code int) {
	r.Helper()
	if a.status != status || a.Code != code {
		r.Fatalf("got HTTP %d %s, want HTTP %d code %d", a.status, a.text, status, code)
	}
}

// shown is what lisi's device shows.
func (r *rig) shown() []sandbox.Message {
	return r.box.Messages(func(m sandbox.Message) bool { return m.To == r.lisi.OpenID })
}

func (r *rig) fail(name string) {
	r.faults.Set(sandbox.Fault{Channel: feishu.Channel, Name: name, Times: 1})
}
