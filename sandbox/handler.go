package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// HandlerConfig is what the door of the sandbox opens to.
type HandlerConfig struct {
	Box       *Box
	Directory *Directory
	Faults    *Faults
	// FaultNames is what each channel's simulator knows to do wrong: its FaultNames().
	FaultNames map[string][]string
	// Press carries a press on a button to our own door as the channel's provider
	// would, Say what is typed, and Read that a message was opened; a channel that is
	// missing answers 501.
	Press map[string]func(ctx context.Context, p Press) (Carried, error)
	Say   map[string]func(ctx context.Context, s Saying) (Carried, error)
	Read  map[string]func(ctx context.Context, r Reading) (Carried, error)
	// Heartbeat is how often a silent stream says that it lives; 0 is 15 seconds.
	Heartbeat time.Duration
}

// Handler serves the sandbox to people and tests: api.md 6. It checks nobody's
// rights: mount it on a loopback listener or behind the server's own checks.
func Handler(cfg HandlerConfig) http.Handler {
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = 15 * time.Second
	}
	d := &door{cfg}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox/messages", d.messages)
	mux.HandleFunc("DELETE /sandbox/messages", d.clearMessages)
	mux.HandleFunc("GET /sandbox/faults", d.faults)
	mux.HandleFunc("POST /sandbox/faults", d.setFault)
	mux.HandleFunc("DELETE /sandbox/faults", d.clearFaults)
	mux.HandleFunc("GET /sandbox/people", d.people)
	mux.HandleFunc("GET /sandbox/stream", d.stream)
	mux.HandleFunc("POST /sandbox/press", d.press)
	mux.HandleFunc("POST /sandbox/say", d.say)
	mux.HandleFunc("POST /sandbox/read", d.read)
	return mux
}

// channels are the words of api.md 2.
func channels() []string { return []string{"feishu", "wecom", "mail"} }

type door struct{ HandlerConfig }

// items is how every list is answered.
type items[T any] struct {
	Items []T `json:"items"`
}

// messages answers what the devices show, of one channel and one person when asked so.
func (d *door) messages(w http.ResponseWriter, r *http.Request) {
	channel, to := r.URL.Query().Get("channel"), r.URL.Query().Get("to")
	c := &complaints{}
	c.query(r, "channel", "to")
	c.channel("query.channel", channel, true)
	if c.refuse(w) {
		return
	}
	person, known := d.named(to)
	found := d.Box.Messages(func(m Message) bool {
		if channel != "" && m.Channel != channel {
			return false
		}
		if known {
			return strings.EqualFold(m.To, person.address(m.Channel))
		}
		return to == "" || strings.EqualFold(m.To, to)
	})
	answer(w, items[Message]{found})
}

func (d *door) named(who string) (Person, bool) {
	if who == "" { // everybody, and not somebody without an address
		return Person{}, false
	}
	return d.Directory.Find(who)
}

// address is where p is reached on a channel.
func (p Person) address(channel string) string {
	switch channel {
	case "feishu":
		return p.OpenID
	case "wecom":
		return p.UserID
	}
	return p.Email
}

func (d *door) clearMessages(w http.ResponseWriter, r *http.Request) {
	c := &complaints{}
	c.query(r)
	if c.refuse(w) {
		return
	}
	d.Box.Clear()
	w.WriteHeader(http.StatusNoContent)
}

func (d *door) people(w http.ResponseWriter, r *http.Request) {
	c := &complaints{}
	c.query(r)
	if c.refuse(w) {
		return
	}
	answer(w, items[Person]{d.Directory.People()})
}

// faultsAnswer is what goes wrong now and what could.
type faultsAnswer struct {
	Items []Fault             `json:"items"`
	Known map[string][]string `json:"known"`
}

func (d *door) faults(w http.ResponseWriter, r *http.Request) {
	c := &complaints{}
	c.query(r)
	if c.refuse(w) {
		return
	}
	answer(w, faultsAnswer{d.Faults.Active(), d.FaultNames})
}

// setFault adds a fault and answers all that go wrong now.
func (d *door) setFault(w http.ResponseWriter, r *http.Request) {
	f, c := Fault{}, &complaints{}
	c.body(w, r, map[string]any{"channel": &f.Channel, "fault": &f.Name, "times": &f.Times, "probability": &f.Probability})
	c.channel("body.channel", f.Channel, false)
	if known := d.FaultNames[f.Channel]; len(known) > 0 && !slices.Contains(known, f.Name) {
		c.add("body.fault", "must be one of "+strings.Join(known, ", "))
	} else if len(known) == 0 && f.Name == "" {
		c.add("body.fault", "is required")
	}
	if f.Times < 0 {
		c.add("body.times", "must not be negative; 0 is until cleared")
	}
	if f.Probability < 0 || f.Probability > 1 {
		c.add("body.probability", "must be from 0 to 1; 0 is always")
	}
	if c.refuse(w) {
		return
	}
	d.Faults.Set(f)
	answer(w, faultsAnswer{d.Faults.Active(), d.FaultNames})
}

// clearFaults ends every fault, or those of one channel.
func (d *door) clearFaults(w http.ResponseWriter, r *http.Request) {
	channel, c := r.URL.Query().Get("channel"), &complaints{}
	c.query(r, "channel")
	c.channel("query.channel", channel, true)
	if c.refuse(w) {
		return
	}
	d.Faults.Clear(channel)
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body) // the client went away: nobody is left to tell
}
