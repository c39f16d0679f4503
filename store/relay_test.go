package store_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// relay stands between a store and its server.
type relay struct {
	target string
	wg     sync.WaitGroup

	mu   sync.Mutex
	ends []net.Conn // of all connections, guarded by mu
	mute chan struct{}
}

// between returns the address url is reached by through r.
func (r *relay) between(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.target, r.mute = u.Host, make(chan struct{})
	r.wg.Go(func() { r.run(l) })
	t.Cleanup(func() {
		_ = l.Close()
		r.mu.Lock()
		for _, c := range r.ends {
			_ = c.Close()
		}
		r.mu.Unlock()
		r.wg.Wait()
	})
	u.Host = l.Addr().String()
	return u.String()
}

func (r *relay) run(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := new(net.Dialer).DialContext(context.Background(), "tcp", r.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		r.mu.Lock()
		r.ends = append(r.ends, in, out)
		mute := r.mute
		r.mu.Unlock()
		r.wg.Go(func() { pass(out, in, mute) })
		r.wg.Go(func() { pass(in, out, mute) })
	}
}

// pass carries what from says to to, until mute is closed; then it swallows it.
func pass(to, from net.Conn, mute <-chan struct{}) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		select {
		case <-mute:
			_, _ = io.Copy(io.Discard, from)
			return
		default:
		}
		if _, broken := to.Write(buf[:n]); err != nil || broken != nil {
			_ = to.Close()
			return
		}
	}
}

// silence has the connections that are open end without a word: they stay, and carry nothing.
func (r *relay) silence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.mute)
	r.mute = make(chan struct{})
}

func TestAConnectionThatDiedWithoutAWordIsReplaced(t *testing.T) {
	r := new(relay)
	s := open(t, r.between(t, postgresURL(t)))
	record(t, s, entry("1"), planned(entry("1")))
	used := time.Now()
	r.silence()
	eventually(t, "the connections have rested", func() bool { return time.Since(used) > 1100*time.Millisecond })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, ok, err := s.Seen(ctx, "sqle", "1"); err != nil || !ok {
		t.Errorf("got %v, %v while a new connection can be made, want the event", ok, err)
	}
}

func TestAReplicaIsWokenAgainAfterItsLineDiedWithoutAWord(t *testing.T) {
	r, url := new(relay), postgresURL(t)
	far, near := open(t, r.between(t, url)), open(t, url)
	hears(t, far, near)
	r.silence()
	hears(t, far, near)
}
