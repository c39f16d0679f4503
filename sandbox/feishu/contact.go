package feishu

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ticketbell/sandbox"
)

// maxLookups is how many addresses each of the two lists of a look-up may hold (feishu.md 4).
const maxLookups = 50

// found is an entry of a look-up; somebody unknown comes back without UserID.
type found struct {
	// UserID is called so whatever user_id_type is.
	UserID string  `json:"user_id,omitempty"`
	Email  string  `json:"email,omitempty"`
	Mobile string  `json:"mobile,omitempty"`
	Status *status `json:"status,omitempty"`
}

type status struct {
	Frozen    bool `json:"is_frozen"`
	Resigned  bool `json:"is_resigned"`
	Activated bool `json:"is_activated"`
	Exited    bool `json:"is_exited"`
	Unjoined  bool `json:"is_unjoin"`
}

func (s *Simulator) batchGetID(c *call) (any, error) {
	var asked struct {
		Emails          []string `json:"emails"`
		Mobiles         []string `json:"mobiles"`
		IncludeResigned bool     `json:"include_resigned"`
	}
	kind, err := userIDType(c)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return nil, badField("body", "is not a JSON object of emails and mobiles")
	}
	if err := checkLists(asked.Emails, asked.Mobiles); err != nil {
		return nil, err
	}
	_, nobody := s.strike(atLookup)
	list := []found{}
	for _, email := range asked.Emails {
		p, ok := s.cfg.Directory.ByEmail(email)
		list = append(list, entry(found{Email: email}, kind, p, ok && !nobody))
	}
	for _, mobile := range asked.Mobiles {
		p, ok := s.byMobile(mobile)
		list = append(list, entry(found{Mobile: mobile}, kind, p, ok && !nobody))
	}
	return success(map[string]any{"user_list": list}), nil
}

func userIDType(c *call) (string, error) {
	kind := c.URL.Query().Get("user_id_type")
	if kind == "" {
		return "open_id", nil
	}
	if !slices.Contains([]string{"open_id", "union_id", "user_id"}, kind) {
		return "", badField("user_id_type", "is not one of open_id, union_id, user_id")
	}
	return kind, nil
}

func checkLists(emails, mobiles []string) error {
	if len(emails) > maxLookups {
		return badField("emails", "the max len is "+strconv.Itoa(maxLookups))
	}
	if len(mobiles) > maxLookups {
		return badField("mobiles", "the max len is "+strconv.Itoa(maxLookups))
	}
	return nil
}

// byMobile finds a mainland number only without prefix and any other only with
// one. Whether the provider takes +86 too is unconfirmed (feishu.md 4): the
// simulator does not, so that a client which relies on it is found out.
func (s *Simulator) byMobile(mobile string) (sandbox.Person, bool) {
	if strings.HasPrefix(mobile, "+86") {
		return sandbox.Person{}, false
	}
	return s.cfg.Directory.ByPhone(mobile)
}

func entry(e found, kind string, p sandbox.Person, ok bool) found {
	if ok {
		e.UserID, e.Status = idOf(p, kind), &status{Activated: true}
	}
	return e
}

// idOf returns the id of p of that kind. A person has one id in the simulated
// company; the others are made from it.
func idOf(p sandbox.Person, kind string) string {
	bare := strings.TrimPrefix(p.OpenID, "ou_")
	switch kind {
	case "union_id":
		return "on_" + bare
	case "user_id":
		return "fs_" + bare
	}
	return p.OpenID
}
