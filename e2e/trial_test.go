package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// report is how a test of a channel went (api.md 3).
type report struct {
	Success bool `json:"success"`
	Stages  []struct {
		Name   string `json:"name"`
		OK     bool   `json:"ok"`
		Detail string `json:"detail"`
	} `json:"stages"`
	Error      *testError `json:"error"`
	ProviderID string     `json:"provider_id"`
}

type testError struct {
	Class   string            `json:"class"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Advice  map[string]string `json:"advice"`
	Extract map[string]string `json:"extract"`
}

// try tests a channel with the fields of draft laid over the saved ones.
func (b *bot) try(channel string, to, draft map[string]any) report {
	b.door.t.Helper()
	body := map[string]any{"to": to}
	if draft != nil {
		body["draft"] = draft
	}
	return read[report](b.door.t, b.must(http.StatusOK, request{method: "POST", path: "/api/v1/channels/" + channel + "/test", body: body}))
}

// tests tests a channel as it is saved, successfully.
func (b *bot) tests(channel string, to map[string]any) report {
	b.door.t.Helper()
	got := b.try(channel, to, nil)
	if !got.Success {
		b.door.t.Fatalf("test of %s: got %+v with %+v, want success", channel, got, got.Error)
	}
	return got
}

// The rows of the manual: an e-mail address, a WeCom user id, a phone number or an
// e-mail address on Feishu.
func TestATestMessageReachesWhoeverIsNamed(t *testing.T) {
	t.Parallel()
	b := demo(t)
	for _, c := range []struct {
		name, channel string
		to            map[string]any
		arrives       string
	}{
		{"mail by e-mail", mail, map[string]any{"email": "wangwu@corp.com"}, "wangwu"},
		{"WeCom by user id", wecom, map[string]any{"wecom_userid": "wangwu"}, "wangwu"},
		{"Feishu by e-mail", feishu, map[string]any{"email": "wangwu@corp.com"}, "wangwu"},
		{"Feishu by phone", feishu, map[string]any{"phone": "18991911234"}, "18991911234"},
		{"WeCom by username", wecom, map[string]any{"username": "lisi"}, "lisi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(b.devices.messages(c.channel, c.arrives))
			got := b.tests(c.channel, c.to)
			want := []string{"config", "connect", "authenticate", "resolve", "send"}
			if c.channel == mail {
				want = []string{"config", "connect", "greeting", "hello", "authenticate", "resolve", "sender", "receiver", "send"}
			}
			if names := stages(got); !slices.Equal(names, want) {
				t.Errorf("stages: got %v", names)
			}
			if got.ProviderID == "" {
				t.Error("the provider's id of the message is missing")
			}
			if n := len(b.devices.messages(c.channel, c.arrives)); n != before+1 {
				t.Errorf("messages: got %d, want %d", n, before+1)
			}
		})
	}
}

func stages(r report) []string {
	names := make([]string, 0, len(r.Stages))
	for _, s := range r.Stages {
		names = append(names, s.Name)
	}
	return names
}

// A test that finds a fault says what to do about it, and where it stopped.
func TestATestExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := demo(t)
	to := map[string]any{"email": "wangwu@corp.com"}
	for _, c := range []struct {
		name, channel string
		draft         map[string]any
		stage, code   string
	}{
		{"mail password", mail, map[string]any{"password": "wrong"}, "authenticate", "mail.535"},
		{"WeCom secret", wecom, map[string]any{"corp_secret": "wrong"}, "authenticate", "wecom.40001"},
		{"Feishu secret", feishu, map[string]any{"app_secret": "wrong"}, "authenticate", "feishu.10014"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := b.try(c.channel, to, c.draft)
			if got.Success || got.Error == nil {
				t.Fatalf("got %+v, want a fault", got)
			}
			if last := got.Stages[len(got.Stages)-1]; last.Name != c.stage || last.OK {
				t.Errorf("stopped at %+v, want %s", last, c.stage)
			}
			if got.Error.Code != c.code || got.Error.Class != "config" || got.Error.Advice["zh"] == "" || got.Error.Advice["en"] == "" {
				t.Errorf("fault: got %+v, want %s with advice in both languages", got.Error, c.code)
			}
			b.tests(c.channel, to) // the draft was not saved
		})
	}
	b.devices.breaks(wecom, "ip_not_trusted")
	if got := b.try(wecom, to, nil); got.Error == nil || got.Error.Extract["ip"] == "" || !strings.Contains(got.Error.Advice["zh"], got.Error.Extract["ip"]) {
		t.Errorf("address not trusted: got %+v, want advice that names the address", got.Error)
	}
}

// A person nobody can find is no fault of the channel.
func TestATestSaysThatNobodyWasFound(t *testing.T) {
	t.Parallel()
	b := demo(t)
	for _, ch := range []string{feishu, wecom} {
		got := b.try(ch, map[string]any{"email": "gone@nobody.example"}, nil)
		if got.Success || got.Error == nil || got.Error.Class != "identity" {
			t.Errorf("%s: got %+v, want a fault of class identity", ch, got.Error)
		}
		if diff := cmp.Diff([]string{"config", "connect", "authenticate", "resolve"}, stages(got)); diff != "" {
			t.Errorf("%s: stages (-want +got):\n%s", ch, diff)
		}
	}
}

// Changing where a secret is sent drops the secret: nobody can have it sent to a
// server of their own.
func TestANewDestinationDropsTheSecret(t *testing.T) {
	t.Parallel()
	b := demo(t)
	for _, c := range []struct {
		channel, secret string
		moved           map[string]any
	}{
		{mail, "password", map[string]any{"host": "mail.attacker.example"}},
		{wecom, "corp_secret", map[string]any{"api_base_url": "http://127.0.0.1:9"}},
		{feishu, "app_secret", map[string]any{"api_base_url": "http://127.0.0.1:9"}},
	} {
		t.Run(c.channel, func(t *testing.T) {
			refused := b.must(http.StatusBadRequest, request{method: "PATCH", path: "/api/v1/channels/" + c.channel, body: c.moved})
			if got := fields(read[problem](t, refused)); !slices.Contains(got, c.secret) {
				t.Errorf("moved while enabled: got complaints about %v, want %s asked for again", got, c.secret)
			}
			c.moved["enabled"] = false
			if got := b.patch(c.channel, c.moved)[c.secret]; !cmp.Equal(got, map[string]any{"set": false}) {
				t.Errorf("%s after the move: got %v, want it unset", c.secret, got)
			}
		})
	}
	if got := b.call(request{method: "POST", path: "/api/v1/channels/mail/test", body: map[string]any{
		"to": byEmail("wangwu@corp.com"), "draft": map[string]any{"host": "mail.attacker.example"},
	}}); got.status != http.StatusBadRequest {
		t.Errorf("draft with another host: got %d %s, want 400 that asks for the password", got.status, got.body)
	}
}

// fields names what a problem complains about.
func fields(p problem) []string {
	names := make([]string, 0, len(p.Errors))
	for _, e := range p.Errors {
		names = append(names, e.Field)
	}
	slices.Sort(names)
	return names
}
