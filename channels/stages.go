package channels

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// stages writes down how a test goes, and tells whoever watches as it happens. The
// network reports from goroutines of its own.
type stages struct {
	now      func() time.Time
	watch    func(notify.TestStage) // nil: nobody
	language cards.Language

	mu    sync.Mutex // guards the fields below
	list  []notify.TestStage
	began map[string]time.Time
	open  []string // begun and not ended, the latest at the end
	ended bool
}

func newStages(now func() time.Time, watch func(notify.TestStage), language cards.Language) *stages {
	return &stages{now: now, watch: watch, language: language, began: map[string]time.Time{}}
}

// Begin notes that a stage began. One that is known already is not begun again: a
// connection may be tried at several addresses.
func (s *stages) Begin(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.began[name]; known || s.ended {
		return
	}
	s.began[name] = s.now()
	s.open = append(s.open, name)
	s.tell(notify.TestStage{Name: name, Running: true})
}

// End notes how a stage went. A failure ends the test; see [stages.fail].
func (s *stages) End(name, detail string, err error) {
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.close(name, detail, true)
	}
}

// close ends an open stage. The caller holds the lock.
func (s *stages) close(name, detail string, ok bool) {
	for i, open := range s.open {
		if open != name || s.ended {
			continue
		}
		s.open = append(s.open[:i], s.open[i+1:]...)
		stage := notify.TestStage{Name: name, OK: ok, DurationMS: s.now().Sub(s.began[name]).Milliseconds(), Detail: detail}
		s.list = append(s.list, stage)
		s.tell(stage)
		return
	}
}

func (s *stages) tell(stage notify.TestStage) {
	if s.watch != nil {
		s.watch(stage)
	}
}

// Secured says in the open TLS stage what the encryption is and how long the
// certificate lasts. It implements mail.Watcher.
func (s *stages) Secured(state tls.ConnectionState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close("tls", s.secured(state), true)
}

func (s *stages) secured(state tls.ConnectionState) string {
	detail := tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		return detail
	}
	days := daysLeft(state.PeerCertificates[0], s.now())
	return detail + cards.Text{
		ZH: fmt.Sprintf("，证书剩余 %d 天", days), EN: fmt.Sprintf(", certificate for %d more days", days),
	}.In(s.language)
}

func daysLeft(c *x509.Certificate, now time.Time) int {
	return int(math.Floor(c.NotAfter.Sub(now).Hours() / 24))
}

// fail ends the test at the stage that is open, or at otherwise when none is, and
// returns the stage's name.
func (s *stages) fail(otherwise, detail string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := otherwise
	if n := len(s.open); n > 0 {
		name = s.open[n-1]
	} else {
		delete(s.began, name)
		s.began[name], s.open = s.now(), []string{name}
	}
	s.close(name, detail, false)
	s.ended = true
	return name
}

// all ends the test and returns what was written down.
func (s *stages) all() []notify.TestStage {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return s.list
}

// network has the connections made under the context report their stages: name
// look-up, connection, encryption. The first request on one begins the next stage.
func (s *stages) network(ctx context.Context, next string) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { s.Begin("dns") },
		DNSDone: func(d httptrace.DNSDoneInfo) {
			var found []string
			for _, a := range d.Addrs[:min(2, len(d.Addrs))] {
				found = append(found, a.String())
			}
			s.End("dns", strings.Join(found, ", "), d.Err)
		},
		ConnectStart:      func(_, _ string) { s.Begin("connect") },
		ConnectDone:       func(_, addr string, err error) { s.End("connect", addr, err) },
		TLSHandshakeStart: func() { s.Begin("tls") },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				s.Secured(state)
			}
		},
		GotConn: func(httptrace.GotConnInfo) {
			if next != "" {
				s.Begin(next)
			}
		},
	})
}
