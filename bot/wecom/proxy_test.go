package wecom

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ticketbell/notify"
)

func TestEverythingGoesThroughTheProxy(t *testing.T) {
	s := newStand(t)
	var mu sync.Mutex
	var paths []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		s.sim.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = "http://localhost:1" // nobody is there: only the proxy can answer
		c.ProxyURL = strings.TrimPrefix(proxy.URL, "http://")
	}})
	if o := b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0]; o.Err != nil {
		t.Error(o.Err)
	}
	if want := "/cgi-bin/gettoken /cgi-bin/message/send"; strings.Join(paths, " ") != want {
		t.Errorf("got %v through the proxy, want %s", paths, want)
	}
}

func TestDeadProxyIsNotGoneAround(t *testing.T) {
	s := newStand(t, func(c *Config) { c.ProxyURL = "http://user:proxy-password@127.0.0.1:1" })
	wantVerdict(t, s.send("lisi")[0].Err, notify.VerdictAgain, "")
	if calls := s.sim.Calls(); len(calls) != 0 {
		t.Errorf("got calls %v, want none past the proxy", calls)
	}
}

func TestProxyWithACertificateOfItsOwnIsNotTrusted(t *testing.T) { // finding 3
	var seen bytes.Buffer
	impostor := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen.WriteString(r.URL.String())
	}))
	impostor.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the client who turns away
	impostor.StartTLS()
	defer impostor.Close()
	proxy := interceptingProxy(t, impostor.Listener.Addr().String())
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = "https://example.com/" // the name in the certificate: only its issuer is wrong
		c.ProxyURL = proxy
	}})
	err := b.Check(t.Context())
	wantVerdict(t, err, notify.VerdictAgain, "")
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("got %v, want the certificate refused", err)
	}
	if seen.Len() > 0 {
		t.Errorf("got %q read by the proxy, want nothing", seen.String())
	}
}

// interceptingProxy answers every CONNECT and leads it to target, whoever was asked for.
func interceptingProxy(t *testing.T, target string) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { intercept(t, conn, target) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

func intercept(t *testing.T, conn net.Conn, target string) {
	t.Helper()
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil || req.Method != http.MethodConnect || req.Host != "example.com:443" {
		t.Errorf("got %v (%v), want CONNECT to WeCom", req, err)
		return
	}
	out, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", target)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = out.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	})
	_, _ = io.Copy(conn, out)
	_ = conn.Close()
	wg.Wait()
}
