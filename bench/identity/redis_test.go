package identity

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// dial returns a client of the Redis that TICKETBELL_TEST_REDIS names, or of a
// private one.
func dial(b *testing.B) redis.UniversalClient {
	b.Helper()
	url := os.Getenv("TICKETBELL_TEST_REDIS")
	if url == "" {
		url = start(b)
	}
	opt, err := redis.ParseURL(url)
	if err != nil {
		b.Fatal(err)
	}
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout, opt.ContextTimeoutEnabled = time.Second, time.Second, time.Second, true
	rdb := redis.NewClient(opt)
	b.Cleanup(func() { _ = rdb.Close() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		err := rdb.Ping(b.Context()).Err()
		if err == nil {
			return rdb
		}
		if time.Now().After(deadline) {
			b.Fatal(err)
		}
	}
}

func start(b *testing.B) (url string) {
	b.Helper()
	ln, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := ln.Addr().(*net.TCPAddr)
	if err := ln.Close(); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	cmd := exec.CommandContext(ctx, "redis-server", "--bind", "127.0.0.1", "--port", fmt.Sprint(addr.Port), "--save", "", "--appendonly", "no", "--dir", b.TempDir())
	if err := cmd.Start(); err != nil {
		b.Fatalf("start redis-server (or set TICKETBELL_TEST_REDIS): %v", err)
	}
	b.Cleanup(func() {
		stop()
		_ = cmd.Wait()
	})
	return fmt.Sprintf("redis://127.0.0.1:%d/0", addr.Port)
}
