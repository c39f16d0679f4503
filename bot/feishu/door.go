package feishu

import (
	"context"
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
// errors and hides time-outs behind types of its own (feishu.md 2.6); what is no
// answer in JSON therefore ends here, with an error that can be shown.
type door struct{ client *http.Client }

// Do sends req and returns its answer if that is JSON.
func (d *door) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, cause(err))
	}
	if resp.StatusCode == http.StatusGatewayTimeout || !strings.Contains(resp.Header.Get("Content-Type"), "application/json") {
		defer func() { _ = resp.Body.Close() }()
		return nil, noAnswer(resp)
	}
	resp.Body = limited{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

type limited struct {
	io.Reader
	io.Closer
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
		Message:   "answered " + strconv.Itoa(resp.StatusCode) + " without JSON",
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
