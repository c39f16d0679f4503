package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ticketbell/sandbox"
)

const (
	linePath = "/callback/ws/connect"
	// maxLines is how many long connections an app may have (feishu.md 10).
	maxLines = 50
	// chunk is how much of an event one frame carries. The provider's is larger; a
	// small one has every client put them together.
	chunk = 256
	// lineRetry is how often the platform looks for a connection that came back.
	lineRetry = 5 * time.Millisecond
	// serviceID is told to clients, which repeat it with every ping.
	serviceID = 33554678
)

// LineConfig is what a long connection is told, in seconds. The zero value leaves it
// out, which clients take for the defaults of 120, 120, 30 and -1.
type LineConfig struct {
	ReconnectCount    int `json:"ReconnectCount"`
	ReconnectInterval int `json:"ReconnectInterval"`
	ReconnectNonce    int `json:"ReconnectNonce"`
	PingInterval      int `json:"PingInterval"`
}

// lines are the long connections that are open.
type lines struct {
	mu      sync.Mutex // guards the fields below
	given   map[string]bool
	conns   map[*lineConn]bool
	waiting map[string]chan lineAnswer
	pings   int
	opened  int
}

func newLines() *lines {
	return &lines{given: map[string]bool{}, conns: map[*lineConn]bool{}, waiting: map[string]chan lineAnswer{}}
}

// lineConn is one long connection.
type lineConn struct {
	socket *websocket.Conn
	gone   chan struct{} // closed when it ended

	mu sync.Mutex // one writes at a time
}

func (c *lineConn) write(f frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.socket.WriteMessage(websocket.BinaryMessage, f.encode())
}

// lineAnswer is the payload of an answering frame.
type lineAnswer struct {
	Code int    `json:"code"`
	Data []byte `json:"data"`
}

func (l *lines) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)
}

// cut breaks every connection off without a word.
func (l *lines) cut() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		_ = c.socket.NetConn().Close()
	}
	return len(l.conns)
}

// Cut breaks the long connections off, as a network does, and returns how many.
func (s *Simulator) Cut() int { return s.lines.cut() }

// LineCounts tells how many long connections are open, how many ever were, and how
// many pings came in.
func (s *Simulator) LineCounts() (open, opened, pings int) {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	return len(s.lines.conns), s.lines.opened, s.lines.pings
}

// giveLine answers where to connect (feishu.md 10.1).
func (s *Simulator) giveLine(c *call) (any, error) {
	var app struct {
		ID     string `json:"AppID"`
		Secret string `json:"AppSecret"`
	}
	if err := json.Unmarshal(c.body, &app); err != nil || app.ID != s.cfg.AppID {
		return nil, badApp(http.StatusOK, 1000040346, "app_id is invalid")
	}
	if app.Secret != s.cfg.AppSecret {
		return nil, badApp(http.StatusOK, 514, "app secret invalid")
	}
	f, struck := s.strike(atLine)
	if struck && f.no != nil {
		return nil, f.no
	}
	if s.lines.open() >= maxLines {
		return nil, badApp(http.StatusOK, 1000040350, "the number of connections exceeded the limit")
	}
	device := randomHex(16)
	s.lines.mu.Lock()
	s.lines.given[device] = true
	s.lines.mu.Unlock()
	told := map[string]any{"URL": "ws://" + c.Host + linePath + "?device_id=" + device + "&service_id=" + strconv.Itoa(serviceID)}
	if struck {
		told["ClientConfig"] = struct{}{}
	} else if s.cfg.Line != (LineConfig{}) {
		told["ClientConfig"] = s.cfg.Line
	}
	return map[string]any{"code": 0, "msg": "", "data": told}, nil
}

// connect takes a long connection at an address that was given out.
func (s *Simulator) connect(w http.ResponseWriter, r *http.Request) {
	device := r.URL.Query().Get("device_id")
	s.lines.mu.Lock()
	known := s.lines.given[device]
	delete(s.lines.given, device)
	s.lines.mu.Unlock()
	if !known {
		w.Header().Set("Handshake-Status", "403")
		w.Header().Set("Handshake-Msg", "forbidden")
		w.WriteHeader(http.StatusForbidden)
		return
	}
	socket, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	s.serveLine(&lineConn{socket: socket, gone: make(chan struct{})})
}

