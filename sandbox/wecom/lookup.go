package wecom

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"ticketbell/sandbox"
)

const (
	// missShare is how much of the headcount may be looked up in vain before the
	// call is closed for closedFor (wecom.md 6).
	missShare = 0.2
	closedFor = 24 * time.Hour
	// smallCorp is the least headcount the share is taken of: in a demo of five
	// people a second typing error would close the call for a day.
	smallCorp = 100
)

// missCount is how often a look-up found nobody.
type missCount struct {
	since  time.Time
	misses int
	// closedUntil is when the call opens again.
	closedUntil time.Time
}

type userIDReply struct {
	reply
	UserID string `json:"userid"`
}

func (s *Simulator) byMobile(_ *http.Request, body []byte) any {
	var req struct {
		Mobile string `json:"mobile"`
	}
	if bad := decode(body, &req); bad != nil {
		return bad
	}
	if len(req.Mobile) < 5 || len(req.Mobile) > 32 {
		return refuse(codeBadParameter, "mobile is 5 to 32 bytes")
	}
	return s.lookUp("user/getuserid", func() (sandbox.Person, bool) { return s.cfg.Directory.ByPhone(req.Mobile) })
}

func (s *Simulator) byEmail(_ *http.Request, body []byte) any {
	var req struct {
		Email     string `json:"email"`
		EmailType *int   `json:"email_type"`
	}
	if bad := decode(body, &req); bad != nil {
		return bad
	}
	kind := 1
	if req.EmailType != nil {
		kind = *req.EmailType
	}
	if !strings.Contains(req.Email, "@") || kind < 1 || kind > 2 {
		return refuse(codeBadParameter, "invalid email or email_type")
	}
	return s.lookUp("user/get_userid_by_email", func() (sandbox.Person, bool) {
		if (kind == 2) != personal(req.Email) {
			return sandbox.Person{}, false
		}
		return s.cfg.Directory.ByEmail(req.Email)
	})
}

// personal reports whether an address is found with email_type 2: one at a
// public mail service. Every other is taken for a corp address, type 1.
func personal(email string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(email), "@")
	return slices.Contains([]string{"qq.com", "163.com", "126.com", "gmail.com", "outlook.com"}, domain)
}

// lookUp answers a userid and counts the misses of the call.
func (s *Simulator) lookUp(call string, find func() (sandbox.Person, bool)) any {
	if s.closed(call) {
		return refuse(codeRateLimited, "too many look-ups failed, closed for a day")
	}
	_, hidden := s.cfg.Faults.Take(Channel, "unknown_person")
	p, known := sandbox.Person{}, false
	if !hidden {
		p, known = find()
	}
	if !known {
		s.miss(call)
		return refuse(codeNotFound, "no such user")
	}
	return userIDReply{ok(), p.UserID}
}

func (s *Simulator) closed(call string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.blindness[call]
	return c != nil && s.cfg.Now().Before(c.closedUntil)
}

func (s *Simulator) miss(call string) {
	allowed := missShare * float64(max(smallCorp, len(s.cfg.Directory.People())))
	s.mu.Lock()
	defer s.mu.Unlock()
	now, c := s.cfg.Now(), s.blindness[call]
	if c == nil || now.Sub(c.since) >= closedFor {
		c = &missCount{since: now}
		s.blindness[call] = c
	}
	if c.misses++; float64(c.misses) > allowed {
		c.closedUntil = now.Add(closedFor)
	}
}

// member answers user/get without the fields that apps created since June 2022
// do not see: mobile, email, avatar, gender, address (wecom.md 6).
func (s *Simulator) member(r *http.Request, _ []byte) any {
	id := r.URL.Query().Get("userid")
	if id == "" || len(id) > 64 {
		return refuse(codeBadUserID, "invalid userid")
	}
	_, hidden := s.cfg.Faults.Take(Channel, "unknown_person")
	p, known := s.memberByID(id)
	if !known || hidden {
		return refuse(codeNoSuchMember, "userid not found")
	}
	return struct {
		userIDReply
		Name       string `json:"name"`
		Department []int  `json:"department"`
		Status     int    `json:"status"`
	}{userIDReply{ok(), p.UserID}, p.Name, []int{1}, 1}
}
