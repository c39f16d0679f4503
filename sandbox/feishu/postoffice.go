package feishu

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"ticketbell/sandbox"
)

const (
	// uuidLife is how long a uuid is remembered (feishu.md 5.1).
	uuidLife = time.Hour
	// changeLife is how long a card can be changed (feishu.md 6.1).
	changeLife = 14 * 24 * time.Hour
	// maxEdits is how often a text or a post can be (feishu.md 6.1).
	maxEdits = 20
)

// message is one that was sent, as the platform remembers it.
type message struct {
	id, chat, kind, content string
	parent, root            string
	to                      sandbox.Person
	sentAt, changedAt       time.Time
	edits                   int
	recalled                bool
}

// postOffice keeps what was sent and shows it on the devices.
type postOffice struct {
	box    *sandbox.Box
	now    func() time.Time
	limits *limits

	mu    sync.Mutex // guards the fields below
	sent  map[string]*message
	uuids map[string]*message
	chats map[string]sandbox.Person // by chat id
	chat  map[string]string         // chat id by open_id
}

func newPostOffice(cfg Config, limits *limits) *postOffice {
	return &postOffice{
		box: cfg.Box, now: cfg.Now, limits: limits, sent: map[string]*message{}, uuids: map[string]*message{},
		chats: map[string]sandbox.Person{}, chat: map[string]string{},
	}
}

// deliver sends l once. A uuid used within the last hour sends nothing and gives
// the first message again: an assumption (feishu.md 12.3).
func (o *postOffice) deliver(to sandbox.Person, l letter, parent *message) (message, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	if first, ok := o.uuids[l.UUID]; ok && l.UUID != "" && now.Sub(first.sentAt) < uuidLife {
		return *first, nil
	}
	if !o.limits.single("user " + to.OpenID) {
		return message{}, tooFrequent()
	}
	m := &message{id: "om_" + randomHex(16), chat: o.chatOf(to), kind: l.Kind, content: l.Content, to: to, sentAt: now, changedAt: now}
	if parent != nil {
		m.parent, m.root = parent.id, parent.top()
	}
	o.sent[m.id] = m
	o.uuids[l.UUID] = m
	o.box.Put(l.view.message(m))
	return *m, nil
}

// change replaces what a sent message shows, and returns it.
func (o *postOffice) change(id string, l letter) (message, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	m, ok := o.sent[id]
	if !ok {
		return message{}, unknownMessage()
	}
	if err := o.changeable(m, l); err != nil {
		return message{}, err
	}
	m.content, m.changedAt = l.Content, o.now()
	if m.kind != "interactive" {
		m.edits++
	}
	shown := l.view.message(m)
	// A device that was cleared meanwhile shows nothing and the platform does not care.
	_ = o.box.Change(Channel, id, func(old *sandbox.Message) {
		old.Title, old.Text, old.Links, old.Buttons, old.Payload = shown.Title, shown.Text, shown.Links, shown.Buttons, shown.Payload
	})
	return *m, nil
}

// changeable says why m cannot become l. That a text cannot become a post is an
// assumption; how long the two can be edited is not known: here for ever.
func (o *postOffice) changeable(m *message, l letter) error {
	isCard := l.Kind == "interactive"
	switch {
	case m.recalled:
		return recalled()
	case isCard && m.kind != l.Kind:
		return badParameter("the message is not a card")
	case m.kind != l.Kind:
		return badParameter("the message is not a " + l.Kind)
	case isCard && o.now().Sub(m.sentAt) > changeLife:
		return tooOld()
	case m.edits >= maxEdits:
		return editedOut()
	case !o.limits.single("message " + m.id):
		return tooFrequent()
	}
	return nil
}

func (o *postOffice) find(id string) (message, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	m, ok := o.sent[id]
	if !ok {
		return message{}, false
	}
	return *m, true
}

// inChat returns the person of a chat that an earlier message opened.
func (o *postOffice) inChat(id string) (sandbox.Person, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.chats[id]
	if !ok {
		return sandbox.Person{}, invalidReceiver()
	}
	return p, nil
}

func (o *postOffice) chatOf(p sandbox.Person) string {
	id, ok := o.chat[p.OpenID]
	if !ok {
		id = "oc_" + randomHex(16)
		o.chat[p.OpenID], o.chats[id] = id, p
	}
	return id
}

func (m *message) top() string {
	if m.root != "" {
		return m.root
	}
	return m.id
}

// answer is the data of feishu.md 5.2.
func (m *message) answer(appID string) map[string]any {
	a := map[string]any{
		"message_id": m.id, "msg_type": m.kind, "chat_id": m.chat,
		"create_time": millis(m.sentAt), "update_time": millis(m.changedAt),
		"deleted": m.recalled, "updated": m.changedAt.After(m.sentAt),
		"sender": map[string]string{"id": appID, "id_type": "app_id", "sender_type": "app", "tenant_key": tenantKey},
		"body":   map[string]string{"content": m.content},
	}
	if m.parent != "" {
		a["parent_id"], a["root_id"] = m.parent, m.root
	}
	return a
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// message is what the device of m's receiver shows.
func (v View) message(m *message) sandbox.Message {
	return sandbox.Message{
		Channel: Channel, ID: m.id, To: m.to.OpenID, Person: m.to.Username, Kind: m.kind,
		Title: v.Title, Text: v.Text(), Links: v.Links, Buttons: v.Buttons, Payload: json.RawMessage(m.content),
	}
}

// chatWith is the chat of the bot with p.
func (o *postOffice) chatWith(p sandbox.Person) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.chatOf(p)
}
