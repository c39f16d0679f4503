package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/kong"

	"ticketbell/access"
)

func TestExitCodes(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		code int
	}{
		"help":                     {[]string{"--help"}, 0},
		"help of a command":        {[]string{"token", "create", "--help"}, 0},
		"version":                  {[]string{"version"}, 0},
		"nothing":                  {nil, exitUsage},
		"no such command":          {[]string{"dance"}, exitUsage},
		"a flag too many":          {[]string{"version", "--loud"}, exitUsage},
		"a word too many":          {[]string{"version", "again"}, exitUsage},
		"half a command":           {[]string{"token"}, exitUsage},
		"a required flag missing":  {[]string{"token", "create", "--name", "ci"}, exitUsage},
		"a value of another type":  {[]string{"healthcheck", "--timeout", "soon"}, exitUsage},
		"nobody there":             {[]string{"healthcheck", "--http-listen", "127.0.0.1:1"}, exitFailed},
		"a place that is no place": {[]string{"serve", "--data-dir", "/dev/null/x"}, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			got := bot(t, nil, row.args...).want(t, row.code)
			if (row.code == 0) != (got.err == "") || (row.code == 0) == (got.out == "") {
				t.Errorf("got %q and %q on stderr, want an answer on stdout or a complaint on stderr", got.out, got.err)
			}
		})
	}
}

func TestHelpMentionsEveryCommandAndSetting(t *testing.T) {
	wantContain(t, bot(t, nil, "--help").want(t, 0).out, "serve", "demo", "sandbox", "token create", "healthcheck", "version", "--config")
	wantContain(t, bot(t, nil, "serve", "--help").out,
		"--http-listen", "--data-dir", "--database-url", "--redis-url", "--secret-key", "--secret-key-file", "--log-level", "--log-format", "--sandbox")
}

func TestEveryCommandCanBeRun(t *testing.T) {
	parser, err := kong.New(new(commands))
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(false)
	if len(leaves) < 10 {
		t.Fatalf("got %d commands, want all of them", len(leaves))
	}
	for _, leaf := range leaves {
		if _, ok := reflect.TypeAssert[runner](leaf.Target.Addr()); !ok {
			t.Errorf("%s is no runner", leaf.FullPath())
		}
	}
}

func TestVersionIsOneLine(t *testing.T) {
	if got := bot(t, nil, "version").out; !strings.HasPrefix(got, "ticketbell dev ") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want one line that begins with ticketbell dev", got)
	}
}

func TestAServiceThatListensEverywhereIsAskedOnLoopback(t *testing.T) {
	for listen, want := range map[string]string{
		":8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080",
		"127.0.0.1:8080": "127.0.0.1:8080", "[::1]:8080": "[::1]:8080", "10.0.0.7:80": "10.0.0.7:80", "bell:80": "bell:80",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("got %s for %s, want %s", got, listen, want)
		}
	}
}

func TestAServiceThatIsNotReadyIsUnhealthy(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer srv.Close()
	got := bot(t, nil, "healthcheck", "--http-listen", strings.TrimPrefix(srv.URL, "http://")).want(t, exitFailed)
	wantContain(t, got.err, "not ready: 503")
}

// keyText is a master key in hex.
func keyText() string { return strings.Repeat("0f", keyBytes) }

func TestAMasterKeyIsReadInEitherForm(t *testing.T) {
	want, err := hex.DecodeString(keyText())
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]keeping{
		"hex":      {SecretKey: keyText()},
		"base64":   {SecretKey: base64.StdEncoding.EncodeToString(want)},
		"unpadded": {SecretKey: base64.RawStdEncoding.EncodeToString(want)},
		"a file":   {SecretKeyFile: write(t, "key", keyText()+"\n")},
	} {
		if got, isNew, err := k.masterKey(); err != nil || isNew || !bytes.Equal(got, want) {
			t.Errorf("got %v for a key as %s, want it read", err, name)
		}
	}
	for name, k := range map[string]keeping{
		"too short": {SecretKey: keyText()[2:]}, "no key": {SecretKeyFile: write(t, "key", "s3cret")}, "no file": {SecretKeyFile: "none"},
	} {
		if _, _, err := k.masterKey(); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v for a key that is %s, want an error without it", err, name)
		}
	}
}

