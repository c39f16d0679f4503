package longconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ticketbell/bot/feishu"
)

const (
	// writeTime bounds one write, grace is how much later than two pings the server may
	// be silent, maxFrame is the largest frame that is read, in bytes.
	writeTime = 10 * time.Second
	grace     = 5 * time.Second
	maxFrame  = 2 << 20
	// maxAtOnce is how many events are acted on at once; more wait on the wire.
	maxAtOnce = 64
)

// session is one connection, from its opening until it breaks.
type session struct {
	app   feishu.Config
	inbox Inbox
	now   func() time.Time
	log   *slog.Logger

	socket  *websocket.Conn
	service int32
	slots   chan struct{}
	work    *sync.WaitGroup // the keeper's: it outlives a connection that breaks

	mu   sync.Mutex // guards pace, and one writes at a time
	pace pace
}

// Inbox acts on an event and says what to answer.
type Inbox interface {
	Take(ctx context.Context, app string, event []byte) ([]byte, error)
}

// dial connects to an address that Feishu gave out.
func dial(ctx context.Context, d *websocket.Dialer, to address) (*websocket.Conn, error) {
	socket, resp, err := d.DialContext(ctx, to.url, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err == nil {
		return socket, nil
	}
	if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, shakeHands(resp)
	}
	return nil, fmt.Errorf("open a long connection to feishu: %w", err)
}

// shakeHands reads why a handshake failed.
func shakeHands(resp *http.Response) error {
	code, err := strconv.Atoi(resp.Header.Get("Handshake-Status"))
	if err != nil {
		code = resp.StatusCode
	}
	if why, err := strconv.Atoi(resp.Header.Get("Handshake-Autherrcode")); err == nil && why != 0 {
		code = why
	}
	return &refusedError{code, resp.Header.Get("Handshake-Msg")}
}

// run serves the connection until it breaks or ctx is done, and returns why. When we hang
// up, what was begun is answered first; when it broke, nobody would hear the answer, and
// the next connection should not wait for it.
func (s *session) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.socket.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	serving, cancel := context.WithCancel(ctx)
	var pinging sync.WaitGroup
	pinging.Go(func() { s.pingOn(serving) })
	err := s.read(serving)
	cancel()
	if ctx.Err() != nil {
		s.work.Wait()
	}
	_ = s.socket.Close()
	pinging.Wait()
	return err
}

// pingOn pings at once and then at the server's pace, never faster than once a second.
func (s *session) pingOn(ctx context.Context) {
	for {
		if err := s.write(ping(s.service)); err != nil {
			return // the reader sees it too
		}
		pause := time.NewTimer(s.current().ping)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

func (s *session) current() pace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pace
}

func (s *session) write(f frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.socket.SetWriteDeadline(time.Now().Add(writeTime)) // never fails
	return s.socket.WriteMessage(websocket.BinaryMessage, f.encode())
}

func (s *session) read(ctx context.Context) error {
	parts := newAssembly(s.now)
	s.socket.SetReadLimit(maxFrame)
	for {
		if err := s.listenFor(ctx); err != nil {
			return err
		}
		kind, raw, err := s.socket.ReadMessage()
		if err != nil {
			return errors.Join(ctx.Err(), err)
		}
		f, err := decode(raw)
		if kind != websocket.BinaryMessage || err != nil {
			s.log.Warn("feishu sent what is no frame")
			continue
		}
		if f.method == control {
			s.heed(f)
		} else if err := s.begin(ctx, parts, f); err != nil {
			s.log.Warn("feishu sent an event that cannot be read", "message_id", f.get("message_id"), "error", err)
		}
	}
}

// listenFor gives the server two pings' time and some more for its next word: a
// connection that broke without a word is noticed by its silence.
func (s *session) listenFor(ctx context.Context) error {
	if err := s.socket.SetReadDeadline(time.Now().Add(2*s.current().ping + grace)); err != nil {
		return err
	}
	return ctx.Err() // it may have been done between its own deadline and this one
}

// heed takes over what a pong says of the pace.
func (s *session) heed(f frame) {
	var t told
	if f.get("type") != "pong" || json.Unmarshal(f.payload, &t) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = s.pace.heed(t)
}

// begin acts on the event that f completes.
func (s *session) begin(ctx context.Context, parts *assembly, f frame) error {
	if f.get("type") != "event" {
		return nil // old cards come as such, and are not answered by anybody (feishu.md 10.3)
	}
	event, err := parts.add(f)
	if err != nil || event == nil {
		return err
	}
	s.slots <- struct{}{}
	s.work.Go(func() {
		defer func() { <-s.slots }()
		s.act(context.WithoutCancel(ctx), f, event)
	})
	return nil
}

// act acts on an event and answers in the frame that completed it.
func (s *session) act(ctx context.Context, f frame, event []byte) {
	began := time.Now()
	said := map[string]any{"code": http.StatusOK, "headers": nil}
	answer, err := s.inbox.Take(ctx, s.app.AppID, event)
	if err != nil {
		s.log.Error("a Feishu event was not taken and comes again", "message_id", f.get("message_id"), "error", err)
		said["code"] = http.StatusInternalServerError
	} else {
		said["data"] = answer // bytes travel as base64
	}
	payload, err := json.Marshal(said)
	if err != nil {
		s.log.Error("an answer to Feishu cannot be written", "error", err)
		return
	}
	took := strconv.FormatInt(time.Since(began).Milliseconds(), 10)
	if err := s.write(f.answer(payload, header{"biz_rt", took})); err != nil {
		s.log.Warn("an answer to Feishu was lost with its connection; the event comes again", "message_id", f.get("message_id"), "error", err)
	}
}
