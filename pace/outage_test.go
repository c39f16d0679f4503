package pace

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
)

func TestTheLimitHoldsWhileRedisGoesAndComesBackEmpty(t *testing.T) {
	own, j := newServer(t), &journal{}
	c := newClock()
	s := NewShared(dial(t, own.url()), New(c.Now), aKey(), j.logger())
	w := window{50, time.Second}
	var all []grant
	ask := func(times int) (sum int) {
		for range times {
			n, wait := s.ask(t.Context(), someone("a"), windows{w}, 1000)
			all = append(all, grant{c.Now(), c.Now(), n})
			sum += n
			c.add(max(wait, time.Millisecond))
		}
		return sum
	}
	if got := ask(5); got == 0 {
		t.Error("with redis: got 0 places, want some")
	}
	own.stop()
	if got := ask(200); got < 150 {
		t.Errorf("without redis: got %d places, want at least 150", got)
	}
	own.start(t)
	c.add(breakerRest)
	eventually(t, "redis is asked again", func() bool {
		ask(1)
		return j.count(slog.LevelInfo) > 0
	})
	wantStrict(t, all, w)
}

func TestADeadRedisCostsNothing(t *testing.T) {
	own, j, c, asked := newServer(t), &journal{}, newClock(), &questions{}
	rdb := dial(t, own.url())
	rdb.AddHook(asked)
	s := NewShared(rdb, New(c.Now), aKey(), j.logger())
	own.stop()
	lim := notify.Limits{PersonPerSecond: 1_000_000}
	for range 1000 {
		if n, _ := s.Person(t.Context(), notify.Feishu, "a", lim, 1); n != 1 {
			t.Fatalf("got %d places, want 1: the process decides", n)
		}
	}
	if got := asked.since(); got != 1 {
		t.Errorf("got %d questions to redis within a second, want 1", got)
	}
	for range 180 { // three minutes
		c.add(breakerRest)
		s.Person(t.Context(), notify.Feishu, "a", lim, 1)
	}
	if got := asked.since(); got != 180 {
		t.Errorf("got %d questions to redis in 180 seconds, want one each", got)
	}
	if got := j.count(slog.LevelWarn); got != 4 {
		t.Errorf("got %d warnings in three minutes, want 4: at once and each minute", got)
	}
}

// silence is a server that takes connections and never says a word.
func silence(t *testing.T) (addr string) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln.Addr().String()
}

func TestASilentRedisIsNotWaitedFor(t *testing.T) {
	// The client itself would wait a minute.
	rdb := redis.NewClient(&redis.Options{
		Addr: silence(t), ReadTimeout: time.Minute, DialTimeout: time.Minute, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { rdb.Close() })
	j := &journal{}
	s := NewShared(rdb, New(time.Now), aKey(), j.logger())
	begin := time.Now()
	n, _ := s.Calls(t.Context(), notify.Feishu, notify.Limits{PerMinute: 1000}, 10)
	if n != 10 {
		t.Errorf("got %d places, want 10: the process decides", n)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v, want about %v", took, askTime)
	}
	if got := j.count(slog.LevelWarn); got != 1 {
		t.Errorf("got %d warnings, want 1", got)
	}
}

func TestACallerWhoGaveUpSaysNothingOfRedis(t *testing.T) {
	j, asked := &journal{}, &questions{}
	rdb := dial(t, anyRedis(t))
	rdb.AddHook(asked)
	s := NewShared(rdb, New(time.Now), aKey(), j.logger())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Calls(ctx, notify.Feishu, notify.Limits{PerMinute: 1000}, 1)
	asked.since()
	s.Calls(t.Context(), notify.Feishu, notify.Limits{PerMinute: 1000}, 1)
	if got := asked.since(); got == 0 {
		t.Error("got no question to redis after a caller gave up, want one")
	}
	if got := j.String(); got != "" {
		t.Errorf("got the log %s, want none", got)
	}
}

func TestAWrongPasswordIsToldWithoutIt(t *testing.T) {
	own, j := newServer(t), &journal{}
	url := strings.Replace(own.url(), "redis://", "redis://bell:hunter2secret@", 1)
	rdb := dial(t, url)
	err := Ping(t.Context(), rdb)
	if err == nil || strings.Contains(err.Error(), "hunter2secret") {
		t.Errorf("ping: got %v, want an error without the password", err)
	}
	s := NewShared(rdb, New(time.Now), aKey(), j.logger())
	s.Calls(t.Context(), notify.Feishu, notify.Limits{PerMinute: 1000}, 1)
	if got := j.String(); j.count(slog.LevelWarn) != 1 || strings.Contains(got, "hunter2secret") {
		t.Errorf("got the log %s, want one warning without the password", got)
	}
}
