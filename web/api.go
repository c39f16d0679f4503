package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ask calls the API in the process, as the visitor and in their language. body and
// answer may be nil. What the API refuses is a [*refusal].
func (v *visit) ask(method, path string, body, answer any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return fmt.Errorf("ask %s %s: %w", method, path, err)
		}
	}
	reply, err := v.call(method, path, "application/json", sent.Bytes())
	if err != nil {
		return err
	}
	if answer == nil || reply.Len() == 0 {
		return nil
	}
	if err := json.Unmarshal(reply.Bytes(), answer); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return nil
}

// call is ask with bodies that are no JSON.
func (v *visit) call(method, path, media string, body []byte) (*bytes.Buffer, error) {
	got, err := v.exchange(method, path, body, http.Header{"Content-Type": {media}})
	if err != nil {
		return nil, err
	}
	return &got.body, nil
}

// exchange is call with the headers of both ways.
func (v *visit) exchange(method, path string, body []byte, headers http.Header) (*reply, error) {
	r, err := http.NewRequestWithContext(v.who.In(v.r.Context()), method, path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s %s: %w", method, path, err)
	}
	r.Host, r.RemoteAddr, r.RequestURI = v.r.Host, v.r.RemoteAddr, path
	r.Header.Set("Accept-Language", tag(v.lang))
	r.Header.Set("X-Request-Id", v.w.Header().Get("X-Request-Id"))
	for name, values := range headers {
		if name != "Content-Type" || len(body) > 0 {
			r.Header[name] = values
		}
	}
	got := &reply{header: http.Header{}, status: http.StatusOK}
	v.site.cfg.API.ServeHTTP(got, r)
	if got.status < http.StatusBadRequest {
		return got, nil
	}
	no := &refusal{Status: got.status, RetryAfter: got.header.Get("Retry-After")}
	if err := json.Unmarshal(got.body.Bytes(), no); err != nil {
		return nil, fmt.Errorf("read the refusal %d of %s %s: %w", got.status, method, path, err)
	}
	return nil, no
}

// reply takes what the API answers.
type reply struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) {
	if !r.wrote && status >= http.StatusOK {
		r.status, r.wrote = status, true
	}
}

func (r *reply) Write(b []byte) (int, error) {
	r.wrote = true
	return r.body.Write(b)
}

// refusal is an answer of the API that says no, in the visitor's words.
type refusal struct {
	Status     int       `json:"status"`
	Title      string    `json:"title"`
	Detail     string    `json:"detail"`
	Code       string    `json:"code"`
	Errors     []mistake `json:"errors"`
	RequestID  string    `json:"request_id"`
	RetryAfter string    `json:"-"`
}

// mistake is one wrong field.
type mistake struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) Error() string {
	fields := make([]string, 0, len(r.Errors))
	for _, m := range r.Errors {
		fields = append(fields, m.Field)
	}
	return fmt.Sprintf("refused with %d %s %s", r.Status, r.Code, strings.Join(fields, ", "))
}

// Of returns what is wrong with a field, "" for nothing.
func (r *refusal) Of(field string) string {
	if r == nil {
		return ""
	}
	for _, m := range r.Errors {
		if m.Field == field {
			return m.Message
		}
	}
	return ""
}

// gathered returns r with what is wrong with the items of a list said of the one field
// they were typed into, each with what was typed.
func (r *refusal) gathered(field string, typed []string) *refusal {
	q := *r
	q.Errors = slices.Clone(r.Errors)
	for i, m := range q.Errors {
		at, ok := strings.CutPrefix(m.Field, field+"[")
		n, err := strconv.Atoi(strings.TrimSuffix(at, "]"))
		if ok && err == nil && n < len(typed) {
			q.Errors[i] = mistake{Field: field, Code: m.Code, Message: typed[n] + " " + m.Message}
		}
	}
	return &q
}
