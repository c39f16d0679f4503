package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"ticketbell/notify"
)

// maxEarly is how long before its end a token is replaced: longer than any request
// takes. Feishu gives a new one when 30 minutes are left (feishu.md 3).
const maxEarly = 5 * time.Minute

// failPause is how long nobody asks again after a fetch that failed: everybody who has
// something to send would. A wrong secret stops the channel instead, and is asked about
// again as soon as an administrator lets it go on.
const failPause = 500 * time.Millisecond

// token is a tenant_access_token. Its serial rises with every fetch, since Feishu
// may hand out the same value again.
type token struct {
	value  string
	serial int
	until  time.Time
}

// tokens keeps the app's token. However many ask at once, one of them fetches and
// all share what came of it.
type tokens struct {
	fetch func(context.Context) (value string, life time.Duration, err error)
	now   func() time.Time

	mu      sync.Mutex
	current token
	flight  *flight // nil while nobody fetches
	failed  *flight // the last one, where it is not to be tried again before again
	again   time.Time
}

// flight is a fetch under way; done is closed at its end, after the rest is set.
type flight struct {
	done  chan struct{}
	token token
	err   error
	// abandoned is true when it was the fetcher who went away.
	abandoned bool
}

// get returns a token that will last for a request.
func (t *tokens) get(ctx context.Context) (token, error) {
	return t.await(ctx, func(have token) bool { return t.now().Before(have.until) })
}

// after returns a token fetched later than old, which Feishu refused.
func (t *tokens) after(ctx context.Context, old token) (token, error) {
	return t.await(ctx, func(have token) bool { return have.serial > old.serial && t.now().Before(have.until) })
}

// renew fetches a token even though there may be a good one.
func (t *tokens) renew(ctx context.Context) (token, error) {
	t.mu.Lock()
	old := t.current
	t.failed = nil
	t.mu.Unlock()
	return t.after(ctx, old)
}

// await returns the current token if it is good, else that of the next fetch.
func (t *tokens) await(ctx context.Context, good func(token) bool) (token, error) {
	for {
		have, f, mine := t.join(good)
		if f == nil {
			return have, nil
		}
		if mine {
			t.fly(ctx, f)
		}
		select {
		case <-ctx.Done():
			return token{}, fmt.Errorf("wait for a feishu token: %w", ctx.Err())
		case <-f.done:
		}
		if mine || !f.abandoned {
			return f.token, f.err
		}
	}
}

// join returns the current token if it is good, else the fetch to wait for, which may be
// one that failed just now, and whether it is the caller's to make.
func (t *tokens) join(good func(token) bool) (have token, f *flight, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if good(t.current) {
		return t.current, nil, false
	}
	if t.flight != nil {
		return token{}, t.flight, false
	}
	if t.failed != nil && t.now().Before(t.again) {
		return token{}, t.failed, false
	}
	t.flight = &flight{done: make(chan struct{})}
	return token{}, t.flight, true
}

func (t *tokens) fly(ctx context.Context, f *flight) {
	asked := t.now()
	value, life, err := t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	f.err, f.abandoned = err, ctx.Err() != nil
	t.failed = nil
	if verdict, _ := notify.VerdictOf(err); err != nil && !f.abandoned && verdict != notify.VerdictMisconfigured {
		t.failed, t.again = f, t.now().Add(failPause)
	}
	if err == nil {
		early := min(maxEarly, life/4)
		t.current = token{value: value, serial: t.current.serial + 1, until: asked.Add(life - early)}
		f.token = t.current
	}
	t.flight = nil
	close(f.done)
}

// fetchToken asks Feishu for a token and for how long it is good.
func (b *Bot) fetchToken(ctx context.Context) (string, time.Duration, error) {
	resp, err := larkcore.Request(ctx, &larkcore.ApiReq{
		HttpMethod: http.MethodPost, ApiPath: larkcore.TenantAccessTokenInternalUrlPath,
		Body: map[string]string{"app_id": b.core.AppId, "app_secret": b.core.AppSecret},
	}, b.core)
	if err != nil {
		return "", 0, fmt.Errorf("fetch a feishu token: %w", err)
	}
	var answer struct {
		larkcore.CodeError
		Token  string `json:"tenant_access_token"`
		Expire int    `json:"expire"` // seconds left
	}
	if err := json.Unmarshal(resp.RawBody, &answer); err != nil {
		return "", 0, fmt.Errorf("read a feishu token: %w", err)
	}
	if err := b.judge(signIn, reply{resp, answer.CodeError}); err != nil {
		return "", 0, fmt.Errorf("fetch a feishu token: %w", err)
	}
	if answer.Token == "" {
		return "", 0, &notify.Refusal{Code: "feishu.no_token", Message: "answered without a token", RequestID: resp.RequestId()}
	}
	return answer.Token, time.Duration(answer.Expire) * time.Second, nil
}
