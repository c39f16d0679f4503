package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Message is what a simulated device shows, with the payload as it came over the wire.
type Message struct {
	Channel string `json:"channel"`
	// ID is the provider's id of the message, within its channel.
	ID string `json:"id"`
	// To is the address on the channel: open_id, userid or e-mail address.
	To string `json:"to"`
	// Person is the username of the simulated person behind To, "" when unknown.
	Person     string    `json:"person"`
	ReceivedAt time.Time `json:"received_at"`
	// UpdatedAt and Updates tell when and how often the message was changed in place.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Updates   int       `json:"updates"`
	// ReadAt is when the person opened it, on a channel that tells.
	ReadAt time.Time `json:"read_at,omitzero"`
	// Kind is the provider's kind of message: "interactive", "text", "template_card", "mail".
	Kind  string `json:"kind"`
	Title string `json:"title"`
	// Text is everything a person can read in the message, line by line, title included.
	Text    string          `json:"text"`
	Links   []string        `json:"links"`
	Buttons []Button        `json:"buttons"`
	Payload json.RawMessage `json:"payload"`
}

// Button is something that can be pressed in a message.
type Button struct {
	Text   string `json:"text"`
	Action string `json:"action"`
}

// Box holds the messages of all devices in order of arrival. The zero value is not
// usable; see [NewBox].
type Box struct {
	now func() time.Time

	mu       sync.Mutex
	messages []Message
	changed  chan struct{} // closed and replaced at every change
}

// NewBox returns an empty box that stamps messages by now.
func NewBox(now func() time.Time) *Box {
	return &Box{now: now, changed: make(chan struct{})}
}

// Put adds a message that just arrived; it sets ReceivedAt.
func (b *Box) Put(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.ReceivedAt = b.now()
	m.fill()
	b.messages = append(b.messages, m)
	b.wake()
}

// fill makes lists of what is missing: a reader of the JSON gets [], never null.
func (m *Message) fill() {
	if m.Links == nil {
		m.Links = []string{}
	}
	if m.Buttons == nil {
		m.Buttons = []Button{}
	}
}

// Change replaces what the message (channel, id) shows, keeping its place, its
// receiver and its time of arrival.
func (b *Box) Change(channel, id string, change func(*Message)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m Message) bool { return m.Channel == channel && m.ID == id })
	if i < 0 {
		return fmt.Errorf("no message %s on %s", id, channel)
	}
	change(&b.messages[i])
	b.messages[i].fill()
	b.messages[i].UpdatedAt = b.now()
	b.messages[i].Updates++
	b.wake()
	return nil
}

// Read marks the message (channel, id) as opened by its person, the first time, and
// returns when that was.
func (b *Box) Read(channel, id string) (time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m Message) bool { return m.Channel == channel && m.ID == id })
	if i < 0 {
		return time.Time{}, fmt.Errorf("no message %s on %s", id, channel)
	}
	if b.messages[i].ReadAt.IsZero() {
		b.messages[i].ReadAt = b.now()
		b.wake()
	}
	return b.messages[i].ReadAt, nil
}

// Messages returns the messages keep says yes to, in order of arrival.
func (b *Box) Messages(keep func(Message) bool) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Message{}
	for _, m := range b.messages {
		if keep(m) {
			found = append(found, m)
		}
	}
	return found
}

// Clear empties every device.
func (b *Box) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = nil
	b.wake()
}

// Changed returns a channel that is closed at the next change.
func (b *Box) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func (b *Box) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}
