package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// said is what a command answered.
type said struct {
	code     int
	out, err string
}

// bot runs a command to its end, with an environment of its own.
func bot(t *testing.T, environ []string, args ...string) said {
	t.Helper()
	var out, errOut bytes.Buffer
	code := run(t.Context(), args, environ, &out, &errOut)
	return said{code, out.String(), errOut.String()}
}

func (s said) want(t *testing.T, code int) said {
	t.Helper()
	if s.code != code {
		t.Errorf("got exit %d with %q on stderr, want %d", s.code, s.err, code)
	}
	return s
}

func wantContain(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
}

func wantNone(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("got %q, want no %q in it", text, secret)
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// service is a command that runs until it is stopped.
type service struct {
	ready map[string]any // the line programs wait for
	stop  context.CancelFunc
	ended chan said
}

// start runs a command and waits until it is ready.
func start(t *testing.T, args ...string) *service {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &service{stop: stop, ended: make(chan said, 1)}
	lines, errOut := io.Pipe()
	var out, log bytes.Buffer
	go func() {
		code := run(ctx, args, nil, &out, errOut)
		_ = errOut.Close()
		s.ended <- said{code: code, out: out.String()}
	}()
	ready := make(chan map[string]any, 1)
	go func() {
		for scan := bufio.NewScanner(lines); scan.Scan(); {
			log.WriteString(scan.Text() + "\n")
			var line map[string]any
			if json.Unmarshal(scan.Bytes(), &line) == nil && line["msg"] == "ready" {
				ready <- line
			}
		}
	}()
	t.Cleanup(func() { s.end(t) })
	select {
	case s.ready = <-ready:
	case end := <-s.ended:
		s.ended <- end
		t.Fatalf("got exit %d before it was ready", end.code)
	case <-time.After(time.Minute):
		t.Fatal("waited in vain for the ready line")
	}
	return s
}

// end stops the command, once, and returns what it said.
func (s *service) end(t *testing.T) said {
	t.Helper()
	s.stop()
	select {
	case end := <-s.ended:
		s.ended <- end
		return end
	case <-time.After(time.Minute):
		t.Fatal("waited in vain for the end")
	}
	return said{}
}

// address is where the service listens.
func (s *service) address(t *testing.T) string {
	t.Helper()
	url, ok := s.ready["url"].(string)
	if !ok {
		t.Fatalf("got ready line %v, want a url in it", s.ready)
	}
	return strings.TrimPrefix(url, "http://")
}

func TestAProxyMayRenameTheHostOfAHouseThatKnowsItsAddress(t *testing.T) {
	h, _ := vacant(t)
	for address, want := range map[string]int{"https://bell.example/": http.StatusUnprocessableEntity, "": http.StatusForbidden} {
		h.settleAt(address)
		h.mounts = map[string]http.Handler{}
		handler, err := h.handler()
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://10.0.0.7:8080/signin", strings.NewReader("username=bo&password=wrong"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://bell.example")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("known as %q: got %d %s, want %d", address, w.Code, w.Body, want)
		}
	}
}
