package wecom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ticketbell/notify"
)

// maxAnswer is the largest answer that is read, in bytes.
const maxAnswer = 1 << 20

// guard stands between the SDK and the network. It sends a whole body on every
// attempt, reads the answer to its end and closes it, and lets nothing but status
// 200 through: WeCom answers 200 to everything, so any other status comes from
// something in between, and a redirect would carry the token elsewhere.
type guard struct {
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	req, err := rewound(req)
	if err != nil {
		return nil, err
	}
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, noAnswer(resp)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(reduced(body)))
	return resp, nil
}

// reduced is an answer, of a refusal the code and the words alone: what else there is may have
// a shape that nobody can read (wecom.md 4.4), and the code would be lost with it.
func reduced(body []byte) []byte {
	var answer struct {
		ErrCode int             `json:"errcode"`
		ErrMsg  json.RawMessage `json:"errmsg"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.ErrCode == 0 {
		return body
	}
	said := status{ErrCode: answer.ErrCode}
	_ = json.Unmarshal(answer.ErrMsg, &said.ErrMsg) // without words the table's stand in
	short, err := json.Marshal(said)
	if err != nil {
		return body
	}
	return short
}

// rewound returns req with its body from the beginning: the SDK sends a request
// it has sent before with the body already read (wecom.md 2.4, finding 10).
func rewound(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.GetBody == nil {
		return req, nil
	}
	_ = req.Body.Close()
	body, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("rewind the body: %w", err)
	}
	clone := req.Clone(req.Context())
	clone.Body = body
	return clone, nil
}

// noAnswer says that something in between answered instead of WeCom.
func noAnswer(resp *http.Response) error {
	return notify.Between(resp.StatusCode, resp.Header, &notify.Refusal{
		Code: "wecom.http_" + strconv.Itoa(resp.StatusCode), Message: fmt.Sprintf("answered HTTP %d", resp.StatusCode),
	})
}

// strip returns what a failed request died of, without its URL: that holds the
// secret or the token (wecom.md 2.4, finding 7).
func strip(err error) error {
	for {
		u, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = u.Err
	}
}
