package wecom

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"ticketbell/sandbox"
)

const (
	codeLifetime = 72 * time.Hour // of a response_code (wecom.md 7)
	recallWithin = 24 * time.Hour
)

// updateRequest is the body of message/update_template_card (wecom.md 7).
type updateRequest struct {
	UserIDs      []string `json:"userids"`
	PartyIDs     []int    `json:"partyids"`
	TagIDs       []int    `json:"tagids"`
	AtAll        int      `json:"atall"`
	AgentID      *int     `json:"agentid"`
	ResponseCode string   `json:"response_code"`
	Button       *struct {
		ReplaceName string `json:"replace_name"`
	} `json:"button"`
	TemplateCard *card `json:"template_card"`
}

type updateReply struct {
	reply
	// InvalidUser is an array by a capture of an older API; unconfirmed here.
	InvalidUser []string `json:"invaliduser"`
}

// responseCode updates one message, once.
type responseCode struct {
	msgID string
	until time.Time
}

func (s *Simulator) newCode(msgID string) string {
	code := rand.Text()
	s.codes[code] = responseCode{msgID, s.cfg.Now().Add(codeLifetime)}
	return code
}

func (s *Simulator) update(_ *http.Request, body []byte) any {
	var req updateRequest
	if bad := decode(body, &req); bad != nil {
		return bad
	}
	if bad := s.checkUpdate(&req); bad != nil {
		return bad
	}
	sent, bad := s.spendCode(&req)
	if bad != nil {
		return bad
	}
	return updateReply{ok(), s.redraw(&req, sent)}
}

func (s *Simulator) checkUpdate(req *updateRequest) *reply {
	if bad := s.checkAgent(req.AgentID); bad != nil {
		return bad
	}
	if bad := firstBroken([]rule{
		{len(req.UserIDs)+len(req.PartyIDs)+len(req.TagIDs) == 0 && req.AtAll == 0, codeNoReceivers, "nobody to update for"},
		{len(req.UserIDs) > 1000, codeTooManyUsers, "more than 1000 users"},
		{len(req.PartyIDs) > 100, codeTooManyParties, "more than 100 parties"},
		{len(req.TagIDs) > 100, codeTooManyTags, "more than 100 tags"},
		{(req.Button == nil) == (req.TemplateCard == nil), codeBadJSON, "either button or template_card"},
		{req.Button != nil && req.Button.ReplaceName == "", codeBadParameter, "replace_name missing"},
	}); bad != nil {
		return bad
	}
	if req.TemplateCard != nil {
		return req.TemplateCard.fault()
	}
	return nil
}

// spendCode finds the message of a response_code, which works once and for 72 hours.
func (s *Simulator) spendCode(req *updateRequest) (*sentMessage, *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code, unused := s.codes[req.ResponseCode]
	if !unused {
		return nil, refuse(codeUnknownTask, "response_code is unknown or was used")
	}
	sent := s.sent[code.msgID]
	if s.cfg.Now().After(code.until) {
		return nil, refuse(codeUnknownTask, "response_code expired")
	}
	if req.Button != nil && !(&card{CardType: sent.cardType}).interactive() {
		return nil, refuse(codeWrongCode, "the card has no buttons")
	}
	delete(s.codes, req.ResponseCode)
	return sent, nil
}

// redraw changes what the members see and returns those who never had the card.
func (s *Simulator) redraw(req *updateRequest, sent *sentMessage) []string {
	ids := req.UserIDs
	if req.AtAll == 1 {
		ids = nil
		for id := range sent.boxIDs {
			ids = append(ids, id)
		}
	}
	strangers := []string{}
	for _, id := range ids {
		boxID := sent.boxIDs[strings.ToLower(id)]
		if err := s.cfg.Box.Change(Channel, boxID, req.apply); err != nil {
			strangers = append(strangers, strings.ToLower(id))
			continue
		}
		s.turn(boxID, req)
	}
	return strangers
}

// turn makes a member's copy the card it is from now on. A button that was replaced
// can no longer be pressed.
func (s *Simulator) turn(boxID string, req *updateRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.copies[boxID]
	if c == nil {
		return
	}
	if req.TemplateCard != nil {
		c.card = req.TemplateCard
		return
	}
	changed := *c.card
	changed.ButtonList = slices.DeleteFunc(slices.Clone(changed.ButtonList), func(b button) bool { return b.Type == 0 })
	changed.SubmitButton = nil
	c.card = &changed
}

func (req *updateRequest) apply(m *sandbox.Message) {
	if req.TemplateCard != nil {
		req.TemplateCard.show(m)
		return
	}
	for i := range m.Buttons {
		if m.Buttons[i].Action != "view" {
			m.Buttons[i] = sandbox.Button{Text: req.Button.ReplaceName}
		}
	}
}

// recall takes a message back within 24 hours (wecom.md 7).
func (s *Simulator) recall(_ *http.Request, body []byte) any {
	var req struct {
		MsgID string `json:"msgid"`
	}
	if bad := decode(body, &req); bad != nil {
		return bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := s.sent[req.MsgID]
	if sent == nil {
		return refuse(codeBadParameter, "no such msgid of this app")
	}
	if s.cfg.Now().Sub(sent.at) > recallWithin {
		return refuse(codeRecallTooLate, "msgid expired")
	}
	for _, id := range sent.boxIDs {
		// A device that was cleared since has nothing left to take back.
		_ = s.cfg.Box.Change(Channel, id, func(m *sandbox.Message) {
			m.Kind, m.Title, m.Text, m.Links, m.Buttons = "recalled", "", "", nil, nil
		})
	}
	return ok()
}

// SpendAnyCode uses up the oldest response code, as somebody else with the app's secret
// might, and returns it.
func (s *Simulator) SpendAnyCode() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := ""
	for code, c := range s.codes {
		if oldest == "" || c.until.Before(s.codes[oldest].until) {
			oldest = code
		}
	}
	if oldest == "" {
		return "", errors.New("no code is left")
	}
	delete(s.codes, oldest)
	return oldest, nil
}
