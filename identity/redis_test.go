package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisURL is the Redis of all tests here: one that was named, or a private one.
var redisURL = sync.OnceValues(func() (string, error) {
	if url := os.Getenv("TICKETBELL_TEST_REDIS"); url != "" {
		return url, nil
	}
	return privateRedis()
})

// private is the server this process started.
var private struct {
	cmd *exec.Cmd
	dir string
}

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{})
	code := m.Run()
	if private.cmd != nil {
		_ = private.cmd.Process.Kill()
		_ = private.cmd.Wait()
		_ = os.RemoveAll(private.dir)
	}
	os.Exit(code)
}

// quiet keeps go-redis from writing about what the tests break on purpose.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func privateRedis() (string, error) {
	dir, err := os.MkdirTemp("", "identity-redis-")
	if err != nil {
		return "", err
	}
	private.dir = dir
	for range 5 {
		port, err := freePort()
		if err != nil {
			return "", err
		}
		cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--save", "", "--appendonly", "no", "--dir", dir) //nolint:noctx // lives as long as the tests
		if err := cmd.Start(); err != nil {
			return "", fmt.Errorf("start redis-server (or set TICKETBELL_TEST_REDIS): %w", err)
		}
		url := fmt.Sprintf("redis://127.0.0.1:%d/0", port)
		if answers(url) {
			private.cmd = cmd
			return url, nil
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	return "", errors.New("redis-server does not answer")
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

func answers(url string) bool {
	rdb := redis.NewClient(must(redis.ParseURL(url)))
	defer rdb.Close()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if rdb.Ping(context.Background()).Err() == nil {
			return true
		}
	}
	return false
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return v
}

// wire is the way to Redis, which a test can cut and stall.
type wire struct {
	ln     net.Listener
	target string

	mu    sync.Mutex
	conns map[net.Conn]bool
	mode  string // "", "cut" or "stalled"
	moved *sync.Cond
}

// newWire opens a way to the tests' Redis, and a client for each end of it.
func newWire(tb testing.TB) *wire {
	tb.Helper()
	url, err := redisURL()
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		tb.Fatal(err)
	}
	w := &wire{ln: ln, target: must(redis.ParseURL(url)).Addr, conns: map[net.Conn]bool{}}
	w.moved = sync.NewCond(&w.mu)
	var serving sync.WaitGroup
	serving.Go(w.serve)
	tb.Cleanup(func() {
		w.set("cut")
		ln.Close()
		serving.Wait()
	})
	return w
}

func (w *wire) serve() {
	var pumps sync.WaitGroup
	defer pumps.Wait()
	for {
		c, err := w.ln.Accept()
		if err != nil {
			return
		}
		up, err := net.Dial("tcp", w.target) //nolint:noctx // on loopback
		if err != nil || !w.keep(c, up) {
			c.Close()
			continue
		}
		pumps.Go(func() { w.pump(c, up) })
		pumps.Go(func() { w.pump(up, c) })
	}
}

func (w *wire) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.mode == "cut" {
			c.Close()
			continue
		}
		w.conns[c] = true
	}
	return w.mode != "cut"
}

func (w *wire) pump(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		w.waitWhileStalled()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *wire) waitWhileStalled() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.mode == "stalled" {
		w.moved.Wait()
	}
}

// set cuts the wire, stalls it, or mends it with "".
func (w *wire) set(mode string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = mode
	w.moved.Broadcast()
	if mode == "cut" {
		for c := range w.conns {
			c.Close()
			delete(w.conns, c)
		}
	}
}

// client returns a client at the near end of the wire.
func (w *wire) client(tb testing.TB) redis.UniversalClient {
	tb.Helper()
	url, _ := redisURL()
	opt := must(redis.ParseURL(url))
	opt.Addr, opt.ContextTimeoutEnabled, opt.MaxRetries = w.ln.Addr().String(), true, 1
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	rdb := redis.NewClient(opt)
	tb.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// everything is all that stands in Redis under a prefix: keys and values.
func everything(t *testing.T, rdb redis.UniversalClient, prefix string) map[string]string {
	t.Helper()
	found := map[string]string{}
	keys := rdb.Scan(t.Context(), 0, prefix+"*", 1000).Iterator()
	for keys.Next(t.Context()) {
		found[keys.Val()] = rdb.Get(t.Context(), keys.Val()).Val()
	}
	if err := keys.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// flush empties Redis, as far as a test may.
func flush(t *testing.T, rdb redis.UniversalClient, prefix string) {
	t.Helper()
	for key := range everything(t, rdb, prefix) {
		if err := rdb.Del(t.Context(), key).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// lockedBuffer is a log that many write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Clone(b.buf.String())
}

var _ io.Writer = (*lockedBuffer)(nil)
