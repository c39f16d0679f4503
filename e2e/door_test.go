package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// door is an HTTP address with the token that opens it.
type door struct {
	t     *testing.T
	url   string
	token string
	heard *transcript // all that was answered
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem is an error answer (api.md, RFC 9457).
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Field   string `json:"field"`
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// request is one call: raw is sent as it is, else body as JSON when there is one.
type request struct {
	method, path string
	body         any
	raw          string
	header       map[string]string
}

// send makes the call. Its error is that of a connection.
func (d door) send(r request) (answer, error) {
	payload := []byte(r.raw)
	if r.body != nil {
		var err error
		if payload, err = json.Marshal(r.body); err != nil {
			return answer{}, err
		}
	}
	req, err := http.NewRequestWithContext(d.t.Context(), r.method, d.url+r.path, bytes.NewReader(payload))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	if len(payload) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	_, _ = fmt.Fprintf(d.heard, "%v\n%s\n", resp.Header, got)
	return answer{resp.StatusCode, resp.Header, got}, err
}

// call makes the call and fails the test when no answer comes.
func (d door) call(r request) answer {
	d.t.Helper()
	got, err := d.send(r)
	if err != nil {
		d.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return got
}

// must makes the call and fails the test when the answer has another status.
func (d door) must(status int, r request) answer {
	d.t.Helper()
	got := d.call(r)
	if got.status != status {
		d.t.Fatalf("%s %s: got %d %s, want %d", r.method, r.path, got.status, got.body, status)
	}
	return got
}

// read decodes an answer.
func read[T any](t *testing.T, a answer) (v T) {
	t.Helper()
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("read the answer %q: %v", a.body, err)
	}
	return v
}
