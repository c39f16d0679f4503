package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"ticketbell/notify"
)

// reply is what every answer of Feishu has, whatever was asked.
type reply struct {
	*larkcore.ApiResp
	larkcore.CodeError
}

// ask makes one request with that authorization.
type ask func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error)

// call makes a request and judges its answer. A refused token is replaced and the
// same request made once more; the SDK would repeat it with the refused token (feishu.md 2.5).
func (b *Bot) call(ctx context.Context, on route, ask ask) (requestID string, err error) {
	tok, err := b.tokens.get(ctx)
	if err != nil {
		return "", notify.NotSent(err)
	}
	answer, err := ask(ctx, larkcore.WithTenantAccessToken(tok.value))
	if err == nil && tokenRefused(answer.Code) {
		if tok, err = b.tokens.after(ctx, tok); err != nil {
			return "", notify.NotSent(err)
		}
		answer, err = ask(ctx, larkcore.WithTenantAccessToken(tok.value))
	}
	if err != nil {
		return "", err
	}
	return answer.RequestId(), b.judge(on, answer, tok.value)
}

// judge returns nil if Feishu did as asked, else a refusal with its verdict. HTTP
// status and code must both say so, and the code must be there: "{}" is no yes (feishu.md 2.6).
func (b *Bot) judge(on route, r reply, secrets ...string) error {
	if r.StatusCode == http.StatusOK && r.Code == 0 && hasCode(r.RawBody) {
		return nil
	}
	refusal := b.refusal(on, r, secrets)
	if r.Code == codeCardContent && strings.Contains(strings.ToLower(r.Msg), "card action is lock") {
		return refusal // somebody is pressing a button of the card just now
	}
	known := rowOf(on, r.Code)
	if on == edit && known.meaning == "" && r.StatusCode == http.StatusBadRequest {
		return notify.Permanent(fmt.Errorf("%w: %w", errOddCode, refusal)) // among them the end of edits (feishu.md 6.1)
	}
	err := known.judge(refusal)
	verdict, wait := notify.VerdictOf(err)
	switch {
	case verdict == notify.VerdictAfter && r.Code == codeGateway:
		return notify.Hold(reset(r.Header, wait), refusal)
	case verdict == notify.VerdictAfter:
		return notify.After(reset(r.Header, wait), refusal)
	case r.StatusCode == http.StatusTooManyRequests && verdict == notify.VerdictAgain:
		return notify.Hold(reset(r.Header, time.Second), refusal)
	case r.Code == 0 && r.StatusCode < http.StatusMultipleChoices: // a yes, but whose, and to what?
		return notify.MaybeSent(refusal)
	case r.Code == 0, r.StatusCode == http.StatusServiceUnavailable:
		return notify.Between(r.StatusCode, r.Header, refusal)
	case r.StatusCode >= http.StatusInternalServerError:
		return refusal
	}
	return err
}

func hasCode(body []byte) bool {
	var answer struct {
		Code *int `json:"code"`
	}
	return json.Unmarshal(body, &answer) == nil && answer.Code != nil
}

// reset reads how long Feishu's gateway wants us to wait, or another one in front of it;
// otherwise when neither says so. More than an hour is not believed.
func reset(h http.Header, otherwise time.Duration) time.Duration {
	seconds, err := strconv.Atoi(h.Get("x-ogw-ratelimit-reset")) // seconds to wait: feishu.md 5.3
	if err == nil && seconds > 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	if wait, ok := notify.RetryAfter(h); ok {
		return wait
	}
	return otherwise
}
