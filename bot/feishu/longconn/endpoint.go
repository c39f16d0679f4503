package longconn

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
	"time"

	"ticketbell/bot/feishu"
	"ticketbell/ticket"
)

const (
	endpointPath = "/callback/ws/endpoint"
	// maxEndpoint is how much of the answer is read, in bytes.
	maxEndpoint = 64 << 10
)

// The provider's codes (feishu.md 10.1); after the first two, trying again soon may help.
const (
	codeBusy     = 1
	codeInternal = 1000040343
	codeAuth     = 514
)

// pace is what the server says of pinging and coming back.
type pace struct {
	ping     time.Duration // between two pings
	first    time.Duration // the most that is waited before coming back at first
	interval time.Duration // between later tries
}

// usual is the pace when the server says nothing.
func usual() pace {
	return pace{ping: 2 * time.Minute, first: 30 * time.Second, interval: 2 * time.Minute}
}

// told is the server's ClientConfig, in seconds.
type told struct {
	Interval *int `json:"ReconnectInterval"`
	Nonce    *int `json:"ReconnectNonce"`
	Ping     *int `json:"PingInterval"`
}

// heed returns p with what the server said. It may leave things out, and an interval
// of nothing would have us ping or come back without a pause (feishu.md 10.5).
func (p pace) heed(t told) pace {
	if t.Ping != nil && *t.Ping >= 1 {
		p.ping = time.Duration(*t.Ping) * time.Second
	}
	if t.Interval != nil && *t.Interval >= 1 {
		p.interval = time.Duration(*t.Interval) * time.Second
	}
	if t.Nonce != nil && *t.Nonce >= 0 {
		p.first = time.Duration(*t.Nonce) * time.Second
	}
	return p
}

// address is where to connect.
type address struct {
	url     string // holds a key: it is never logged
	service int32
	told    told
}

// refusedError is what Feishu said no with.
type refusedError struct {
	code int
	msg  string
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("feishu gives no long connection: %d: %s", e.code, e.msg)
}

// final reports whether it takes a person to mend it: a wrong secret, too many connections.
func (e *refusedError) final() bool {
	switch e.code {
	case codeBusy, codeInternal:
		return false
	case codeAuth:
		return true
	}
	return e.code < 500 || e.code > 599
}

// ask asks the app's platform where to connect.
func ask(ctx context.Context, client *http.Client, app feishu.Config) (address, error) {
	body, err := json.Marshal(map[string]string{"AppID": app.AppID, "AppSecret": app.AppSecret, "ClientAssertion": ""})
	if err != nil {
		return address{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, app.APIBaseURL+endpointPath, bytes.NewReader(body))
	if err != nil {
		return address{}, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Locale", "zh")
	resp, err := client.Do(req)
	if err != nil {
		return address{}, fmt.Errorf("ask feishu for a long connection: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	return readAddress(resp)
}

func readAddress(resp *http.Response) (address, error) {
	var answer struct {
		Code int    `json:"code"`
		Msg  string `json:"msg"`
		Data struct {
			URL    string `json:"URL"`
			Config told   `json:"ClientConfig"`
		} `json:"data"`
	}
	if resp.StatusCode != http.StatusOK {
		return address{}, &refusedError{resp.StatusCode, http.StatusText(resp.StatusCode)}
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxEndpoint)).Decode(&answer); err != nil {
		return address{}, errors.New("feishu's answer about a long connection is not JSON")
	}
	if answer.Code != 0 {
		return address{}, &refusedError{answer.Code, answer.Msg}
	}
	u, err := url.Parse(answer.Data.URL)
	if err != nil || !trusted(u) {
		return address{}, errors.New("feishu's long connection is at no address to connect to")
	}
	service, err := strconv.ParseInt(u.Query().Get("service_id"), 10, 32)
	if err != nil {
		return address{}, errors.New("feishu's long connection is of no known service")
	}
	return address{answer.Data.URL, int32(service), answer.Data.Config}, nil
}

// trusted reports whether what travels there is encrypted, or stays on this machine.
func trusted(u *url.URL) bool {
	return u.Scheme == "wss" || (u.Scheme == "ws" && ticket.ThisMachine(u.Hostname()))
}
