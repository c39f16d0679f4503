package mail

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// conversation is a mail server that says, after a while, what answer tells it to each
// verb ("." is the end of a mail). mails counts the mails that were handed over in full.
func conversation(t *testing.T, answer func(verb string) (reply string, after time.Duration)) (addr string, mails func() int) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &talker{answer: answer, quit: make(chan struct{})}
	s.serving.Go(func() { s.serve(ln) })
	t.Cleanup(func() {
		close(s.quit)
		_ = ln.Close()
		s.serving.Wait()
	})
	return ln.Addr().String(), s.count
}

type talker struct {
	answer  func(verb string) (string, time.Duration)
	quit    chan struct{}
	serving sync.WaitGroup

	mu sync.Mutex
	n  int
}

func (s *talker) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

func (s *talker) serve(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			defer conn.Close()
			s.converse(conn)
		})
	}
}

func (s *talker) converse(conn net.Conn) {
	over := make(chan struct{})
	defer close(over)
	s.serving.Go(func() {
		select {
		case <-s.quit:
			_ = conn.SetDeadline(past())
		case <-over:
		}
	})
	fmt.Fprint(conn, "220 ready\r\n")
	inMail := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		verb, _, _ := strings.Cut(lines.Text(), " ")
		if inMail && verb != "." {
			continue
		}
		if inMail = verb == "DATA"; verb == "." {
			s.mu.Lock()
			s.n++
			s.mu.Unlock()
		}
		reply, after := s.answer(strings.ToUpper(verb))
		select {
		case <-time.After(after):
		case <-s.quit:
			return
		}
		fmt.Fprint(conn, reply+"\r\n")
		if verb == "QUIT" {
			return
		}
	}
}

// at makes a Mailer for the server there, which neither encrypts nor asks who we are.
func at(t *testing.T, addr string, opts ...Option) *Mailer {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Host: host, Port: n, From: "bell@corp.example"}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}
