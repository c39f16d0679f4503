package smtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"ticketbell/sandbox"
)

// Config says what kind of mail server to be.
type Config struct {
	// Addr is where to listen; "127.0.0.1:0" picks a free port.
	Addr string
	// Box receives every accepted mail.
	Box *sandbox.Box
	// Directory knows the mailboxes; any other receiver gets 550.
	Directory *sandbox.Directory
	// Faults decides what goes wrong, on channel [Channel].
	Faults *sandbox.Faults
	// Username and Password, when a username is set, must be given (AUTH PLAIN,
	// LOGIN or CRAM-MD5) before a mail is taken.
	Username, Password string
	// TLS, when not nil, is offered by STARTTLS; with a username set it must be used
	// before signing in. Nil is a server without TLS.
	TLS *tls.Config
	// ImplicitTLS expects TLS from the first byte, as port 465 does. It needs TLS.
	ImplicitTLS bool
	// Slow is how long each reply waits under the fault "slow"; 0 is 20 ms.
	Slow time.Duration
	// TextOnly leaves a mail's links, buttons and HTML out of what its device shows. Looking
	// for them takes longer than receiving the mail: a measurement does without.
	TextOnly bool
}

// Server is a running mail server.
type Server struct {
	cfg         Config
	listener    net.Listener
	backend     *backend
	connections atomic.Int64
	closing     chan struct{}
	running     sync.WaitGroup

	mu     sync.Mutex
	open   map[*session]struct{}
	closed bool
}

// Listen starts a mail server. The caller closes it.
func Listen(cfg Config) (*Server, error) {
	if cfg.ImplicitTLS && cfg.TLS == nil {
		return nil, fmt.Errorf("implicit TLS needs a TLS configuration")
	}
	if cfg.Slow == 0 {
		cfg.Slow = 20 * time.Millisecond
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	s := &Server{cfg: cfg, listener: ln, closing: make(chan struct{}), open: map[*session]struct{}{}}
	s.backend = newBackend(cfg)
	s.running.Go(s.accept)
	return s, nil
}

// Addr returns the address the server listens on, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Connections returns how many connections were served so far; those refused by a
// fault are not counted.
func (s *Server) Connections() int { return int(s.connections.Load()) }

// Open returns how many connections are open now.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// HangUp cuts every open connection, as servers do with idle ones.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for session := range s.open {
		session.cut()
	}
}

// Close stops listening, cuts every connection and waits until nothing runs any more.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	close(s.closing)
	err := s.listener.Close()
	s.HangUp()
	s.running.Wait()
	s.backend.close()
	return err
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if _, refused := s.cfg.Faults.Take(Channel, refused); refused {
			reset(conn)
			continue
		}
		s.running.Go(func() { s.serve(conn) })
	}
}

func (s *Server) serve(conn net.Conn) {
	session := newSession(s, conn)
	defer session.end()
	if !s.enter(session) {
		return
	}
	defer s.leave(session)
	session.serve()
}

// enter lists the session among the open ones, unless the server is closing.
func (s *Server) enter(session *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[session] = struct{}{}
	s.connections.Add(1)
	return true
}

func (s *Server) leave(session *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, session)
}

// reset closes conn so that the client reads "connection reset" instead of an
// orderly end.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
