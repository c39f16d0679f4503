package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"

	"ticketbell/notify"
)

// errProxyPassword says that a proxy wants a sign-in, which would be kept where it is shown.
var errProxyPassword = errors.New("a proxy's address holds no user and password")

// proxyError says that a proxy did not connect us.
type proxyError struct{ err error }

func (e *proxyError) Error() string { return "the proxy did not connect us: " + e.err.Error() }
func (e *proxyError) Unwrap() error { return e.err }

// parseProxy reads what was typed as the proxy, nil when nothing was: socks5 or http
// (CONNECT). Credentials are refused, for the address is no secret and is shown.
func parseProxy(raw string) (*url.URL, error) {
	u, err := notify.ProxyURL(raw, "http", "socks5")
	if err == nil && u != nil && u.User != nil {
		return nil, errProxyPassword
	}
	return u, err
}

// connect opens a connection to the mail server, through the proxy if there is one. The
// proxy looks its name up.
func (d dialer) connect(ctx context.Context) (net.Conn, error) {
	direct := &net.Dialer{}
	through, err := parseProxy(d.cfg.ProxyURL)
	switch {
	case err != nil:
		return nil, err
	case through == nil:
		return direct.DialContext(ctx, "tcp", d.cfg.address())
	case through.Scheme == "socks5":
		return throughSOCKS(ctx, direct, through.Host, d.cfg.address())
	default:
		return throughHTTP(ctx, direct, through.Host, d.cfg.address())
	}
}

func throughSOCKS(ctx context.Context, direct *net.Dialer, host, to string) (net.Conn, error) {
	socks, err := proxy.SOCKS5("tcp", host, nil, direct)
	if err != nil {
		return nil, err
	}
	dial, ok := socks.(proxy.ContextDialer)
	if !ok {
		return nil, fmt.Errorf("dial through socks5: %T heeds no context", socks)
	}
	conn, err := dial.DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, &proxyError{err}
	}
	return conn, nil
}

// throughHTTP asks an HTTP proxy for a tunnel (RFC 9110 9.3.6).
func throughHTTP(ctx context.Context, direct *net.Dialer, host, to string) (net.Conn, error) {
	conn, err := direct.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, &proxyError{err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past()) })
	read, err := tunnel(conn, to)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, &proxyError{errors.Join(ctx.Err(), err)}
	}
	return &tunnelled{conn, read}, nil
}

// mostHead is how many bytes a proxy's answer may have.
const mostHead = 64 << 10

func tunnel(conn net.Conn, to string) (*bufio.Reader, error) {
	if _, err := fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to); err != nil {
		return nil, err
	}
	bounded := &io.LimitedReader{R: conn, N: mostHead}
	read := bufio.NewReader(bounded)
	answer, err := http.ReadResponse(read, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		_ = answer.Body.Close()
		return nil, fmt.Errorf("it answered %s", answer.Status)
	}
	bounded.N = math.MaxInt64
	return read, nil
}

// tunnelled is a connection of which some was read with the proxy's answer: a mail server
// speaks first.
type tunnelled struct {
	net.Conn
	read io.Reader
}

func (t *tunnelled) Read(b []byte) (int, error) { return t.read.Read(b) }
