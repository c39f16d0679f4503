package feishu

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
)

func validConfig() Config { return Config{AppID: "cli_1", AppSecret: appSecret} }

// wrongFields lists the fields err names, in order.
func wrongFields(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var fields []string
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*FieldError](e)
		if !ok || f.Message.ZH == "" || f.Message.EN == "" {
			t.Fatalf("got %v, want a field error in both languages", e)
		}
		fields = append(fields, f.Field)
	}
	return fields
}

func TestConfigNamesEveryWrongField(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		want   []string
	}{
		"complete":                     {func(*Config) {}, nil},
		"empty":                        {func(c *Config) { *c = Config{} }, []string{"app_id", "app_secret"}},
		"blank":                        {func(c *Config) { c.AppID, c.AppSecret = " ", "\n" }, []string{"app_id", "app_secret"}},
		"all wrong at once":            {func(c *Config) { *c = Config{APIBaseURL: "x", Callback: "mail", Style: "poem"} }, []string{"app_id", "app_secret", "api_base_url", "callback", "style"}},
		"plain http":                   {func(c *Config) { c.APIBaseURL = "http://open.feishu.cn" }, []string{"api_base_url"}},
		"plain http on loopback":       {func(c *Config) { c.APIBaseURL = "http://127.0.0.1:8080/prefix/" }, nil},
		"plain http on IPv6 loopback":  {func(c *Config) { c.APIBaseURL = "http://[::1]:8080" }, nil},
		"plain http on localhost":      {func(c *Config) { c.APIBaseURL = "http://localhost:8080" }, nil},
		"a host that begins like it":   {func(c *Config) { c.APIBaseURL = "http://localhost.evil.example" }, []string{"api_base_url"}},
		"international":                {func(c *Config) { c.APIBaseURL = "https://open.larksuite.com/" }, nil},
		"no host":                      {func(c *Config) { c.APIBaseURL = "https:///x" }, []string{"api_base_url"}},
		"a user in the address":        {func(c *Config) { c.APIBaseURL = "https://u:p@open.feishu.cn" }, []string{"api_base_url"}},
		"a query in the address":       {func(c *Config) { c.APIBaseURL = "https://open.feishu.cn?x=1" }, []string{"api_base_url"}},
		"another scheme":               {func(c *Config) { c.APIBaseURL = "ftp://open.feishu.cn" }, []string{"api_base_url"}},
		"callbacks without their keys": {func(c *Config) { c.Callback = CallbackHTTP }, []string{"encrypt_key", "verification_token"}},
		"callbacks with their keys": {func(c *Config) {
			c.Callback, c.EncryptKey, c.VerificationToken = CallbackHTTP, "k", "v"
		}, nil},
		"the long connection needs no keys": {func(c *Config) { c.Callback = CallbackLongConnection }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := validConfig()
			tc.change(&c)
			err := c.Validate()
			if got := wrongFields(t, err); !slices.Equal(got, tc.want) {
				t.Errorf("got wrong fields %v, want %v", got, tc.want)
			}
			if _, newErr := New(c); (newErr == nil) != (err == nil) {
				t.Errorf("got %v from New, want it to agree with Validate: %v", newErr, err)
			}
		})
	}
}

func TestConfigReadsAsTheAPIWritesIt(t *testing.T) {
	var got Config
	in := `{"app_id":"cli_1","api_base_url":"https://open.larksuite.com","callback":"long_connection","style":"post","update_cards":true,"lookup_email":true,"lookup_mobile":false,"read_receipts":true}`
	if err := json.Unmarshal([]byte(in), &got); err != nil {
		t.Fatal(err)
	}
	want := Config{AppID: "cli_1", APIBaseURL: "https://open.larksuite.com", Callback: CallbackLongConnection, Style: StylePost, UpdateCards: true, LookupEmail: true, ReadReceipts: true}
	if got != want {
		t.Errorf("got %#v, want %#v", got, want)
	}
	if out := encode(got); out != in {
		t.Errorf("got %s, want %s", out, in)
	}
}

func TestConfigNeverShowsItsSecrets(t *testing.T) {
	c := Config{AppID: "cli_1", AppSecret: "sss", EncryptKey: "eee", VerificationToken: "vvv", APIBaseURL: "https://user:ppp@x"}
	for _, shown := range []string{encode(validConfig()), fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%+v", &c)} {
		mustNotContain(t, "config", shown, "sss", "eee", "vvv", appSecret)
	}
	mustNotContain(t, "error", c.Validate().Error(), "sss", "eee", "vvv", "ppp")
}

func TestDefaultsAreFilledIn(t *testing.T) {
	got := Config{AppID: " cli_1\n", AppSecret: " s ", EncryptKey: "\te\r\n", VerificationToken: "v ", APIBaseURL: " "}.Complete()
	want := Config{AppID: "cli_1", AppSecret: "s", EncryptKey: "e", VerificationToken: "v", APIBaseURL: DefaultBaseURL, Callback: CallbackOff, Style: StyleCard}
	if got != want {
		t.Errorf("got %#v, want %#v", got, want)
	}
}
