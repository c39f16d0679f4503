package pace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errRedisURL says what a URL must look like and nothing of the one given: the
// parser's own words may hold a piece of the password.
var errRedisURL = errors.New("redis url: must look like redis://[user:password@]host:port[/number] or rediss://… " +
	"(write special characters of the password as %XX)")

// DialRedis returns a client of the Redis at a redis:// or rediss:// URL, with
// time-outs of some 100 ms: what Redis keeps can be done without. Nothing is sent
// before the first use; see [Ping]. An error never holds the password.
func DialRedis(rawURL string) (redis.UniversalClient, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || (u.Scheme != "redis" && u.Scheme != "rediss") {
		return nil, errRedisURL
	}
	opt, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, errRedisURL
	}
	bound(opt)
	hush()
	return redis.NewClient(opt), nil
}

// bound sets every time the client may take: its own defaults are seconds, and a
// deadline of the context counts only when it is told so (libraries.md, traps).
func bound(opt *redis.Options) {
	opt.DialTimeout = 300 * time.Millisecond
	opt.ReadTimeout = 300 * time.Millisecond
	opt.WriteTimeout = 300 * time.Millisecond
	opt.PoolTimeout = 300 * time.Millisecond
	opt.ContextTimeoutEnabled = true
	opt.PoolSize = 16
	opt.MaxRetries = 1 // for a connection that a restarted Redis closed
	opt.DialerRetries = 1
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// hush turns what go-redis writes to the standard logger, a line for each failed
// dial, into debug messages: its callers hear of every failure themselves. It acts
// once, before the first client, because go-redis reads its logger unguarded.
var hush = sync.OnceFunc(func() { redis.SetLogger(debugLogger{}) })

type debugLogger struct{}

// Printf logs a line of go-redis for those who look for it.
func (debugLogger) Printf(ctx context.Context, format string, args ...any) {
	slog.DebugContext(ctx, fmt.Sprintf(format, args...))
}

// Ping asks whether Redis answers. An error never holds the password.
func Ping(ctx context.Context, rdb redis.UniversalClient) error {
	if err := rdb.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}
