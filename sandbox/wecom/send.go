package wecom

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// sendRequest is the body of message/send (wecom.md 4). Of the message types the
// simulator knows text, markdown, textcard and template_card.
type sendRequest struct {
	ToUser                 string    `json:"touser"`
	ToParty                string    `json:"toparty"`
	ToTag                  string    `json:"totag"`
	MsgType                string    `json:"msgtype"`
	AgentID                *int      `json:"agentid"`
	Safe                   int       `json:"safe"`
	EnableIDTrans          int       `json:"enable_id_trans"`
	EnableDuplicateCheck   int       `json:"enable_duplicate_check"`
	DuplicateCheckInterval int       `json:"duplicate_check_interval"`
	Text                   *content  `json:"text"`
	Markdown               *content  `json:"markdown"`
	TextCard               *textCard `json:"textcard"`
	TemplateCard           *card     `json:"template_card"`
}

type sendReply struct {
	reply
	// The lists are strings by the contract and arrays in one capture (wecom.md 4.4).
	InvalidUser    any    `json:"invaliduser"`
	InvalidParty   string `json:"invalidparty"`
	InvalidTag     string `json:"invalidtag"`
	UnlicensedUser any    `json:"unlicenseduser"`
	MsgID          string `json:"msgid"`
	ResponseCode   string `json:"response_code,omitempty"`
}

// sentMessage is what the simulator remembers of a message it accepted.
type sentMessage struct {
	at       time.Time
	cardType string // of its card, "" when it has none
	// boxIDs are the ids of the members' copies, by userid in lower case.
	boxIDs map[string]string
}

// copied is one member's copy of a card, as they see it now.
type copied struct {
	msgID, userID string
	card          *card
}

func (s *Simulator) send(_ *http.Request, body []byte) any {
	var req sendRequest
	if bad := decode(body, &req); bad != nil {
		return bad
	}
	if bad := s.injected("agent_mismatch"); bad != nil {
		return bad
	}
	if bad := s.checkSend(&req, body); bad != nil {
		return bad
	}
	to := s.receivers(&req)
	if bad := s.spoiled(to); bad != nil {
		return bad
	}
	if len(to.people) == 0 && len(to.unlicensed) == 0 {
		return refuse(codeAllInvalid, "all receivers are invalid")
	}
	done := s.accept(&req, body, to)
	if _, cut := s.cfg.Faults.Take(Channel, "drop_after_accept"); cut {
		panic(http.ErrAbortHandler) // accepted, and the caller never hears of it
	}
	return done
}

// checkSend keeps the rules of wecom.md 4 and 4.1 that hold for every type.
func (s *Simulator) checkSend(req *sendRequest, body []byte) *reply {
	if bad := s.checkAgent(req.AgentID); bad != nil {
		return bad
	}
	if bad := firstBroken([]rule{
		{req.ToUser == "" && req.ToParty == "" && req.ToTag == "", codeNoReceivers, "touser, toparty and totag are all empty"},
		{len(strings.Split(req.ToUser, "|")) > 1000, codeTooManyUsers, "more than 1000 users"},
		{len(strings.Split(req.ToParty, "|")) > 100, codeTooManyParties, "more than 100 parties"},
		{len(strings.Split(req.ToTag, "|")) > 100, codeTooManyTags, "more than 100 tags"},
		{req.EnableIDTrans>>1 != 0 || req.EnableDuplicateCheck>>1 != 0, codeBadParameter, "a switch is 0 or 1"},
		{req.DuplicateCheckInterval < 0 || req.DuplicateCheckInterval > 4*3600, codeBadParameter, "duplicate_check_interval is at most 4 hours"},
		{req.Safe < 0 || req.Safe > 1, codeBadParameter, "safe is 0 or 1"},
		// What WeCom does with safe on types that do not list it is unconfirmed
		// (wecom.md 4.1); refusing shows a client that relies on it.
		{req.Safe != 0 && req.MsgType != "text", codeBadParameter, "safe is for text only"},
	}); bad != nil {
		return bad
	}
	s.mu.Lock()
	_, isRepeat := s.repeated(req, body)
	s.mu.Unlock()
	return s.checkContent(req, isRepeat)
}

func (s *Simulator) checkAgent(id *int) *reply {
	return firstBroken([]rule{
		{id == nil || *id == 0, codeNoAgent, "agentid missing"},
		{id != nil && *id < 0, codeBadAgent, "invalid agentid"},
		{id != nil && *id != s.cfg.AgentID, codeAgentMismatch, "the access_token is not of this agentid"},
	})
}

func (s *Simulator) checkContent(req *sendRequest, isRepeat bool) *reply {
	switch req.MsgType {
	case "text":
		return req.Text.fault()
	case "markdown":
		return req.Markdown.fault()
	case "textcard":
		return req.TextCard.fault()
	case "template_card":
		return s.checkCard(req.TemplateCard, isRepeat)
	default:
		return refuse(codeBadMsgType, "invalid message type")
	}
}

// accept delivers the message and answers who did not get it. A repeat within
// its interval is accepted and delivered to nobody; it is answered as the first was.
func (s *Simulator) accept(req *sendRequest, body []byte, to receivers) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, again := s.repeated(req, body); again {
		return first
	}
	done := sendReply{reply: ok(), InvalidUser: to.invalidList(), UnlicensedUser: to.list(to.unlicensed), MsgID: rand.Text()}
	done.InvalidParty, done.InvalidTag = req.ToParty, req.ToTag // the simulated corp has neither
	sent := &sentMessage{at: s.cfg.Now(), boxIDs: map[string]string{}}
	if req.TemplateCard != nil {
		sent.cardType = req.TemplateCard.CardType
		s.tasks[req.TemplateCard.TaskID] = true
		if req.TemplateCard.pressable() {
			done.ResponseCode = s.newCode(done.MsgID)
		}
	}
	s.sent[done.MsgID] = sent
	s.deliver(req, body, done.MsgID, to, sent)
	if len(to.people) > 0 { // what reached nobody may come again
		s.remember(req, body, done)
	}
	return done
}

func (s *Simulator) deliver(req *sendRequest, body []byte, msgID string, to receivers, sent *sentMessage) {
	for _, p := range to.people {
		if s.hasTooMany(p.UserID) {
			s.dropped++
			continue
		}
		m := req.show()
		m.Channel, m.ID, m.To, m.Person = Channel, msgID, p.UserID, p.Username
		if len(to.people) > 1 {
			m.ID += "/" + p.UserID
		}
		m.Payload = json.RawMessage(body)
		sent.boxIDs[strings.ToLower(p.UserID)] = m.ID
		if req.TemplateCard != nil {
			s.copies[m.ID] = &copied{msgID, p.UserID, req.TemplateCard}
		}
		s.cfg.Box.Put(m)
	}
}
