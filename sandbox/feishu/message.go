package feishu

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"ticketbell/sandbox"
)

// What a message may measure (feishu.md 5.1).
const (
	maxCard = 30 << 10  // bytes of a whole request with a card or a post
	maxText = 150 << 10 // bytes of a whole request with a text
	maxUUID = 50        // characters
)

// letter is a message as it was posted, and what a person reads in it.
type letter struct {
	Kind    string `json:"msg_type"`
	Content string `json:"content"`
	UUID    string `json:"uuid"`
	view    View
}

func (s *Simulator) send(c *call) (any, error) {
	var body struct {
		ReceiveID string `json:"receive_id"`
		letter
	}
	kind := c.URL.Query().Get("receive_id_type")
	if !slices.Contains([]string{"open_id", "union_id", "user_id", "email", "chat_id"}, kind) {
		return nil, badField("receive_id_type", "is not one of open_id, union_id, user_id, email, chat_id")
	}
	if err := json.Unmarshal(c.body, &body); err != nil {
		return nil, badField("body", "is not a JSON object of strings")
	}
	if body.ReceiveID == "" {
		return nil, badField("receive_id", "is required")
	}
	to, err := s.receiver(kind, body.ReceiveID)
	if err != nil {
		return nil, err
	}
	return s.deliver(c, to, body.letter, nil)
}

// reply sends to the person the answered message went to (feishu.md 6.3).
func (s *Simulator) reply(c *call) (any, error) {
	var l letter
	if err := json.Unmarshal(c.body, &l); err != nil {
		return nil, badField("body", "is not a JSON object of strings")
	}
	parent, ok := s.post.find(c.PathValue("id"))
	if !ok {
		return nil, unknownMessage()
	}
	if parent.recalled {
		return nil, recalled()
	}
	return s.deliver(c, parent.to, l, &parent)
}

// patch changes a card in place (feishu.md 6.1).
func (s *Simulator) patch(c *call) (any, error) {
	var body struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(c.body, &body); err != nil {
		return nil, badField("content", "is not a string")
	}
	if f, ok := s.strike(atPatch); ok {
		return nil, f.no
	}
	if len(c.body) > maxCard {
		return nil, tooLong()
	}
	view, err := readChange(body.Content)
	if err != nil {
		return nil, err
	}
	if _, err := s.post.change(c.PathValue("id"), letter{Kind: "interactive", Content: body.Content, view: view}); err != nil {
		return nil, err
	}
	if _, ok := s.strike(accepted); ok {
		return nil, errCut
	}
	return envelope{Msg: "ok", Data: struct{}{}}, nil
}

// edit changes a text or a post in place (feishu.md 6.1).
func (s *Simulator) edit(c *call) (any, error) {
	var l letter
	if err := json.Unmarshal(c.body, &l); err != nil {
		return nil, badField("body", "is not a JSON object of strings")
	}
	if f, ok := s.strike(atEdit); ok {
		return nil, f.no
	}
	if l.Kind != "text" && l.Kind != "post" {
		return nil, badField("msg_type", "is not one of text, post")
	}
	var err error
	if l.view, err = read(l, len(c.body)); err != nil {
		return nil, err
	}
	changed, err := s.post.change(c.PathValue("id"), l)
	if err != nil {
		return nil, err
	}
	if _, ok := s.strike(accepted); ok {
		return nil, errCut
	}
	return success(changed.answer(s.cfg.AppID)), nil
}

// deliver puts l on the device of to.
func (s *Simulator) deliver(c *call, to sandbox.Person, l letter, parent *message) (any, error) {
	if f, ok := s.strike(atSend); ok {
		return nil, f.no
	}
	if utf8.RuneCountInString(l.UUID) > maxUUID {
		return nil, badField("uuid", "the max len is 50")
	}
	var err error
	if l.view, err = read(l, len(c.body)); err != nil {
		return nil, err
	}
	sent, err := s.post.deliver(to, l, parent)
	if err != nil {
		return nil, err
	}
	if _, ok := s.strike(accepted); ok {
		return nil, errCut
	}
	return success(sent.answer(s.cfg.AppID)), nil
}

// Recall takes a message back, as an administrator of the company can: what
// follows for it is 230011. It reports whether there is such a message.
func (s *Simulator) Recall(messageID string) bool {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	m, ok := s.post.sent[messageID]
	if ok {
		m.recalled = true
	}
	return ok
}

// receiver finds who an id means. An open_id of nobody here is the provider's
// 99992351; for the other kinds see feishu.md 5.4.
func (s *Simulator) receiver(kind, id string) (sandbox.Person, error) {
	switch kind {
	case "email":
		if p, ok := s.cfg.Directory.ByEmail(id); ok {
			return p, nil
		}
		return sandbox.Person{}, invalidReceiver()
	case "chat_id":
		return s.post.inChat(id)
	case "open_id":
		if p, ok := s.cfg.Directory.ByID(id); ok && p.OpenID == id { // a userid of WeCom is none of ours
			return p, nil
		}
		return sandbox.Person{}, unknownOpenID()
	}
	people := s.cfg.Directory.People()
	if i := slices.IndexFunc(people, func(p sandbox.Person) bool { return idOf(p, kind) == id }); i >= 0 {
		return people[i], nil
	}
	if kind == "user_id" {
		return sandbox.Person{}, no(99992360, "The request contains a user_id that does not exist.")
	}
	return sandbox.Person{}, no(99992363, "The request contains a union_id that does not exist.")
}

// read checks the content of a message and returns what a person reads in it.
func read(l letter, size int) (View, error) {
	if l.Kind == "text" && size > maxText || l.Kind != "text" && size > maxCard {
		return View{}, tooLong()
	}
	switch l.Kind {
	case "interactive":
		return readCard(l.Content)
	case "text":
		return readText(l.Content)
	case "post":
		return readPost(l.Content)
	case "":
		return View{}, badField("msg_type", "is required")
	}
	return View{}, badParameter("msg_type is not simulated: " + shorten(l.Kind))
}

func readCard(content string) (View, error) {
	root, err := object(content)
	if err != nil {
		return View{}, err
	}
	if err := lint(root); err != nil {
		return View{}, badCard(err)
	}
	return readable(root, ""), nil
}

// readChange reads a card that replaces one of schema 2.0; it must be one too.
func readChange(content string) (View, error) {
	root, err := object(content)
	if err != nil {
		return View{}, err
	}
	if root["schema"] != "2.0" { // not explicit is 1.0 (feishu.md 7.1)
		return View{}, downgraded()
	}
	return readCard(content)
}

// object parses content, a string that must hold a JSON object.
func object(content string) (map[string]any, error) {
	var o map[string]any
	if err := json.Unmarshal([]byte(content), &o); err != nil || o == nil {
		return nil, badParameter("content is not a string in json format")
	}
	return o, nil
}
