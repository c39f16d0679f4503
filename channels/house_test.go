package channels_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/channels"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simfeishu "ticketbell/sandbox/feishu"
	simsmtp "ticketbell/sandbox/smtp"
	simwecom "ticketbell/sandbox/wecom"
	"ticketbell/store"
	"ticketbell/ticket"
)

// Secrets of the tests; no answer, error or log line may hold one.
const (
	appSecret  = "S3CR3T-of-feishu"
	corpSecret = "S3CR3T-of-wecom"
	password   = "S3CR3T-of-mail"
)

// house is a board on a real store, in front of the three simulated providers.
type house struct {
	*channels.Board
	t       *testing.T
	store   *store.Store
	records *records
	box     *sandbox.Box
	faults  *sandbox.Faults
	mail    *simsmtp.Server
	log     *bytes.Buffer
	fields  map[notify.Channel]map[string]any // a complete configuration of each channel
}

// open returns a house in which no channel is configured yet; zhangsan works there.
func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, box: sandbox.NewBox(time.Now), faults: sandbox.NewFaults(), log: new(bytes.Buffer)}
	s, err := store.Open(t.Context(), store.Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "ticketbell.db"), Key: bytes.Repeat([]byte("k"), 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, s.Close) })
	h.store, h.records = s, &records{Store: s}
	h.Board = channels.New(channels.Config{
		Records: h.records, History: s, Users: s, Settings: s, Past: s, Key: []byte("fingerprints"), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(h.log, nil)),
	})
	t.Cleanup(h.Close)
	h.simulate()
	return h
}

// records are those of the store, unless a reader is behind.
type records struct {
	*store.Store

	mu     sync.Mutex
	behind *notify.ChannelRecord
}

// answer makes whoever reads a channel read rec, or what is on record when it is nil.
func (r *records) answer(rec *notify.ChannelRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind = rec
}

// Channel implements [channels.Records].
func (r *records) Channel(ctx context.Context, ch notify.Channel) (notify.ChannelRecord, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behind != nil {
		return *r.behind, nil
	}
	return r.Store.Channel(ctx, ch)
}

func closing(t *testing.T, end func() error) {
	t.Helper()
	if err := end(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func (h *house) simulate() {
	h.t.Helper()
	staff := sandbox.NewDirectory(false, sandbox.Person{
		Username: "zhangsan", Email: "zhangsan@corp.com", Phone: "13800000001", OpenID: "ou_zhangsan", UserID: "zhangsan",
	})
	feishu := httptest.NewServer(simfeishu.New(simfeishu.Config{
		AppID: "cli_house", AppSecret: appSecret, Box: h.box, Directory: staff, Faults: h.faults,
	}))
	h.t.Cleanup(feishu.Close)
	wecom := httptest.NewServer(simwecom.New(simwecom.Config{
		CorpID: "ww_house", CorpSecret: corpSecret, AgentID: 1000002, Box: h.box, Directory: staff, Faults: h.faults,
	}))
	h.t.Cleanup(wecom.Close)
	mail, err := simsmtp.Listen(simsmtp.Config{
		Addr: "127.0.0.1:0", Box: h.box, Directory: staff, Faults: h.faults, Username: "bell@corp.com", Password: password,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { closing(h.t, mail.Close) })
	h.mail = mail
	host, port, err := net.SplitHostPort(mail.Addr())
	if err != nil {
		h.t.Fatal(err)
	}
	h.fields = map[notify.Channel]map[string]any{
		notify.Feishu: {"enabled": true, "app_id": "cli_house", "app_secret": appSecret, "api_base_url": feishu.URL},
		notify.WeCom:  {"enabled": true, "corp_id": "ww_house", "corp_secret": corpSecret, "agent_id": 1000002, "api_base_url": wecom.URL},
		notify.Mail:   {"enabled": true, "host": host, "port": json.Number(port), "username": "bell@corp.com", "password": password},
	}
}

// raw is fields as a request brings them.
func raw(t *testing.T, fields map[string]any) map[string]json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	for name, value := range fields {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = text
	}
	return all
}

func (h *house) try(ch notify.Channel, fields map[string]any) error {
	h.t.Helper()
	_, _, err := h.Patch(h.t.Context(), ch, raw(h.t, fields), "", "tester")
	return err
}

// patch lays fields over the channel and returns what is shown of it.
func (h *house) patch(ch notify.Channel, fields map[string]any) map[string]any {
	h.t.Helper()
	if err := h.try(ch, fields); err != nil {
		h.t.Fatal(err)
	}
	return h.view(ch)
}

// configure gives the channel its complete configuration.
func (h *house) configure(ch notify.Channel) map[string]any {
	h.t.Helper()
	return h.patch(ch, h.fields[ch])
}

func (h *house) view(ch notify.Channel) map[string]any {
	h.t.Helper()
	text, _, err := h.Get(h.t.Context(), ch)
	if err != nil {
		h.t.Fatal(err)
	}
	var view map[string]any
	if err := json.Unmarshal(text, &view); err != nil {
		h.t.Fatal(err)
	}
	return view
}

// isSet tells whether the view says that the secret is set.
func isSet(t *testing.T, view map[string]any, name string) bool {
	t.Helper()
	secret, ok := view[name].(map[string]any)
	if !ok {
		t.Fatalf("got %s %v, want an object that hides it", name, view[name])
	}
	return secret["set"] == true
}

// wrong returns the names of the wrong fields err speaks of.
func wrong(t *testing.T, err error) []string {
	t.Helper()
	invalid, ok := errors.AsType[*ticket.Invalid](err)
	if !ok {
		t.Fatalf("got %v, want an error that names wrong fields", err)
	}
	names := []string{}
	for _, f := range invalid.Fields {
		names = append(names, f.Field)
		if f.Message == "" {
			t.Errorf("got no message for %s, want one", f.Field)
		}
	}
	return names
}

func wantWrong(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := wrong(t, err); !slices.Equal(got, want) {
		t.Errorf("got wrong fields %v, want %v", got, want)
	}
}

// test tests the channel as saved, with the draft laid over it.
func (h *house) test(ch notify.Channel, to notify.TestTarget, draft map[string]any) notify.TestReport {
	h.t.Helper()
	r, err := h.Test(h.t.Context(), ch, notify.TestRequest{To: to, Draft: raw(h.t, draft), Language: cards.English})
	if err != nil {
		h.t.Fatal(err)
	}
	h.wantNoSecrets("the report", r)
	return r
}

// wantNoSecrets looks for the tests' secrets in v.
func (h *house) wantNoSecrets(what string, v any) {
	h.t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		h.t.Fatal(err)
	}
	if strings.Contains(string(text), "S3CR3T") {
		h.t.Errorf("got %s %s, want no secret in it", what, text)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func wantContain(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("got %q, want %q in it", text, want)
	}
}
