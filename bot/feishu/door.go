package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"ticketbell/notify"
)

// maxAnswer is how much of an answer is read, in bytes; the largest honest one,
// a hundred looked-up people, takes a tenth of it.
const maxAnswer = 1 << 20

// door is what the SDK's requests pass through. The SDK prints bodies into its
// errors, hides time-outs behind types of its own (feishu.md 2.6) and reads no code where
// anything else has another shape than it knows; what is no answer of Feishu therefore ends
// here, with an error that can be shown, and a refusal is made plain.
type door struct{ client *http.Client }

// Do sends req and returns its answer if that is Feishu's. What it is, the body says: some
// that stand in between relabel it. Half an answer is returned too, for the SDK to stumble over.
func (d *door) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s %s: read the answer: %w", req.Method, req.URL.Path, cause(err))
	}
	body, coded := reduced(body)
	labelled := strings.Contains(strings.ToLower(resp.Header.Get("Content-Type")), jsonType)
	broken := labelled && resp.StatusCode < http.StatusMultipleChoices // a yes, as far as it goes
	if resp.StatusCode == http.StatusGatewayTimeout || (!coded && !broken) {
		return nil, noAnswer(resp)
	}
	resp.Header.Set("Content-Type", jsonType)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// jsonType is the only type of an answer the SDK reads.
const jsonType = "application/json"

// reduced reports whether an answer has a code, as all of Feishu's do. A refusal is reduced to
// what the SDK reads of one, as far as it has the shape of feishu.md 5.4.
func reduced(body []byte) (_ []byte, coded bool) {
	var answer struct {
		Code  *int            `json:"code"`
		Msg   json.RawMessage `json:"msg"`
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Code == nil {
		return body, false
	}
	if *answer.Code == 0 {
		return body, true
	}
	said := larkcore.CodeError{Code: *answer.Code}
	_ = json.Unmarshal(answer.Msg, &said.Msg)
	_ = json.Unmarshal(answer.Error, &said.Err)
	short, err := json.Marshal(said)
	if err != nil {
		return body, true
	}
	return short, true
}

// cause takes the address off err, which may lead through a proxy with a password.
func cause(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// noAnswer says that something in between, or a wrong address, answered instead of Feishu.
func noAnswer(resp *http.Response) error {
	refusal := &notify.Refusal{
		Code:      "feishu.http_" + strconv.Itoa(resp.StatusCode),
		Message:   "answered " + strconv.Itoa(resp.StatusCode) + ", and not as Feishu does",
		RequestID: larkcore.ApiResp{Header: resp.Header}.RequestId(),
	}
	if resp.StatusCode == http.StatusNotFound { // so answers Feishu on a path it does not know: feishu.md 3
		refusal.Message += "; is the API base URL right?"
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return notify.Hold(reset(resp.Header, time.Second), refusal)
	}
	return notify.Between(resp.StatusCode, resp.Header, refusal)
}

func defaultClient() *http.Client {
	transport := http.DefaultTransport
	if t, ok := transport.(*http.Transport); ok {
		own := t.Clone()
		own.MaxIdleConnsPerHost = 50 // as many sends as Feishu allows in a second: feishu.md 5.3
		transport = own
	}
	return &http.Client{Timeout: requestTimeout, Transport: transport}
}

// unfollowing returns a copy of client that follows no redirect: it would carry
// the secret to wherever the answer says.
func unfollowing(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// silence is the SDK's logger: whatever goes wrong comes back to us as an error, and
// its lines may hold bodies.
type silence struct{}

func (silence) Debug(context.Context, ...any) {}
func (silence) Info(context.Context, ...any)  {}
func (silence) Warn(context.Context, ...any)  {}
func (silence) Error(context.Context, ...any) {}
