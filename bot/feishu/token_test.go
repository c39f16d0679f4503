package feishu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/notify"
)

// revoked accepts only tokens from the n-th on, with that answer to all others.
func revoked(n int, refuse said) func(int, heard) said {
	return func(_ int, h heard) said {
		var serial int
		if _, err := fmt.Sscanf(h.auth, "Bearer t-%d", &serial); err != nil || serial < n {
			return refuse
		}
		return said{body: accepted}
	}
}

func TestManySendsShareOneToken(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	sendMany(t, s.bot(t), 50)
	if tokens, requests := s.calls(); tokens != 1 || len(requests) != 50 {
		t.Errorf("got %d token calls for %d sends, want 1 for 50", tokens, len(requests))
	}
}

func sendMany(t *testing.T, b *Bot, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if got := sendOne(t.Context(), b); got.Err != nil {
				t.Errorf("got %v, want a sent message", got.Err)
			}
		})
	}
	wg.Wait()
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	for _, code := range []int{99991661, 99991663, 99991664, 99991668, 99991671} {
		for _, status := range []int{200, 400, 401} {
			t.Run(fmt.Sprintf("%d with HTTP %d", code, status), func(t *testing.T) {
				s := newStand(t, revoked(2, said{status: status, body: fmt.Sprintf(`{"code":%d,"msg":"invalid token"}`, code)}))
				if got := sendOne(t.Context(), s.bot(t)); got.Err != nil || got.MessageID != "om_1" {
					t.Fatalf("got %+v, want a sent message", got)
				}
				tokens, requests := s.calls()
				if tokens != 2 || len(requests) != 2 {
					t.Errorf("got %d token calls and %d sends, want 2 and 2", tokens, len(requests))
				}
				if a, b := string(requests[0].body), string(requests[1].body); a != b {
					t.Errorf("got another request the second time: %s, want %s", b, a)
				}
			})
		}
	}
}

func TestATokenThatCannotBeFetchedIsNotAskedForByEverybody(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	good := s.token
	s.token = func(int) said { return said{status: 502, body: "bad gateway"} }
	c := &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	b := s.bot(t, WithClock(c.now))
	for range 2 {
		for range 20 {
			if got := sendOne(t.Context(), b); got.Err == nil {
				t.Fatal("got a message sent without a token")
			}
		}
		c.pass(failPause)
	}
	if tokens, _ := s.calls(); tokens != 2 {
		t.Errorf("got %d token calls for forty messages within a second, want 2", tokens)
	}
	s.token = good
	if got := sendOne(t.Context(), b); got.Err != nil {
		t.Errorf("got %v once a token can be had, want a sent message", got.Err)
	}
}

func TestASecretThatWasMendedIsTriedAtOnce(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	good := s.token
	s.token = func(int) said { return said{body: `{"code":10014,"msg":"app secret invalid"}`} }
	b := s.bot(t)
	if got, _ := notify.VerdictOf(sendOne(t.Context(), b).Err); got != notify.VerdictMisconfigured {
		t.Fatalf("got %v of a wrong secret, want misconfigured", got)
	}
	s.token = good
	if got := sendOne(t.Context(), b); got.Err != nil {
		t.Errorf("got %v once the secret is right, want a sent message", got.Err)
	}
}

func TestATokenRefusedTwiceIsTriedAgainLater(t *testing.T) {
	s := newStand(t, always(said{status: 400, body: `{"code":99991663,"msg":"invalid token"}`}))
	got := sendOne(t.Context(), s.bot(t))
	checkAgain(t, got, "feishu.99991663")
	if tokens, requests := s.calls(); tokens != 2 || len(requests) != 2 {
		t.Errorf("got %d token calls and %d sends, want 2 and 2", tokens, len(requests))
	}
}

func TestARevokedTokenIsReplacedOnceForAll(t *testing.T) {
	s := newStand(t, revoked(2, said{status: 400, body: `{"code":99991663,"msg":"invalid token"}`}))
	b := s.bot(t)
	if err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	sendMany(t, b, 30)
	if tokens, _ := s.calls(); tokens != 2 {
		t.Errorf("got %d token calls, want 2: the revoked one and one more", tokens)
	}
}

func TestATokenIsReplacedBeforeItsEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		expire int
		pass   time.Duration
		want   int
	}{
		"two hours, early on":       {7200, 114 * time.Minute, 1},
		"two hours, near the end":   {7200, 116 * time.Minute, 2},
		"half an hour, early on":    {1800, 24 * time.Minute, 1},
		"half an hour, near it":     {1800, 26 * time.Minute, 2},
		"a minute, within it":       {60, 44 * time.Second, 1},
		"a minute, near its end":    {60, 46 * time.Second, 2},
		"no time at all":            {0, 0, 2},
		"less than no time, even":   {-5, 0, 2},
		"the clock was turned back": {7200, -time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(said{body: accepted}))
			s.token = func(n int) said {
				return said{body: fmt.Sprintf(`{"code":0,"tenant_access_token":"t-%d","expire":%d}`, n, tc.expire)}
			}
			c := &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
			b := s.bot(t, WithClock(c.now))
			sendMany(t, b, 1)
			c.pass(tc.pass)
			sendMany(t, b, 1)
			if tokens, _ := s.calls(); tokens != tc.want {
				t.Errorf("got %d token calls, want %d", tokens, tc.want)
			}
		})
	}
}

