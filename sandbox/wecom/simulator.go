package wecom

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"ticketbell/sandbox"
)

// Channel is the channel of the simulator's messages and faults.
const Channel = "wecom"

// maxBody is the largest request the simulator reads, in bytes.
const maxBody = 1 << 20

// Config is the simulated corp and its one app.
type Config struct {
	CorpID     string
	CorpSecret string
	// AgentID is the id of the app the secret belongs to.
	AgentID int
	// Box receives the messages, Directory is who works at the corp and Faults
	// what goes wrong; each is made when left nil.
	Box       *sandbox.Box
	Directory *sandbox.Directory
	Faults    *sandbox.Faults
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// CallbackToken and CallbackAESKey are the keys of the app's callback, see
	// [Simulator.SetDoor]. Without them WeCom refuses cards that can be pressed
	// (wecom.md 4.3).
	CallbackToken, CallbackAESKey string
}

// Simulator is a WeCom that speaks the provider's paths and JSON. It is an
// http.Handler for everything below /cgi-bin/.
type Simulator struct {
	cfg Config
	mux *http.ServeMux

	mu        sync.Mutex // guards everything below
	calls     map[string]int
	tokens    map[string]*token
	sent      map[string]*sentMessage           // by msgid
	copies    map[string]*copied                // by id in the box
	codes     map[string]responseCode           // the unused ones
	door      string                            // where callbacks go
	tasks     map[string]bool                   // task ids in use
	seen      map[[sha256.Size]byte]seenRequest // by digest of the request body
	received  map[string][]time.Time            // when a member got something, by userid
	dropped   int
	blindness map[string]*missCount // look-up misses by name of the call
}

// New returns a simulator of the corp cfg describes.
func New(cfg Config) *Simulator {
	s := &Simulator{
		cfg: complete(cfg), mux: http.NewServeMux(),
		calls: map[string]int{}, tokens: map[string]*token{}, sent: map[string]*sentMessage{},
		copies: map[string]*copied{}, codes: map[string]responseCode{}, tasks: map[string]bool{}, seen: map[[sha256.Size]byte]seenRequest{},
		received: map[string][]time.Time{}, blindness: map[string]*missCount{},
	}
	s.route("GET", "gettoken", s.getToken)
	s.route("POST", "message/send", s.authorised(s.send))
	s.route("POST", "message/update_template_card", s.authorised(s.update))
	s.route("POST", "message/recall", s.authorised(s.recall))
	s.route("POST", "user/getuserid", s.authorised(s.byMobile))
	s.route("POST", "user/get_userid_by_email", s.authorised(s.byEmail))
	s.route("GET", "user/get", s.authorised(s.member))
	return s
}

func complete(cfg Config) Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Box == nil {
		cfg.Box = sandbox.NewBox(cfg.Now)
	}
	if cfg.Directory == nil {
		cfg.Directory = sandbox.NewDirectory(false)
	}
	if cfg.Faults == nil {
		cfg.Faults = sandbox.NewFaults()
	}
	return cfg
}

// ServeHTTP answers one call of the API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Calls returns how often each call was made, by its path below /cgi-bin/:
// "gettoken", "message/send", "user/getuserid".
func (s *Simulator) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Dropped returns how many messages vanished because their receiver had too many
// (wecom.md 5).
func (s *Simulator) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// answer makes the JSON answer to one call; body has been read already.
type answer func(r *http.Request, body []byte) any

func (s *Simulator) route(method, name string, a answer) {
	s.mux.HandleFunc(method+" /cgi-bin/"+name, func(w http.ResponseWriter, r *http.Request) {
		s.count(name)
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
			return
		}
		if s.breaksDown(w, r) {
			return
		}
		write(w, a(r, body))
	})
}

func (s *Simulator) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
}

// write answers with status 200, whatever the errcode says (wecom.md 3).
func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(http.ErrAbortHandler) // the client is gone: there is nobody left to tell
	}
}
