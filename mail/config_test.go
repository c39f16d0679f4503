package mail

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAConfigurationNamesEveryWrongField(t *testing.T) {
	valid := Config{Host: "smtp.corp.example", Port: 465, Username: "bell@corp.example", Password: secret}
	for _, tc := range []struct {
		name   string
		change func(*Config)
		want   []string
	}{
		{"as it should be", func(*Config) {}, nil},
		{"an IPv6 address", func(c *Config) { c.Host = "2001:db8::1" }, nil},
		{"nothing", func(c *Config) { *c = Config{} }, []string{"host", "port", "from"}},
		{"host with scheme", func(c *Config) { c.Host = "smtp://corp.example" }, []string{"host"}},
		{"host with port", func(c *Config) { c.Host = "smtp.corp.example:465" }, []string{"host"}},
		{"host with spaces", func(c *Config) { c.Host = "smtp corp" }, []string{"host"}},
		{"port too high", func(c *Config) { c.Port = 65536 }, []string{"port"}},
		{"unknown words", func(c *Config) { c.Security, c.Auth = "ssl", "plain" }, []string{"security", "auth"}},
		{"password in plain text", func(c *Config) { c.Security = None }, []string{"security"}},
		{"password in plain text to this machine", func(c *Config) { c.Security, c.Host = None, "127.0.0.1" }, nil},
		{"plain text without a password", func(c *Config) { c.Security, c.Auth = None, AuthNone }, nil},
		{"no password", func(c *Config) { c.Password = "" }, []string{"password"}},
		{"no username", func(c *Config) { c.Username, c.From = "", "bell@corp.example" }, []string{"username"}},
		{"a relay without sign-in", func(c *Config) { *c = Config{Host: "relay", Port: 25, From: "bell@corp.example"} }, nil},
		{"a username that is no address", func(c *Config) { c.Username = "bell" }, []string{"from"}},
		{"a sender with a name", func(c *Config) { c.From = "Bell <bell@corp.example>" }, []string{"from"}},
		{"two senders", func(c *Config) { c.From = "a@corp.example, b@corp.example" }, []string{"from"}},
		{"a name in two lines", func(c *Config) { c.FromName = "Bell\r\nBcc: x@y.example" }, []string{"from_name"}},
		{"an authority that is none", func(c *Config) { c.CAPEM = "hello" }, []string{"ca_pem"}},
		{"too many connections", func(c *Config) { c.MaxConnections = 51 }, []string{"max_connections"}},
		{"fewer than none", func(c *Config) { c.MaxConnections = -1 }, []string{"max_connections"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := valid
			tc.change(&cfg)
			err := cfg.Validate()
			if got := fieldsOf(t, err); !slices.Equal(got, tc.want) {
				t.Errorf("got wrong fields %q (%v), want %q", got, err, tc.want)
			}
			if _, newErr := New(cfg); (newErr == nil) != (err == nil) {
				t.Errorf("got %v from New, want the judgement of Validate", newErr)
			}
		})
	}
}

// fieldsOf lists the fields an error names; each must say why in both languages.
func fieldsOf(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error }) // as errors.Join makes them
	if !ok {
		t.Fatalf("got %T, want joined errors", err)
	}
	var fields []string
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*FieldError](e)
		if !ok || f.Message.ZH == "" || f.Message.EN == "" || strings.Contains(e.Error(), secret) {
			t.Errorf("got %v, want a field and its message in both languages", e)
			continue
		}
		fields = append(fields, f.Field)
	}
	return fields
}

func TestTheConfigurationIsSpelledAsInTheAPI(t *testing.T) {
	data, err := json.Marshal(Config{Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"host", "port", "security", "auth", "username", "from", "from_name", "skip_verify", "ca_pem", "proxy_url", "max_connections"}
	for _, field := range want {
		if _, ok := got[field]; !ok {
			t.Errorf("got no field %s in %s, want it", field, data)
		}
	}
	if len(got) != len(want) || strings.Contains(string(data), secret) {
		t.Errorf("got %s, want these fields only and no password", data)
	}
}

func TestTheSenderDefaultsToTheUsername(t *testing.T) {
	if got := (Config{Username: "bell@corp.example"}).sender(); got != "bell@corp.example" {
		t.Errorf("got sender %q, want the username", got)
	}
}

func TestPort465SpeaksTLSAtOnce(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want bool
	}{
		{Config{Port: 465}, true},
		{Config{Port: 587}, false},
		{Config{Port: 2465, Security: TLS}, true},
		{Config{Port: 465, Security: STARTTLS}, false},
	} {
		if got := tc.cfg.implicitTLS(); got != tc.want {
			t.Errorf("got %t for port %d and security %q, want %t", got, tc.cfg.Port, tc.cfg.Security, tc.want)
		}
	}
}
