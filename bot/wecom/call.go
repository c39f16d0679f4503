package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ticketbell/notify"
)

// status is what every answer holds; without an errcode it is a success (wecom.md 3).
type status struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func (s status) get() status { return s }

type answer interface{ get() status }

// call posts body and returns the answer, or an error without a verdict: see
// [judge]. A token that WeCom calls invalid or expired is replaced and the same
// body sent once more; nothing else is ever repeated here.
func call[T answer](ctx context.Context, b *Bot, path string, body json.RawMessage) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	began := b.tokens.moment()
	reply, token, err := try[T](ctx, b, path, body, "", began)
	if refused, ok := errors.AsType[*codeError](err); ok && rowOf(refused.ErrCode).class == refresh {
		reply, _, err = try[T](ctx, b, path, body, token, began)
	}
	if err != nil {
		return reply, fmt.Errorf("call %s: %w", path, err)
	}
	return reply, nil
}

// try makes one call with another token than bad and returns the one it used.
func try[T answer](ctx context.Context, b *Bot, path string, body json.RawMessage, bad string, began moment) (reply T, token string, err error) {
	token, err = b.tokens.get(ctx, bad, began)
	if err != nil {
		return reply, "", notify.NotSent(fmt.Errorf("get an access token: %w", err))
	}
	if err := b.sdk.post(ctx, path, token, body, &reply); err != nil {
		return reply, token, err
	}
	if s := reply.get(); s.ErrCode != 0 {
		return reply, token, b.refused(s, token)
	}
	return reply, token, nil
}

// codeError is an errcode other than 0.
type codeError struct {
	status
}

func (e *codeError) Error() string { return fmt.Sprintf("errcode %d: %s", e.ErrCode, e.ErrMsg) }

// refused says s as an error. WeCom repeats no secret that we know of; should it
// ever, it stops here.
func (b *Bot) refused(s status, token string) error {
	for _, secret := range []string{token, b.cfg.CorpSecret} {
		if secret != "" {
			s.ErrMsg = strings.ReplaceAll(s.ErrMsg, secret, "***")
		}
	}
	s.ErrMsg = clip(oneLine(s.ErrMsg), maxMessage)
	return &codeError{s}
}
