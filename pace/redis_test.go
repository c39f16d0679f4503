package pace

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisEnv names a Redis for the tests; without it they start their own.
const redisEnv = "TICKETBELL_TEST_REDIS"

// server is a Redis of the test's own, which it may stop.
type server struct {
	port string
	dir  string
	cmd  *exec.Cmd
}

// newServer starts a Redis on a free port.
func newServer(tb testing.TB) *server {
	tb.Helper()
	ln, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	ln.Close()
	s := &server{port: port, dir: tb.TempDir()}
	s.start(tb)
	tb.Cleanup(s.stop)
	return s
}

func (s *server) url() string { return "redis://127.0.0.1:" + s.port + "/0" }

// start returns when the Redis answers. It remembers nothing of an earlier start.
func (s *server) start(tb testing.TB) {
	tb.Helper()
	s.cmd = exec.CommandContext(tb.Context(), "redis-server", "--bind", "127.0.0.1", "--port", s.port, "--save", "", "--appendonly", "no", "--dir", s.dir)
	if err := s.cmd.Start(); err != nil {
		tb.Fatalf("start redis-server: %v (scripts/deps.sh installs it, or name one in %s)", err, redisEnv)
	}
	rdb := dial(tb, s.url())
	eventually(tb, "redis answers", func() bool { return Ping(tb.Context(), rdb) == nil })
}

// stop kills the Redis; nobody but this test uses it.
func (s *server) stop() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

// anyRedis returns the URL of the Redis in the environment, or of a new one. Others
// may use it as well; a test's own key keeps it apart.
func anyRedis(tb testing.TB) string {
	tb.Helper()
	if url := os.Getenv(redisEnv); url != "" {
		return url
	}
	return newServer(tb).url()
}

func dial(tb testing.TB, url string) redis.UniversalClient {
	tb.Helper()
	rdb, err := DialRedis(url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { rdb.Close() })
	return rdb
}

func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("waited in vain: %s", what)
		}
	}
}

// journal is a log to be looked at. It is safe for use by many goroutines.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) count(level slog.Level) int {
	return strings.Count(j.String(), "level="+level.String())
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// questions counts the commands a client was asked to send.
type questions struct {
	redis.Hook

	mu sync.Mutex
	n  int
}

func (q *questions) DialHook(next redis.DialHook) redis.DialHook { return next }

func (q *questions) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (q *questions) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		q.mu.Lock()
		q.n++
		q.mu.Unlock()
		return next(ctx, cmd)
	}
}

// since returns how many there were since it was asked last.
func (q *questions) since() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.n
	q.n = 0
	return n
}
