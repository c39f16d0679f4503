package mail

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"ticketbell/notify"
)

// gateway is a proxy that counts what it connects.
type gateway struct {
	addr    string
	tunnels atomic.Int64
	names   chan string // where it was asked to connect to, as it was spelled
}

// openGateway serves connections with handshake, which returns where they want to go.
func openGateway(t *testing.T, handshake func(net.Conn) (to string, ok bool)) *gateway {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	g := &gateway{addr: l.Addr().String(), names: make(chan string, 16)}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go g.serve(t.Context(), near, handshake)
		}
	}()
	return g
}

func (g *gateway) serve(ctx context.Context, near net.Conn, handshake func(net.Conn) (string, bool)) {
	defer func() { _ = near.Close() }()
	to, ok := handshake(near)
	g.names <- to
	if !ok {
		return
	}
	_, port, _ := net.SplitHostPort(to)
	far, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port)) // it knows every name
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	g.tunnels.Add(1)
	go func() { _, _ = io.Copy(far, near) }()
	_, _ = io.Copy(near, far)
}

// overHTTP speaks RFC 9110's CONNECT and answers with that status.
func overHTTP(status string) func(net.Conn) (string, bool) {
	return func(conn net.Conn) (string, bool) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil || r.Method != http.MethodConnect {
			return "", false
		}
		_, err = fmt.Fprintf(conn, "HTTP/1.1 %s\r\n\r\n", status)
		return r.Host, err == nil && strings.HasPrefix(status, "200")
	}
}

// overSOCKS speaks SOCKS 5 without a sign-in (RFC 1928), to whoever gives a name.
func overSOCKS(conn net.Conn) (string, bool) {
	hello := make([]byte, 2)
	if _, err := io.ReadFull(conn, hello); err != nil {
		return "", false
	}
	_, _ = io.CopyN(io.Discard, conn, int64(hello[1]))
	_, _ = conn.Write([]byte{5, 0})
	head := make([]byte, 5) // version, command, reserved, kind of address, length of the name
	if _, err := io.ReadFull(conn, head); err != nil || head[3] != 3 {
		return "", false
	}
	rest := make([]byte, int(head[4])+2)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return "", false
	}
	_, err := conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	name, port := rest[:head[4]], binary.BigEndian.Uint16(rest[head[4]:])
	return net.JoinHostPort(string(name), strconv.Itoa(int(port))), err == nil
}

func TestMailGoesThroughTheProxyAlone(t *testing.T) {
	for kind, handshake := range map[string]func(net.Conn) (string, bool){"http": overHTTP("200 Connected"), "socks5": overSOCKS} {
		t.Run(kind, func(t *testing.T) {
			h := open(t, nil)
			g := openGateway(t, handshake)
			m := h.mailer(t, func(c *Config) { c.Host, c.ProxyURL = "mail.nowhere.invalid", kind+"://"+g.addr })
			if out := send(t, m, "lisi@corp.example"); out.Err != nil {
				t.Fatal(out.Err)
			}
			if got := <-g.names; !strings.HasPrefix(got, "mail.nowhere.invalid:") {
				t.Errorf("got a way to %q, want the name left to the proxy", got)
			}
			if n := len(h.messages()); n != 1 || g.tunnels.Load() != 1 {
				t.Errorf("got %d mails by %d tunnels, want one each", n, g.tunnels.Load())
			}
		})
	}
}

func TestAProxyThatDoesNotConnectIsNamed(t *testing.T) {
	h := open(t, nil)
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for name, address := range map[string]string{
		"it refuses":      openGateway(t, overHTTP("403 Forbidden")).addr,
		"it is not there": closed.Addr().String(),
		"it is no proxy":  h.Addr(),
	} {
		t.Run(name, func(t *testing.T) {
			m := h.mailer(t, func(c *Config) { c.ProxyURL = address })
			wantRefusal(t, send(t, m, "lisi@corp.example").Err, notify.VerdictAgain, "mail.proxy")
		})
	}
}

func TestAPasswordDoesNotTravelInPlainTextBehindAProxy(t *testing.T) {
	h := open(t, signIn)
	g := openGateway(t, overHTTP("200 Connected"))
	m := h.mailer(t, func(c *Config) {
		signedIn(c)
		c.Host, c.ProxyURL = "mail.nowhere.invalid", g.addr
	})
	wantRefusal(t, send(t, m, "lisi@corp.example").Err, notify.VerdictMisconfigured, "mail.plain_login")
	if err := (Config{Host: "localhost", Port: 25, Security: None, Username: "bell@corp.example", Password: secret, ProxyURL: g.addr}).Validate(); err == nil {
		t.Error("got a valid configuration, want encryption demanded behind a proxy")
	}
}

func TestAProxyIsAnAddressWithAPortAndNoPassword(t *testing.T) {
	for raw, ok := range map[string]bool{
		"": true, "10.0.0.1:3128": true, "http://proxy.corp.example:3128/": true, "socks5://[::1]:1080": true,
		"10.0.0.1": false, "https://10.0.0.1:3128": false, "http://user:secret@10.0.0.1:3128": false, "socks5://:1080": false,
		"http://10.0.0.1:99999": false, "http://10.0.0.1:3128/path": false, "ftp://10.0.0.1:21": false, "://": false,
	} {
		if _, err := parseProxy(raw); (err == nil) != ok {
			t.Errorf("%q: got %v, want it taken: %t", raw, err, ok)
		}
	}
}
