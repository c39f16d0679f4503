package wecom

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func fieldsOf(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var fields []string
	for _, e := range joined.Unwrap() {
		if f, ok := errors.AsType[*FieldError](e); ok && f.Message.ZH != "" && f.Message.EN != "" {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

func TestValidateNamesEveryWrongFieldAtOnce(t *testing.T) {
	err := Config{Style: "poster", ProxyURL: "10.0.0.1", APIBaseURL: "http://wecom.example.com", CallbackToken: "a-b"}.Validate()
	want := []string{"corp_id", "agent_id", "corp_secret", "style", "proxy_url", "api_base_url", "callback_token", "callback_token"}
	if got := fieldsOf(err); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestValidate(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*Config)
		field  string // "" is valid
	}{
		"default":                 {func(*Config) {}, ""},
		"style left empty":        {func(c *Config) { c.Style = "" }, ""},
		"base left empty":         {func(c *Config) { c.APIBaseURL = "" }, ""},
		"base with a path":        {func(c *Config) { c.APIBaseURL = "https://proxy.example.com/wecom" }, ""},
		"base on loopback":        {func(c *Config) { c.APIBaseURL = "http://127.0.0.1:9999" }, ""},
		"base in clear":           {func(c *Config) { c.APIBaseURL = "http://10.0.0.1/" }, "api_base_url"},
		"base with a user":        {func(c *Config) { c.APIBaseURL = "https://a:b@example.com/" }, "api_base_url"},
		"base with a query":       {func(c *Config) { c.APIBaseURL = "https://example.com/?a" }, "api_base_url"},
		"base without scheme":     {func(c *Config) { c.APIBaseURL = "example.com" }, "api_base_url"},
		"negative agent":          {func(c *Config) { c.AgentID = -1 }, "agent_id"},
		"corp with a space":       {func(c *Config) { c.CorpID = "ww corp" }, "corp_id"},
		"callback pair":           {func(c *Config) { c.CallbackToken, c.CallbackAESKey = "QDG6eK", strings.Repeat("a", 43) }, ""},
		"callback pair as copied": {func(c *Config) { c.CallbackToken, c.CallbackAESKey = " QDG6eK\n", strings.Repeat("a", 43)+"\r\n" }, ""},
		"callback key alone":      {func(c *Config) { c.CallbackAESKey = strings.Repeat("a", 43) }, "callback_token"},
		"callback key too short":  {func(c *Config) { c.CallbackToken, c.CallbackAESKey = "QDG6eK", "abc" }, "callback_aes_key"},
		"callback token of 33":    {func(c *Config) { c.CallbackToken, c.CallbackAESKey = strings.Repeat("a", 33), strings.Repeat("a", 43) }, "callback_token"},
	} {
		t.Run(name, func(t *testing.T) {
			c := validConfig()
			row.change(&c)
			var want []string
			if row.field != "" {
				want = []string{row.field}
			}
			if got := fieldsOf(c.Validate()); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestProxyAddresses(t *testing.T) {
	for typed, want := range map[string]string{
		"10.0.0.1:3128":                 "http://10.0.0.1:3128",
		"proxy.local:3128":              "http://proxy.local:3128",
		" http://10.0.0.1:3128 ":        "http://10.0.0.1:3128",
		"https://proxy.local:443/":      "https://proxy.local:443/",
		"socks5://u:p@10.0.0.1:1080":    "socks5://u:p@10.0.0.1:1080",
		"http://[::1]:3128":             "http://[::1]:3128",
		"10.0.0.1":                      "",
		"http://10.0.0.1":               "",
		"http://:3128":                  "",
		"http://10.0.0.1:0":             "",
		"http://10.0.0.1:70000":         "",
		"ftp://10.0.0.1:21":             "",
		"http://10.0.0.1:3128/cgi-bin":  "",
		"http://10.0.0.1:3128?a=b":      "",
		"http://user:p%zz@10.0.0.1:312": "",
		"two words:3128":                "",
	} {
		got, err := parseProxy(typed)
		if (want == "") != (err != nil) || (err == nil && got.String() != want) {
			t.Errorf("%q: got %v (%v), want %q", typed, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), typed) {
			t.Errorf("got error %q, want it without what was typed", err)
		}
	}
}

func TestConfigAsJSONHasTheNamesOfTheAPIAndNoSecret(t *testing.T) {
	c := validConfig()
	c.CallbackToken, c.CallbackAESKey = "QDG6eK", "callback-key"
	got, err := json.Marshal(c)
	want := `{"corp_id":"ww-corp","agent_id":1000002,"confidential":false,"style":"card","proxy_url":"",` +
		`"api_base_url":"https://qyapi.weixin.qq.com/","lookup_mobile":true,"lookup_email":true,"headcount":0}`
	if err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
	for _, printed := range []string{fmt.Sprintf("%v", c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(printed, secret) || strings.Contains(printed, "callback-key") {
			t.Errorf("got %q, want no secret in it", printed)
		}
	}
}

func TestNewRefusesAWrongConfig(t *testing.T) {
	c := validConfig()
	c.ProxyURL = "http://u:proxy-password@10.0.0.1"
	_, err := New(c)
	if err == nil {
		t.Fatal("got a bot, want a refusal")
	}
	wantNoSecret(t, err)
}
