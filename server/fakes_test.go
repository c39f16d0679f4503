package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// desk accepts events as the real one does: once by (source, id), and all or nothing.
type desk struct {
	mu       sync.Mutex
	receipts map[string]notify.Receipt
	events   []ticket.Event
	broken   error // answered instead of accepting
	crash    bool  // panic instead of accepting
}

func newDesk() *desk { return &desk{receipts: map[string]notify.Receipt{}} }

func (d *desk) Accept(_ context.Context, ev ticket.Event) (notify.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.crash {
		panic("desk on fire, secret-of-the-desk")
	}
	if d.broken != nil {
		return notify.Receipt{}, d.broken
	}
	key := ev.Source + "\n" + ev.ID
	if r, ok := d.receipts[key]; ok {
		r.Replayed = true
		return r, nil
	}
	r := notify.Receipt{EventID: fmt.Sprintf("evt_%d", len(d.events)), TicketID: "tkt_" + ev.Ticket.Key}
	for i, p := range ev.Audience {
		r.Deliveries = append(r.Deliveries, notify.Delivery{
			ID: fmt.Sprintf("dlv_%d_%d", len(d.events), i), Person: p.Key(), Channel: notify.Mail, Status: notify.Queued,
		})
	}
	d.receipts[key], d.events = r, append(d.events, ev)
	return r, nil
}

// Preview plans a delivery by mail for everybody named; one for a bare name is skipped.
func (d *desk) Preview(_ context.Context, ev ticket.Event) (notify.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return notify.Receipt{}, d.broken
	}
	var r notify.Receipt
	for _, p := range ev.Audience {
		v := notify.Delivery{Person: p.Key(), Channel: notify.Mail, Status: notify.Queued, To: ticket.User{Person: p}}
		if p.Email == "" && p.Username == "" {
			v.Status, v.Reason = notify.Skipped, notify.ReasonNoEmail
		}
		r.Deliveries = append(r.Deliveries, v)
	}
	return r, nil
}

// accepted returns the events taken in so far.
func (d *desk) accepted() []ticket.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// tokens keeps API tokens by hash.
type tokens struct {
	mu      sync.Mutex
	byHash  map[string]access.Token
	touched map[string]time.Time
	uses    []access.Use
	broken  error
}

func newTokens() *tokens {
	return &tokens{byHash: map[string]access.Token{}, touched: map[string]time.Time{}}
}

func (s *tokens) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byHash)
}

func (s *tokens) Tokens(context.Context) ([]access.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.byHash), func(a, b access.Token) int { return strings.Compare(a.ID, b.ID) }), nil
}

func (s *tokens) CreateToken(_ context.Context, t access.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byHash[t.Hash] = t
	return nil
}

func (s *tokens) Token(_ context.Context, id string) (access.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.byHash {
		if t.ID == id {
			return t, nil
		}
	}
	return access.Token{}, fmt.Errorf("find token %s: %w", id, notify.ErrNotFound)
}

func (s *tokens) ReplaceToken(_ context.Context, id string, end time.Time, next access.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, t := range s.byHash {
		if t.ID == id {
			t.ExpiresAt = end
			s.byHash[hash], s.byHash[next.Hash] = t, next
			return nil
		}
	}
	return fmt.Errorf("replace token %s: %w", id, notify.ErrNotFound)
}

// RestoreToken brings back nothing: the fake deletes at once.
func (s *tokens) RestoreToken(_ context.Context, id string) error {
	return fmt.Errorf("restore token %s: %w", id, notify.ErrNotFound)
}

func (s *tokens) TokenUses(context.Context, time.Time) ([]access.Use, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.uses), nil
}

func (s *tokens) AddTokenUses(_ context.Context, uses []access.Use) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	s.uses = append(s.uses, uses...)
	return nil
}

func (s *tokens) DeleteToken(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.byHash)
	maps.DeleteFunc(s.byHash, func(_ string, t access.Token) bool { return t.ID == id })
	if len(s.byHash) == before {
		return fmt.Errorf("delete token %s: %w", id, notify.ErrNotFound)
	}
	return nil
}

func (s *tokens) TokenByHash(_ context.Context, hash string) (access.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return access.Token{}, s.broken
	}
	t, ok := s.byHash[hash]
	if !ok {
		return access.Token{}, fmt.Errorf("find token: %w", notify.ErrNotFound)
	}
	return t, nil
}

func (s *tokens) TouchToken(_ context.Context, id, _ string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touched[id] = now
	return nil
}

var errDisk = errors.New("disk full")
