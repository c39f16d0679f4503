package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// asked is a service that is ready and tells whether it was asked.
func asked(t *testing.T) (address string, was func() bool) {
	t.Helper()
	hits := make(chan struct{}, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits <- struct{}{} }))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://"), func() bool {
		select {
		case <-hits:
			return true
		default:
			return false
		}
	}
}

func TestAFlagWinsOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	inFlag, byFlag := asked(t)
	inEnv, byEnv := asked(t)
	inFile, byFile := asked(t)
	file := write(t, "bot.yaml", "http-listen: "+inFile+"\n")
	environ := []string{"TICKETBELL_CONFIG=" + file, "TICKETBELL_HTTP_LISTEN=" + inEnv, "PATH=/bin"}

	bot(t, environ, "healthcheck", "--http-listen", inFlag).want(t, 0)
	if !byFlag() || byEnv() || byFile() {
		t.Error("got another asked than the one in the flag")
	}
	bot(t, environ, "healthcheck").want(t, 0)
	if !byEnv() || byFlag() || byFile() {
		t.Error("got another asked than the one in the environment")
	}
	for name, run := range map[string]func() said{
		"environment": func() said { return bot(t, environ[:1], "healthcheck") },
		"flag":        func() said { return bot(t, nil, "healthcheck", "--config", file) },
		"flag=":       func() said { return bot(t, nil, "--config="+file, "healthcheck") },
		"an empty variable does not hide the file": func() said {
			return bot(t, []string{"TICKETBELL_CONFIG=" + file, "TICKETBELL_HTTP_LISTEN="}, "healthcheck")
		},
	} {
		if run().want(t, 0); !byFile() || byEnv() || byFlag() {
			t.Errorf("got another asked than the one in the file named in the %s", name)
		}
	}
}

func TestTheFileTakesUnderscoresTooAndNothingIsNothing(t *testing.T) {
	inFile, byFile := asked(t)
	file := write(t, "bot.yaml", "http_listen: "+inFile+"\nlog-level:\nredis-url: ~\n")
	bot(t, nil, "healthcheck", "--config", file).want(t, 0)
	if !byFile() {
		t.Error("got another asked than the one in the file")
	}
	bot(t, nil, "serve", "--config", file, "--log-format", "colour").want(t, exitUsage).wantOnly(t, "log-format")
	bot(t, nil, "healthcheck", "--timeout", "1ms", "--config", write(t, "empty.yaml", "")).want(t, exitFailed)
}

// wantOnly checks that exactly these settings are named as wrong.
func (s said) wantOnly(t *testing.T, names ...string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(s.err) {
		if name, ok := strings.CutPrefix(line, "  "); ok {
			name, _, _ = strings.Cut(name, ":")
			got = append(got, name)
		}
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("got %v named as wrong in %q, want %v", got, s.err, names)
	}
}

func TestEveryNameNobodyKnowsIsReportedAtOnce(t *testing.T) {
	file := write(t, "bot.yaml", "colour: red\nhttp-listen: 127.0.0.1:0\nspeed: 7\n")
	got := bot(t, []string{"TICKETBELL_HTTP_LISTNE=x", "TICKETBELL_TEST_POSTGRES_URL=y", "TICKETBELL_FOO=s3cret"},
		"serve", "--config", file, "--bar", "--baz=s3cret", "--no-sandbox").want(t, exitUsage)
	wantContain(t, got.err, "colour, speed", "TICKETBELL_HTTP_LISTNE", "TICKETBELL_FOO", "--bar", "--baz", "--no-sandbox", "bot --help")
	wantNone(t, got.err, "s3cret", "TEST_POSTGRES", "http-listen")
}

func TestEveryWrongSettingIsNamedAtOnceAndNoSecret(t *testing.T) {
	got := bot(t, []string{"TICKETBELL_SECRET_KEY=s3cret", "TICKETBELL_DATABASE_URL=mysql://u:s3cret@db/x"}, "serve",
		"--http-listen", "8080", "--log-level", "loud", "--log-format", "xml", "--secret-key-file", "k", "--backlog-limit", "0",
		"--redis-url", "http://:s3cret@redis", "--public-url", "https://u:s3cret@bell.example/x").want(t, exitUsage)
	got.wantOnly(t, "http-listen", "log-level", "log-format", "database-url", "secret-key and secret-key-file", "secret-key", "redis-url", "backlog-limit", "public-url")
	wantNone(t, got.err, "s3cret")
}

