package wecom

import (
	"strings"

	"ticketbell/sandbox"
)

// receivers is whom a message reaches and whom it does not.
type receivers struct {
	people              []sandbox.Person
	invalid, unlicensed []string
	// array makes the lists JSON arrays instead of strings.
	array bool
}

// receivers sorts touser into members and others, with the faults that are set.
func (s *Simulator) receivers(req *sendRequest) receivers {
	to := s.members(req.ToUser)
	switch name, _ := s.cfg.Faults.Take(Channel, "unknown_person", "partial", "partial_array", "unlicensed"); name {
	case "unknown_person":
		to.refuse(len(to.people), &to.invalid)
	case "partial":
		to.refuse(to.half(), &to.invalid)
	case "partial_array":
		to.array = true
		to.refuse(to.half(), &to.invalid)
	case "unlicensed":
		to.refuse(to.half(), &to.unlicensed)
	}
	return to
}

func (s *Simulator) members(toUser string) receivers {
	if strings.EqualFold(toUser, "@all") {
		return receivers{people: s.cfg.Directory.People()}
	}
	var to receivers
	for id := range strings.SplitSeq(toUser, "|") {
		if id == "" {
			continue
		}
		if p, known := s.memberByID(id); known {
			to.people = append(to.people, p)
		} else {
			to.invalid = append(to.invalid, id)
		}
	}
	return to
}

// memberByID finds a member by userid alone, without regard to case.
func (s *Simulator) memberByID(id string) (sandbox.Person, bool) {
	p, known := s.cfg.Directory.ByID(id)
	return p, known && strings.EqualFold(p.UserID, id)
}

// half is how many receivers a partial fault hits: half of them, at least one.
func (to *receivers) half() int { return max(1, len(to.people)/2) }

// refuse moves the first n members to a list of people who get nothing.
func (to *receivers) refuse(n int, list *[]string) {
	n = min(n, len(to.people))
	for _, p := range to.people[:n] {
		*list = append(*list, p.UserID)
	}
	to.people = to.people[n:]
}

func (to *receivers) invalidList() any { return to.list(to.invalid) }

// list writes userids in lower case, as WeCom does (wecom.md 4.4).
func (to *receivers) list(ids []string) any {
	joined := strings.ToLower(strings.Join(ids, "|"))
	if !to.array {
		return joined
	}
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, "|")
}
