package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// transcript keeps all that was said, by a process or over a connection.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the transcript.
func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// String is all that was said so far.
func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// process is the binary at work. It is killed at the end of its test at the latest.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	said  *transcript // stdout and stderr
	ended chan struct{}
}

// readyLine is what a process says once it answers (api.md 7); Channels is said by
// the sandbox alone.
type readyLine struct {
	Msg      string                    `json:"msg"`
	URL      string                    `json:"url"`
	Token    string                    `json:"token"`
	Channels map[string]map[string]any `json:"channels"`
}

// launch starts the binary and waits for its ready line.
func launch(t *testing.T, args ...string) (*process, readyLine) {
	t.Helper()
	return launchWith(t, nil, args...)
}

// launchWith starts the binary with these settings in its environment.
func launchWith(t *testing.T, settings []string, args ...string) (*process, readyLine) {
	t.Helper()
	p := &process{t: t, said: &transcript{}, ended: make(chan struct{})}
	p.cmd = prepare(t, settings, args...)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by p.cmd.ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() { // the test's context has ended and killed the process
		<-p.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(args, " "), tail(p.said.String()))
		}
	})
	return p, p.ready()
}

func (p *process) ready() (line readyLine) {
	p.t.Helper()
	eventually(p.t, "the bot is ready", func() error {
		select {
		case <-p.ended:
			p.t.Fatalf("the bot ended before it was ready: %v", p.cmd.ProcessState)
		default:
		}
		for text := range strings.Lines(p.said.String()) {
			if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "ready" {
				return nil
			}
		}
		return errors.New("no ready line yet")
	})
	return line
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

// graceful is how long a stop may take (api.md 7).
const graceful = 20 * time.Second

// stopWithin asks the process to end and returns its exit code. It fails the test
// when that takes longer.
func (p *process) stopWithin(limit time.Duration) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatalf("still there %v after SIGTERM", limit)
	}
	return p.cmd.ProcessState.ExitCode()
}

// outcome is how a command went that runs to its end.
type outcome struct {
	code   int
	stdout string
	stderr string
}

// command is the binary called with args, and with settings such as "NAME=value"
// added to the environment.
func command(t *testing.T, settings []string, args ...string) outcome {
	t.Helper()
	cmd := prepare(t, settings, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(fmt.Errorf("run %s: %w", strings.Join(args, " "), err))
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// prepare makes the binary ready to run with these settings and no others: what the environment
// says of some other bot is left behind.
func prepare(t *testing.T, settings []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = slices.DeleteFunc(cmd.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "TICKETBELL_") })
	cmd.Env = append(cmd.Env, settings...)
	return cmd
}

// tail is the end of a transcript, without the questions the tests kept asking.
func tail(said string) string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(said), "\n"), func(line string) bool {
		return strings.Contains(line, `"method":"GET"`)
	})
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}
