package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// early is how long before its end a token is no longer used.
	early = 5 * time.Minute
	// usualLife is assumed when WeCom does not say how long a token lasts (wecom.md 3).
	usualLife = 2 * time.Hour
	// failPause is how long nobody asks again after a fetch that failed: everybody who
	// has something to send would, and WeCom bars those who fetch too often.
	failPause = 500 * time.Millisecond
)

// tokens holds the app's access token. However many callers want one, it is
// fetched once.
type tokens struct {
	fetch func(context.Context) (token string, life time.Duration, err error)
	now   func() time.Time
	// timeout bounds one fetch.
	timeout time.Duration

	flight singleflight.Group

	mu       sync.Mutex // guards the fields below
	value    string
	until    time.Time
	refusals int   // how often corp or secret were called wrong
	refusal  error // the last time's
	failure  error // of the last fetch, unless it succeeded or was refused
	again    time.Time
}

// moment tells what came before it from what came after.
type moment int

// moment is the present one.
func (t *tokens) moment() moment {
	t.mu.Lock()
	defer t.mu.Unlock()
	return moment(t.refusals)
}

// get returns a valid token other than bad: the one in hand, or a fresh one. bad is
// a token WeCom refused, or "". Of all who began before corp or secret were called
// wrong only one asks: several wrong secrets bar the address for an hour (wecom.md 3).
func (t *tokens) get(ctx context.Context, bad string, began moment) (string, error) {
	if token, err := t.inHand(bad, began); token != "" || err != nil {
		return token, err
	}
	return t.wait(ctx, "get", func(ctx context.Context) (string, error) {
		// Asked again inside the flight: an earlier one may just have landed.
		if token, err := t.inHand(bad, began); token != "" || err != nil {
			return token, err
		}
		return t.renew(ctx)
	})
}

// fresh fetches a token even when the one in hand is valid.
func (t *tokens) fresh(ctx context.Context) (string, error) { return t.wait(ctx, "fresh", t.renew) }

// wait lets one caller do the work for all who want the same. It outlives the
// caller who happened to be first, so that the others do not fail with them.
func (t *tokens) wait(ctx context.Context, what string, do func(context.Context) (string, error)) (string, error) {
	done := t.flight.DoChan(what, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeout)
		defer cancel()
		return do(ctx)
	})
	select {
	case r := <-done:
		token, _ := r.Val.(string)
		return token, r.Err
	case <-ctx.Done():
		return "", fmt.Errorf("wait for an access token: %w", ctx.Err())
	}
}

// inHand returns the token there is, "" when there is none other than bad, or the
// refusal that came since a caller began, or what a fetch failed of just now.
func (t *tokens) inHand(bad string, began moment) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.value != "" && t.value != bad && t.now().Before(t.until):
		return t.value, nil
	case t.refusals > int(began):
		return "", t.refusal
	case t.failure != nil && t.now().Before(t.again):
		return "", t.failure
	}
	return "", nil
}

func (t *tokens) renew(ctx context.Context) (string, error) {
	token, life, err := t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failure = nil
	if err != nil {
		if refused, ok := errors.AsType[*codeError](err); ok && rowOf(refused.ErrCode).class == misconfigured {
			t.refusals, t.refusal = t.refusals+1, err
		} else {
			t.failure, t.again = err, t.now().Add(failPause)
		}
		return "", err
	}
	t.value, t.until = token, t.now().Add(life-min(early, life/2))
	return token, nil
}

type tokenReply struct {
	status
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// fetchToken asks WeCom for a token (wecom.md 3). The call is ours because the
// SDK's has no time-out and sends the secret twice.
func (b *Bot) fetchToken(ctx context.Context) (string, time.Duration, error) {
	query := url.Values{"corpid": {b.cfg.CorpID}, "corpsecret": {b.cfg.CorpSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.cfg.APIBaseURL+"cgi-bin/gettoken?"+query.Encode(), nil)
	if err != nil {
		return "", 0, strip(err)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return "", 0, strip(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var reply tokenReply
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		return "", 0, fmt.Errorf("read the answer: %w", err)
	}
	if reply.AccessToken == "" || reply.ErrCode != 0 {
		return "", 0, b.refused(reply.status, "")
	}
	life := time.Duration(reply.ExpiresIn) * time.Second
	if life <= 0 {
		life = usualLife
	}
	return reply.AccessToken, life, nil
}