func TestTheSettingsOfOIDCAreWholeOrNone(t *testing.T) {
	for name, row := range map[string]struct{ args, wants []string }{
		"no client":           {[]string{"--oidc-issuer=https://login.example.com"}, []string{"oidc-client-id"}},
		"no issuer":           {[]string{"--oidc-client-id=bell"}, []string{"oidc-issuer"}},
		"over plain http":     {[]string{"--oidc-issuer=http://login.example.com", "--oidc-client-id=bell"}, []string{"oidc-issuer"}},
		"everything is wrong": {[]string{"--oidc-issuer=login", "--oidc-username-claim="}, []string{"oidc-issuer", "oidc-client-id", "oidc-username-claim"}},
	} {
		t.Run(name, func(t *testing.T) {
			bot(t, nil, append([]string{"serve"}, row.args...)...).want(t, exitUsage).wantOnly(t, row.wants...)
		})
	}
	got := bot(t, nil, "serve", "--data-dir", t.TempDir(), "--http-listen", "127.0.0.1:0", "--oidc-issuer=https://login.example.com", "--oidc-client-id=bell", "--oidc-client-secret-file=none").want(t, exitFailed)
	wantContain(t, got.err, "oidc-client-secret-file")
}

func TestUnknownAndWrongSettingsAreNamedTogether(t *testing.T) {
	for name, row := range map[string]struct {
		args, wants []string
	}{
		"a flag":                 {[]string{"serve", "--nope", "--http-listen", "zzz"}, []string{"--nope", "http-listen"}},
		"a flag before":          {[]string{"--nope", "serve", "--http-listen", "zzz"}, []string{"--nope", "http-listen"}},
		"with a value":           {[]string{"serve", "--nope", "s3cret", "--http-listen=zzz"}, []string{"--nope", "http-listen"}},
		"with its value":         {[]string{"serve", "--nope=s3cret", "--http-listen", "zzz"}, []string{"--nope", "http-listen"}},
		"of another command":     {[]string{"demo", "--nope", "--log-level", "loud"}, []string{"--nope", "log-level"}},
		"of one that needs more": {[]string{"token", "create", "--nope", "--name", "ci"}, []string{"--nope", "missing flags"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := bot(t, nil, row.args...).want(t, exitUsage)
			got.wantOnly(t, row.wants...)
			wantNone(t, got.err, "s3cret")
		})
	}
	got := bot(t, []string{"TICKETBELL_NOPE=s3cret", "TICKETBELL_LOG_FORMAT=xml"}, "sandbox", "--log-level", "loud").want(t, exitUsage)
	got.wantOnly(t, "TICKETBELL_NOPE", "log-level", "log-format")
	wantNone(t, got.err, "s3cret")
}

func TestHelpIsGivenToWhoeverAsksForItWrongly(t *testing.T) {
	if got := bot(t, nil, "serve", "--nope", "--help").want(t, 0); strings.Count(got.out, "--http-listen") != 1 || got.err != "" {
		t.Errorf("got %q and %q on stderr, want the help once", got.out, got.err)
	}
}

func TestAFileThatCannotBeReadIsNamedAndNotShown(t *testing.T) {
	for name, text := range map[string]string{
		"broken":    "secret-key: s3cret\n  data-dir: [x\n",
		"a list":    "- secret-key: s3cret\n",
		"twice":     "secret-key: s3cret\nsecret-key: s3cret2\n",
		"no string": "? [s3cret]\n: 1\n",
	} {
		file := write(t, "bot.yaml", text)
		got := bot(t, nil, "serve", "--config", file).want(t, exitUsage)
		wantContain(t, got.err, "config: "+file)
		if strings.Contains(got.err, "s3cret") {
			t.Errorf("got %q for a file that is %s, want no secret in it", got.err, name)
		}
	}
	wantContain(t, bot(t, nil, "serve", "--config", "none.yaml").want(t, exitUsage).err, "none.yaml")
}
