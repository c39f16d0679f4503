package pace

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestAWrongURLIsRefusedWithoutThePassword(t *testing.T) {
	for name, url := range map[string]string{
		"empty":                    "",
		"no scheme":                "hunter2secret@127.0.0.1:6379",
		"another scheme":           "http://:hunter2secret@127.0.0.1:6379",
		"a socket":                 "unix://bell:hunter2secret@/run/redis.sock",
		"no host":                  "redis://",
		"a slash in the password":  "redis://bell:hunter2/secret@127.0.0.1:6379",
		"a hash in the password":   "redis://bell:hunter2#secret@127.0.0.1:6379",
		"a percent in it":          "redis://bell:hunter2%secret@127.0.0.1:6379",
		"a database of no number":  "redis://bell:hunter2secret@127.0.0.1:6379/hunter2secret",
		"an option nobody knows":   "redis://bell:x@127.0.0.1:6379?hunter2secret=1",
		"a port that is no number": "redis://127.0.0.1:hunter2secret",
	} {
		t.Run(name, func(t *testing.T) {
			rdb, err := DialRedis(url)
			if err == nil {
				rdb.Close()
				t.Fatal("got no error, want one")
			}
			for _, piece := range []string{"hunter2", "secret"} {
				if strings.Contains(err.Error(), piece) {
					t.Errorf("got %q, want nothing of the password in it", err)
				}
			}
		})
	}
}

func TestEveryTimeOfTheClientIsBounded(t *testing.T) {
	for _, url := range []string{"redis://bell:x@127.0.0.1:6379/3", "rediss://127.0.0.1:6379?read_timeout=60&max_retries=9"} {
		rdb, ok := dial(t, url).(*redis.Client)
		if !ok {
			t.Fatalf("%s: got a %T, want a *redis.Client", url, rdb)
		}
		opt := rdb.Options()
		for name, got := range map[string]time.Duration{
			"dial": opt.DialTimeout, "read": opt.ReadTimeout, "write": opt.WriteTimeout, "pool": opt.PoolTimeout,
		} {
			if got < 200*time.Millisecond || got > 500*time.Millisecond {
				t.Errorf("%s: got a %s time-out of %v, want 200ms to 500ms", url, name, got)
			}
		}
		if !opt.ContextTimeoutEnabled || opt.MaxRetries > 1 {
			t.Errorf("%s: got ContextTimeoutEnabled %v and %d retries, want true and at most 1", url, opt.ContextTimeoutEnabled, opt.MaxRetries)
		}
		if secure := opt.TLSConfig != nil; secure != strings.HasPrefix(url, "rediss") {
			t.Errorf("%s: got TLS %v", url, secure)
		}
	}
}

func TestPingSaysWhetherRedisAnswers(t *testing.T) {
	own := newServer(t)
	rdb := dial(t, own.url())
	if err := Ping(t.Context(), rdb); err != nil {
		t.Errorf("while it runs: got %v, want no error", err)
	}
	own.stop()
	if err := Ping(t.Context(), rdb); err == nil {
		t.Error("after it was stopped: got no error, want one")
	}
}