// opened opens the store and returns its key.
func opened(t *testing.T, k keeping, log *slog.Logger) []byte {
	t.Helper()
	s, key, err := openStore(t.Context(), k, log)
	if err != nil {
		t.Error(err)
		return nil
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return key
}

func TestAKeyIsMadeOnceForItsOwnerOnly(t *testing.T) {
	k := keeping{DataDir: t.TempDir()}
	var log bytes.Buffer
	keys := make([][]byte, 4)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			keys[i] = opened(t, k, slog.New(slog.DiscardHandler))
		})
	}
	all.Wait()
	again := opened(t, k, slog.New(slog.NewTextHandler(&log, nil)))
	if log.Len() > 0 {
		t.Errorf("got %q, want the key that is there", log.String())
	}
	for _, key := range keys {
		if !bytes.Equal(key, again) {
			t.Fatal("got two keys, want everybody to have one")
		}
	}
	if left, err := filepath.Glob(filepath.Join(k.DataDir, keyFile+".*")); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v, want the key alone", left, err)
	}
	info, err := os.Stat(k.keyPath())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want it readable to its owner only", info.Mode())
	}
}

func TestAKeyThatDoesNotOpenTheSecretsStopsTheStart(t *testing.T) {
	dir := t.TempDir()
	s := start(t, "serve", "--sandbox", "--http-listen", "127.0.0.1:0", "--data-dir", dir)
	s.end(t).want(t, 0)
	if err := os.Remove(filepath.Join(dir, keyFile)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := bot(t, nil, "serve", "--http-listen", "127.0.0.1:0", "--data-dir", dir).want(t, exitFailed)
		wantContain(t, got.err, "sealed with another key", "TICKETBELL_SECRET_KEY", filepath.Join(dir, keyFile), "share one key")
		if exists(filepath.Join(dir, keyFile)) {
			t.Fatal("got a key that opens nothing written down, want none")
		}
	}
}

func TestATokenIsMadeWhileTheServiceRuns(t *testing.T) {
	dir := t.TempDir()
	s := start(t, "serve", "--http-listen", "127.0.0.1:0", "--data-dir", dir)
	bot(t, nil, "healthcheck", "--http-listen", s.address(t)).want(t, 0)

	got := bot(t, nil, "token", "create", "--name", "ci", "--scopes", "deliveries:read,config:read", "--data-dir", dir).want(t, 0)
	token := strings.TrimSuffix(got.out, "\n")
	if !strings.HasPrefix(token, access.TokenPrefix) || strings.ContainsAny(token, " \n") {
		t.Fatalf("got %q on stdout, want the token alone", got.out)
	}
	for path, want := range map[string]int{"/api/v1/deliveries": 200, "/api/v1/tokens": 403} {
		if status := get(t, "http://"+s.address(t)+path, token); status != want {
			t.Errorf("got %d on %s, want %d", status, path, want)
		}
	}
	if status := get(t, "http://"+s.address(t)+"/api/v1/deliveries", token+"x"); status != 401 {
		t.Errorf("got %d with a wrong token, want 401", status)
	}
	s.end(t).want(t, 0)
	if got := bot(t, nil, "healthcheck", "--http-listen", s.address(t)); got.code != exitFailed {
		t.Errorf("got exit %d after the stop, want %d", got.code, exitFailed)
	}
}

func get(t *testing.T, url, token string) int {
	t.Helper()
	status, _ := ask(t, url, token)
	return status
}

// ask returns the status of an answer and what it is.
func ask(t *testing.T, url, token string) (status int, media string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Content-Type")
}

func TestEveryWrongScopeIsNamedAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	got := bot(t, nil, "token", "create", "--name", "ci", "--scopes", "tickets:eat,events:write,all", "--data-dir", dir).want(t, exitUsage)
	wantContain(t, got.err, `"tickets:eat"`, `"all"`)
	wantNone(t, got.err, `"events:write"`)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want nothing made by a command that was called wrongly", err)
	}
}

func TestADemoIsReadyWithATokenAndLeavesNothing(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s := start(t, "demo", "--http-listen", "127.0.0.1:0")
	token, ok := s.ready["token"].(string)
	if !ok || get(t, "http://"+s.address(t)+"/api/v1/deliveries", token) != 200 {
		t.Errorf("got ready line %v, want a token that works in it", s.ready)
	}
	for path, want := range map[string]int{"/": 200, "/favicon.ico": 200, "/nope": 404, "/hooks/nobody": 404} {
		status, media := ask(t, "http://"+s.address(t)+path, "")
		if problem := media == "application/problem+json"; status != want || problem != (want == 404) {
			t.Errorf("got %d as %s on %s, want %d, and a problem where nobody serves", status, media, path, want)
		}
	}
	if got := s.end(t).want(t, 0); !strings.Contains(got.out, token) {
		t.Errorf("got %q on stdout, want a welcome with the token", got.out)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v, want the demo's place removed", left, err)
	}
}