// serveLine listens to one connection until it ends.
func (s *Simulator) serveLine(c *lineConn) {
	s.lines.mu.Lock()
	s.lines.conns[c] = true
	s.lines.opened++
	s.lines.mu.Unlock()
	defer func() {
		s.lines.mu.Lock()
		delete(s.lines.conns, c)
		s.lines.mu.Unlock()
		close(c.gone)
		_ = c.socket.Close()
	}()
	for {
		kind, raw, err := c.socket.ReadMessage()
		if err != nil {
			return
		}
		f, err := decodeFrame(raw)
		if kind != websocket.BinaryMessage || err != nil {
			return // what speaks another language is cut off
		}
		if f.method == control {
			err = s.pong(c, f)
		} else {
			s.lines.answered(f)
		}
		if err != nil {
			return
		}
	}
}

func (s *Simulator) pong(c *lineConn, ping frame) error {
	s.lines.mu.Lock()
	s.lines.pings++
	s.lines.mu.Unlock()
	if ping.header("type") != "ping" || ping.service != serviceID {
		return errors.New("not a ping of this connection")
	}
	answer := frame{service: serviceID, method: control, headers: []frameHeader{{"type", "pong"}}}
	if s.cfg.Line != (LineConfig{}) {
		answer.payload, _ = json.Marshal(s.cfg.Line) // a struct of numbers always encodes
	}
	return c.write(answer)
}

// answered hands the answer to whoever waits for it.
func (l *lines) answered(f frame) {
	var a lineAnswer
	if json.Unmarshal(f.payload, &a) != nil || f.header("biz_rt") == "" {
		a = lineAnswer{Code: http.StatusBadGateway}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait, ok := l.waiting[f.header("message_id")]; ok {
		wait <- a
		delete(l.waiting, f.header("message_id"))
	}
}

// any returns one of the connections: each event goes to one of them, chosen at random.
func (l *lines) any() *lineConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	if len(l.conns) > 0 {
		n = rand.IntN(len(l.conns))
	}
	for c := range l.conns {
		if n--; n < 0 {
			return c
		}
	}
	return nil
}

// overLine hands in plain over a long connection, where nothing is sealed or signed.
// When the connection breaks before it was answered, it goes out over the next one:
// what was lost is the answer or the event, and the platform cannot tell.
func (s *Simulator) overLine(ctx context.Context, _ happening, plain []byte, _ string) (sandbox.Carried, error) {
	ctx, cancel := context.WithTimeout(ctx, clientPatience)
	defer cancel()
	for {
		c := s.lines.any()
		if c == nil {
			if !wait(ctx, lineRetry) {
				return sandbox.Carried{}, &pressError{shownTooLate, "no long connection within three seconds"}
			}
			continue
		}
		if done, ok := s.pushOver(ctx, c, plain); ok {
			return done, nil
		}
		if ctx.Err() != nil {
			return sandbox.Carried{}, &pressError{shownTooLate, "no answer within three seconds"}
		}
	}
}

// pushOver sends plain over c in chunks and waits for its answer; false when none came.
func (s *Simulator) pushOver(ctx context.Context, c *lineConn, plain []byte) (sandbox.Carried, bool) {
	id, answer := randomHex(16), make(chan lineAnswer, 1)
	s.lines.mu.Lock()
	s.lines.waiting[id] = answer
	s.lines.mu.Unlock()
	defer func() {
		s.lines.mu.Lock()
		delete(s.lines.waiting, id)
		s.lines.mu.Unlock()
	}()
	sum := (len(plain) + chunk - 1) / chunk
	for seq := range sum {
		f := frame{seq: uint64(seq), service: serviceID, method: data, payload: plain[seq*chunk : min(len(plain), (seq+1)*chunk)], headers: []frameHeader{
			{"type", "event"}, {"message_id", id}, {"trace_id", "tr-" + id}, {"sum", strconv.Itoa(sum)}, {"seq", strconv.Itoa(seq)},
		}}
		if err := c.write(f); err != nil {
			return sandbox.Carried{}, false
		}
	}
	select {
	case a := <-answer:
		return a.carried(), true
	case <-c.gone:
	case <-ctx.Done():
	}
	select {
	case a := <-answer: // it came before the end, and nobody looked meanwhile
		return a.carried(), true
	default:
		return sandbox.Carried{}, false
	}
}

func (a lineAnswer) carried() sandbox.Carried {
	c := sandbox.Carried{Status: a.Code, Answer: json.RawMessage("null")}
	if json.Valid(a.Data) {
		c.Answer = a.Data
	}
	return c
}
