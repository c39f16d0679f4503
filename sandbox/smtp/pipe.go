package smtp

import (
	"net"
	"sync"
	"time"
)

// pipes is a listener without a port: the sessions dial it, smtpd accepts from it.
// It counts what smtpd has accepted, because smtpd's own Shutdown does not wait for
// its handlers (libraries.md).
type pipes struct {
	dialled chan net.Conn
	serving sync.WaitGroup
	closed  chan struct{}
	once    sync.Once
}

func newPipes() *pipes { return &pipes{dialled: make(chan net.Conn), closed: make(chan struct{})} }

// dial returns the near end of a new connection to smtpd.
func (p *pipes) dial() (net.Conn, error) {
	near, far := net.Pipe()
	p.serving.Add(1)
	select {
	case p.dialled <- &counted{Conn: far, done: p.serving.Done}:
		return near, nil
	case <-p.closed:
		p.serving.Done()
		return nil, net.ErrClosed
	}
}

// Accept waits for the next connection, as net.Listener has it.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept; connections live on.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr satisfies net.Listener.
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// counted tells once that it was closed, which is the last thing an smtpd handler does.
// It has no deadlines: smtpd sets one for each line of a mail, and the session in front,
// which has its own, hangs up when the client does.
type counted struct {
	net.Conn
	once sync.Once
	done func()
}

func (c *counted) Close() error {
	defer c.once.Do(c.done)
	return c.Conn.Close()
}

func (c *counted) SetDeadline(time.Time) error      { return nil }
func (c *counted) SetReadDeadline(time.Time) error  { return nil }
func (c *counted) SetWriteDeadline(time.Time) error { return nil }
