package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// house is the binary at work, until the end of its test.
type house struct {
	t     *testing.T
	said  *transcript
	ended chan struct{}
	// kill ends it at once.
	kill func() error
	// url is where it answers, token an API token of the demo.
	url, token string
	// setUp is the link for the first administrator, of a service without one.
	setUp string
	// dir is its data directory.
	dir string
	// company is where the accounts of the company are, "" when it has none.
	company string
}

// transcript keeps what a process said.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// demo starts everything on one machine; whoever opens its pages is admin.
func demo(t *testing.T) *house {
	t.Helper()
	return start(t, "demo")
}

// serve starts the service with simulated devices and nobody in it.
func serve(t *testing.T, args ...string) *house {
	t.Helper()
	return start(t, append([]string{"serve", "--sandbox"}, args...)...)
}

func start(t *testing.T, args ...string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir()}
	h.begin("127.0.0.1:0", args...)
	t.Cleanup(func() {
		<-h.ended
		if t.Failed() {
			lines := strings.Split(strings.TrimSpace(h.said.String()), "\n")
			t.Logf("the bot said:\n%s", strings.Join(lines[max(0, len(lines)-30):], "\n"))
		}
	})
	return h
}

// begin starts the binary on the address and waits until it is ready.
func (h *house) begin(address string, args ...string) {
	h.t.Helper()
	h.said, h.ended = &transcript{}, make(chan struct{})
	cmd := command(h.t, append(args, "--http-listen", address, "--data-dir", h.dir)...)
	cmd.Stdout, cmd.Stderr = h.said, h.said
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.kill = cmd.Process.Kill
	ended := h.ended
	go func() {
		_ = cmd.Wait() // the test's end kills it
		close(ended)
	}()
	eventually(h.t, "the bot is ready", h.listen)
}

// goes ends the binary without a goodbye.
func (h *house) goes() {
	h.t.Helper()
	if err := h.kill(); err != nil {
		h.t.Fatal(err)
	}
	<-h.ended
}

// comesBack starts the demo again where it was.
func (h *house) comesBack() {
	h.t.Helper()
	h.begin(strings.TrimPrefix(h.url, "http://"), "demo")
}

// command is the binary with args and no settings but those.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = slices.DeleteFunc(cmd.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "TICKETBELL_") })
	return cmd
}

// listen reads what is to be known from what the bot says.
func (h *house) listen() error {
	for line := range strings.Lines(h.said.String()) {
		var said struct{ Msg, URL, Token string }
		if json.Unmarshal([]byte(line), &said) != nil {
			continue
		}
		if strings.Contains(said.URL, "/setup#") {
			h.setUp = said.URL
		}
		if said.Msg == "ready" {
			h.url, h.token = said.URL, said.Token
			return nil
		}
	}
	select {
	case <-h.ended:
		h.t.Fatal("the bot ended before it was ready")
	default:
	}
	return errors.New("no ready line yet")
}

// run is the binary called for one command on the same data.
func (h *house) run(stdin string, args ...string) string {
	h.t.Helper()
	cmd := command(h.t, append(args, "--data-dir", h.dir)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

// ask calls the API with the house's token and returns status and body.
func (h *house) ask(method, path, body string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// patience is how long a story waits for something to happen, on a busy machine.
const patience = 20 * time.Second

// eventually waits until check has nothing to say against it.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	within(t, patience, what, check)
}

// within is eventually for what takes longer by itself.
func within(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		<-tick.C
	}
}
