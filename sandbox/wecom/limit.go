package wecom

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// What one member gets from one app; the excess is dropped without an error
// (wecom.md 5).
const (
	perMinute = 30
	perHour   = 1000
)

// defaultInterval is how long a repeat is recognised when the request does not say.
const defaultInterval = 1800 * time.Second

// seenRequest is an accepted request whose repeat is not delivered again.
type seenRequest struct {
	until time.Time
	reply sendReply
}

// hasTooMany notes a message for the member and reports whether it is one too many.
func (s *Simulator) hasTooMany(userID string) bool {
	now, id := s.cfg.Now(), strings.ToLower(userID)
	times := slices.DeleteFunc(s.received[id], func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	lastMinute := 0
	for _, t := range times {
		if now.Sub(t) < time.Minute {
			lastMinute++
		}
	}
	if lastMinute >= perMinute || len(times) >= perHour {
		s.received[id] = times
		return true
	}
	s.received[id] = append(times, now)
	return false
}

// repeated returns the answer to the first of two equal requests within the
// interval, if both asked for the check.
func (s *Simulator) repeated(req *sendRequest, body []byte) (sendReply, bool) {
	first, seen := s.seen[sha256.Sum256(body)]
	if req.EnableDuplicateCheck == 0 || !seen || !s.cfg.Now().Before(first.until) {
		return sendReply{}, false
	}
	return first.reply, true
}

func (s *Simulator) remember(req *sendRequest, body []byte, done sendReply) {
	if req.EnableDuplicateCheck == 0 {
		return
	}
	interval := time.Duration(req.DuplicateCheckInterval) * time.Second
	if interval == 0 {
		interval = defaultInterval
	}
	s.seen[sha256.Sum256(body)] = seenRequest{until: s.cfg.Now().Add(interval), reply: done}
}