func TestARefusedSignInIsJudged(t *testing.T) {
	for body, want := range map[string]notify.Verdict{
		`{"code":10003,"msg":"invalid param"}`:                      notify.VerdictMisconfigured,
		`{"code":10005,"msg":"x"}`:                                  notify.VerdictMisconfigured,
		`{"code":10013,"msg":"x"}`:                                  notify.VerdictMisconfigured,
		`{"code":10014,"msg":"app secret invalid"}`:                 notify.VerdictMisconfigured,
		`{"code":10015,"msg":"x"}`:                                  notify.VerdictMisconfigured,
		`{"code":20002,"msg":"app_id and app_secret"}`:              notify.VerdictMisconfigured,
		`{"code":99991543,"msg":"x"}`:                               notify.VerdictMisconfigured,
		`{"code":99991401,"msg":"ip denied"}`:                       notify.VerdictMisconfigured,
		`{"code":2200,"msg":"internal error"}`:                      notify.VerdictAgain,
		`{"code":77,"msg":"who knows"}`:                             notify.VerdictAgain,
		`{"code":0,"msg":"ok"}`:                                     notify.VerdictAgain,
		`{}`:                                                        notify.VerdictAgain,
		`oops`:                                                      notify.VerdictAgain,
		`{"code":99991400,"msg":"request trigger frequency limit"}`: notify.VerdictAfter,
	} {
		for _, status := range []int{200, 400} {
			s := newStand(t, always(said{body: accepted}))
			s.token = func(int) said { return said{status: status, body: body} }
			b := s.bot(t)
			for what, err := range map[string]error{"check": b.Check(t.Context()), "send": sendOne(t.Context(), b).Err} {
				if v, _ := notify.VerdictOf(err); err == nil || v != want {
					t.Errorf("%s, HTTP %d, %s: got %v (%v), want %v", what, status, body, v, err, want)
				}
			}
			if _, requests := s.calls(); len(requests) != 0 {
				t.Errorf("%s: got %d sends without a token, want none", body, len(requests))
			}
		}
	}
}

func TestTheSameCodeMeansNothingOutsideSignIn(t *testing.T) {
	s := newStand(t, always(said{body: `{"code":10003,"msg":"invalid param"}`}))
	checkAgain(t, sendOne(t.Context(), s.bot(t)), "feishu.10003")
}

func TestAFailedFetchIsSharedNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		source := &tokens{now: time.Now, fetch: func(context.Context) (string, time.Duration, error) {
			fetches++
			time.Sleep(time.Second) // of the bubble's own clock: everybody has asked by then
			return "", 0, errors.New("wrong secret")
		}}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := source.get(t.Context()); err == nil || !strings.Contains(err.Error(), "wrong secret") {
					t.Errorf("got %v, want the fetcher's error", err)
				}
			})
		}
		wg.Wait()
		if fetches != 1 {
			t.Errorf("got %d fetches, want 1", fetches)
		}
	})
}

func TestWhoeverLeavesTakesNobodyAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		source := &tokens{now: time.Now, fetch: func(ctx context.Context) (string, time.Duration, error) {
			if fetches++; fetches == 1 {
				<-ctx.Done()
				return "", 0, ctx.Err()
			}
			return "t-2", time.Hour, nil
		}}
		leaver, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := source.get(leaver); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v for the one who left, want a cancelled context", err)
			}
		})
		synctest.Wait()
		for range 5 {
			wg.Go(func() {
				if tok, err := source.get(t.Context()); err != nil || tok.value != "t-2" {
					t.Errorf("got %q, %v for one who stayed, want t-2", tok.value, err)
				}
			})
		}
		synctest.Wait()
		leave()
		wg.Wait()
		if fetches != 2 {
			t.Errorf("got %d fetches, want 2", fetches)
		}
	})
}

func TestWaitingForATokenEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		source := &tokens{now: time.Now, fetch: func(context.Context) (string, time.Duration, error) {
			<-release
			return "t-1", time.Hour, nil
		}}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := source.get(t.Context()); err != nil {
				t.Errorf("got %v for the fetcher, want a token", err)
			}
		})
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := source.get(impatient); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v for the one who waited, want a deadline", err)
		}
		close(release)
		wg.Wait()
	})
}
