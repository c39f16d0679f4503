package feishu

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"ticketbell/sandbox"
)

// Channel is the word under which the simulator keeps messages and faults.
const Channel = "feishu"

// maxBody is the largest request that is read at all; far above every limit that
// is answered with a code.
const maxBody = 1 << 20

// Config is what a simulator is made of.
type Config struct {
	// AppID and AppSecret are the only app this platform knows.
	AppID, AppSecret string
	// EncryptKey and VerificationToken guard what is handed in over HTTP; without a key
	// it is neither sealed nor signed.
	EncryptKey, VerificationToken string
	// Line is what long connections are told: how often to ping and when to come back.
	Line LineConfig
	// Again is after which times an event is handed in again that was not taken; nil is
	// the provider's own: 15 s, 5 min, 1 h and 6 h (feishu.md 8.4).
	Again []time.Duration
	// Box shows what arrives; nil is a box of its own.
	Box *sandbox.Box
	// Directory is who works here; nil hires everybody who is looked up.
	Directory *sandbox.Directory
	// Faults is what goes wrong; nil is nothing.
	Faults *sandbox.Faults
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Slow is how long the fault "slow" holds an answer back; 0 is 2 seconds.
	Slow time.Duration
	// Hang is how long the fault "timeout" holds a request; 0 is 30 seconds.
	Hang time.Duration
	// Unlimited switches the provider's rate limits off, for load tests.
	Unlimited bool
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Box == nil {
		c.Box = sandbox.NewBox(c.Now)
	}
	if c.Directory == nil {
		c.Directory = sandbox.NewDirectory(true)
	}
	if c.Faults == nil {
		c.Faults = sandbox.NewFaults()
	}
	if c.Again == nil {
		c.Again = []time.Duration{15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour}
	}
	if c.Slow == 0 {
		c.Slow = 2 * time.Second
	}
	if c.Hang == 0 {
		c.Hang = 30 * time.Second
	}
	return c
}

// Simulator is an [http.Handler] that answers as open.feishu.cn does. It is safe
// for use by many goroutines.
type Simulator struct {
	cfg    Config
	mux    *http.ServeMux
	tokens *tokens
	limits *limits
	post   *postOffice
	lines  *lines
	client *http.Client

	ending chan struct{} // closed by Close
	end    func()
	work   sync.WaitGroup // events that are handed in again

	mu    sync.Mutex // guards the fields below
	calls map[string]int
	door  string
	turns int
}

// New returns a simulator without tokens and messages.
func New(cfg Config) *Simulator {
	cfg = cfg.withDefaults()
	limits := newLimits(cfg.Now, cfg.Unlimited)
	s := &Simulator{
		cfg: cfg, mux: http.NewServeMux(), calls: map[string]int{},
		tokens: newTokens(cfg.Now), limits: limits, post: newPostOffice(cfg, limits), lines: newLines(),
		client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	s.ending = make(chan struct{})
	s.end = sync.OnceFunc(func() { close(s.ending) })
	s.handle("POST /open-apis/auth/v3/tenant_access_token/internal", "token", s.issueToken)
	s.handle("POST /open-apis/contact/v3/users/batch_get_id", "batch_get_id", s.authorized(s.batchGetID))
	s.handle("POST /open-apis/im/v1/messages", "send", s.authorized(s.send))
	s.handle("POST /open-apis/im/v1/messages/{id}/reply", "reply", s.authorized(s.reply))
	s.handle("PATCH /open-apis/im/v1/messages/{id}", "patch", s.authorized(s.patch))
	s.handle("PUT /open-apis/im/v1/messages/{id}", "edit", s.authorized(s.edit))
	s.handle("POST /callback/ws/endpoint", "endpoint", s.giveLine)
	s.mux.HandleFunc("GET "+linePath, s.connect)
	return s
}

// Close ends the long connections and what would be handed in again later.
func (s *Simulator) Close() {
	s.end()
	s.lines.cut()
	s.work.Wait()
	s.client.CloseIdleConnections()
}

// Calls tells how many requests came in so far, answered well or not, by API:
// "token", "batch_get_id", "send", "reply", "patch", "edit" and "endpoint".
func (s *Simulator) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// ServeHTTP answers r. A wrong path or method gets a plain-text 404, as the
// provider gives it (feishu.md 3).
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern == "" {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// call is one request on its way through the simulator.
type call struct {
	api string
	*http.Request
	body  []byte
	logID string
}

// handle serves an API. The body is read before anything else: only then does
// the server notice that a client has gone, which ends the faults that wait.
func (s *Simulator) handle(pattern, api string, serve func(*call) (any, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.count(api)
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "request body too large", http.StatusRequestEntityTooLarge)
			return
		}
		c := &call{api: api, Request: r, body: body, logID: newLogID(s.cfg.Now())}
		w.Header().Set("X-Tt-Logid", c.logID)
		if s.disturbed(w, r) {
			return
		}
		s.finish(w, c, serve)
	})
}

func (s *Simulator) finish(w http.ResponseWriter, c *call, serve func(*call) (any, error)) {
	body, err := serve(c)
	if refused, ok := errors.AsType[*refusal](err); ok {
		refused.write(w, c)
		return
	}
	if err != nil { // errCut: accepted, and nobody hears of it
		cut(w)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

func (s *Simulator) count(api string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[api]++
}
