package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Press is somebody pressing a button in a message.
type Press struct {
	Channel   string `json:"channel"`
	MessageID string `json:"message_id"`
	// Person is who presses: a username, an address or an id.
	Person string `json:"person"`
	// Action is the action of one of the message's buttons.
	Action string `json:"action"`
	// Form is what was filled in, by the names of the inputs.
	Form map[string]string `json:"form,omitempty"`
}

// Saying is somebody writing to the bot, or choosing from its menu.
type Saying struct {
	Channel string `json:"channel"`
	// Person is who writes: a username, an address or an id.
	Person string `json:"person"`
	// Text is what is typed; Menu is the key of the menu entry chosen instead.
	Text string `json:"text,omitempty"`
	Menu string `json:"menu,omitempty"`
}

// Reading is somebody opening a message that was sent to them.
type Reading struct {
	Channel   string `json:"channel"`
	MessageID string `json:"message_id"`
}

// Carried is what came of carrying a press or a saying to our own door.
type Carried struct {
	// Status is the HTTP status our own door gave to the callback.
	Status int `json:"status"`
	// Answer is the body it gave, null when that was not JSON.
	Answer json.RawMessage `json:"answer"`
	// TookMS is how long the device waited, in milliseconds. A Feishu client gives
	// up after 3,000 (feishu.md 8.3).
	TookMS int64 `json:"took_ms"`
}

// ErrNotPressable says that there is no such message, button or person to press.
var ErrNotPressable = errors.New("cannot be pressed")

func (d *door) press(w http.ResponseWriter, r *http.Request) {
	p, ok := readPress(w, r)
	if !ok {
		return
	}
	carry := d.Press[p.Channel]
	if carry == nil {
		notCarried(w, p.Channel)
		return
	}
	result, err := carry(r.Context(), p)
	carried(w, result, err)
}

func (d *door) say(w http.ResponseWriter, r *http.Request) {
	s, ok := readSaying(w, r)
	if !ok {
		return
	}
	carry := d.Say[s.Channel]
	if carry == nil {
		notCarried(w, s.Channel)
		return
	}
	result, err := carry(r.Context(), s)
	carried(w, result, err)
}

func (d *door) read(w http.ResponseWriter, r *http.Request) {
	m, ok := readReading(w, r)
	if !ok {
		return
	}
	carry := d.Read[m.Channel]
	if carry == nil {
		notCarried(w, m.Channel)
		return
	}
	result, err := carry(r.Context(), m)
	carried(w, result, err)
}

// notCarried answers for a channel whose simulator brings nothing back: mail, or one
// that was told of no door.
func notCarried(w http.ResponseWriter, channel string) {
	problem{
		Status: http.StatusNotImplemented, Code: "not_implemented",
		Detail: "nothing comes back from " + channel + " in this sandbox",
	}.write(w)
}

func carried(w http.ResponseWriter, result Carried, err error) {
	switch {
	case errors.Is(err, ErrNotPressable):
		problem{Status: http.StatusNotFound, Code: "not_pressable", Detail: err.Error()}.write(w)
	case err != nil:
		problem{Status: http.StatusBadGateway, Code: "press_failed", Detail: err.Error()}.write(w)
	default:
		answer(w, result)
	}
}

func readPress(w http.ResponseWriter, r *http.Request) (Press, bool) {
	p, c := Press{}, &complaints{}
	c.body(w, r, map[string]any{
		"channel": &p.Channel, "message_id": &p.MessageID, "person": &p.Person, "action": &p.Action, "form": &p.Form,
	})
	c.channel("body.channel", p.Channel, false)
	for _, field := range []struct{ name, value string }{{"message_id", p.MessageID}, {"person", p.Person}, {"action", p.Action}} {
		if field.value == "" {
			c.add("body."+field.name, "is required")
		}
	}
	return p, !c.refuse(w)
}

func readReading(w http.ResponseWriter, r *http.Request) (Reading, bool) {
	m, c := Reading{}, &complaints{}
	c.body(w, r, map[string]any{"channel": &m.Channel, "message_id": &m.MessageID})
	c.channel("body.channel", m.Channel, false)
	if m.MessageID == "" {
		c.add("body.message_id", "is required")
	}
	return m, !c.refuse(w)
}

func readSaying(w http.ResponseWriter, r *http.Request) (Saying, bool) {
	s, c := Saying{}, &complaints{}
	c.body(w, r, map[string]any{"channel": &s.Channel, "person": &s.Person, "text": &s.Text, "menu": &s.Menu})
	c.channel("body.channel", s.Channel, false)
	if s.Person == "" {
		c.add("body.person", "is required")
	}
	if (s.Text == "") == (s.Menu == "") {
		c.add("body.text", "is required, or menu, and not both")
	}
	return s, !c.refuse(w)
}
