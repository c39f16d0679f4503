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

// PressResult is what came back to the device.
type PressResult struct {
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
	if d.Press == nil {
		problem{
			Status: http.StatusNotImplemented, Code: "not_implemented",
			Detail: "pressing comes with the callbacks: this sandbox delivers and shows messages, and carries no press back yet",
		}.write(w)
		return
	}
	p, ok := readPress(w, r)
	if !ok {
		return
	}
	result, err := d.Press(r.Context(), p)
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
