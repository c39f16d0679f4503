package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// toll stands before WeCom and counts who asks for a token.
type toll struct{ tokens atomic.Int64 }

// atWeCom sends the bot to WeCom by way of a toll.
func (b *bot) atWeCom(w *world) *toll {
	b.door.t.Helper()
	address, _ := w.channels[wecom]["api_base_url"].(string)
	behind, err := url.Parse(address)
	if err != nil || behind.Host == "" {
		b.door.t.Fatalf("address of WeCom: got %q (%v), want a URL", address, err)
	}
	g, onward := &toll{}, httputil.NewSingleHostReverseProxy(behind)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/gettoken") {
			g.tokens.Add(1)
		}
		onward.ServeHTTP(rw, r)
	}))
	b.door.t.Cleanup(srv.Close)
	b.patch(wecom, map[string]any{"api_base_url": srv.URL, "corp_secret": w.channels[wecom]["corp_secret"]})
	return g
}

// gate stands before the mail server, counts the connections, and lets them in while it is open.
type gate struct {
	behind string
	wg     sync.WaitGroup

	mu     sync.Mutex // guards what follows
	shut   bool
	opened int        // connections so far
	held   []net.Conn // taken while shut, and never answered
}

// atMail sends the bot to the mail server by way of a gate.
func (b *bot) atMail(w *world, shut bool) *gate {
	t := b.door.t
	t.Helper()
	host, _ := w.channels[mail]["host"].(string)
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{behind: net.JoinHostPort(host, fmt.Sprint(w.channels[mail]["port"])), shut: shut}
	g.wg.Go(func() { g.serve(t.Context(), ln) })
	t.Cleanup(func() {
		_ = ln.Close()
		g.open()
		<-b.ended // its connections end with it
		g.wg.Wait()
	})
	_, own, _ := net.SplitHostPort(ln.Addr().String()) // an address of a listener has both
	b.patch(mail, map[string]any{"host": host, "port": json.Number(own), "password": w.channels[mail]["password"]})
	return g
}

func (g *gate) serve(ctx context.Context, ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		if g.lets(conn) {
			g.wg.Go(func() { g.pass(ctx, conn) })
		}
	}
}

// lets counts a connection and reports whether it may go on; else it is held.
func (g *gate) lets(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened++
	if g.shut {
		g.held = append(g.held, conn)
	}
	return !g.shut
}

// pass carries what both sides say until one of them hangs up.
func (g *gate) pass(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", g.behind)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(conn, server) // ends when a side hangs up
		_ = conn.Close()
	})
	_, _ = io.Copy(server, conn)
	_ = server.Close()
	back.Wait()
}

// open lets everybody in from now on, and cuts those it held.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, conn := range g.held {
		_ = conn.Close()
	}
	g.shut, g.held = false, nil
}

// connections is how many there were so far.
func (g *gate) connections() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opened
}
