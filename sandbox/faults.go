package sandbox

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// Fault is a way a simulator misbehaves; each simulator says which it knows.
type Fault struct {
	Channel string `json:"channel"`
	// Name is what goes wrong: "rate_limited", "unavailable", "wrong_secret" and so on.
	Name string `json:"fault"`
	// Times is how many requests it still hits; 0 means until it is cleared.
	Times int `json:"times"`
	// Probability is the share of requests it hits, 0 to 1; 0 means all of them.
	Probability float64 `json:"probability"`
}

// Faults is the switchboard of what goes wrong now.
type Faults struct {
	mu     sync.Mutex
	active []*armed
}

type armed struct {
	Fault
	endless bool
}

// NewFaults returns a switchboard on which nothing goes wrong.
func NewFaults() *Faults { return &Faults{} }

// Set adds f to what goes wrong.
func (s *Faults) Set(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = append(s.active, &armed{Fault: f, endless: f.Times <= 0})
}

// Clear ends every fault of the channel, or of all channels when it is "".
func (s *Faults) Clear(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = slices.DeleteFunc(s.active, func(f *armed) bool { return channel == "" || f.Channel == channel })
}

// Active returns what goes wrong now, oldest first.
func (s *Faults) Active() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := []Fault{}
	for _, f := range s.active {
		now = append(now, f.Fault)
	}
	return now
}

// Take asks whether one of names goes wrong with this request of the channel, and
// uses up one of its times. A request asks once for each point at which it can fail.
func (s *Faults) Take(channel string, names ...string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.active {
		if f.Channel != channel || !slices.Contains(names, f.Name) {
			continue
		}
		if f.Probability > 0 && f.Probability < 1 && rand.Float64() >= f.Probability {
			continue
		}
		if !f.endless {
			if f.Times--; f.Times == 0 {
				s.active = slices.Delete(s.active, i, i+1)
			}
		}
		return f.Name, true
	}
	return "", false
}
