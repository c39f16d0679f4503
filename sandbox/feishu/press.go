package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"ticketbell/sandbox"
)

// tenantKey is the simulated company.
const tenantKey = "736588c9260f175e"

// Press presses a button that really is in the card as it was received, fills its form
// in as the client allows, and carries the press to our own door. Whoever sees a card
// may press it, forwarded or not (feishu.md 8.3), so anybody can here.
func (s *Simulator) Press(ctx context.Context, p sandbox.Press) (sandbox.Carried, error) {
	who, ok := s.cfg.Directory.Find(p.Person)
	if !ok {
		return sandbox.Carried{}, notPressable("nobody is called %s", p.Person)
	}
	m, ok := s.post.find(p.MessageID)
	if !ok || m.kind != "interactive" || m.recalled {
		return sandbox.Carried{}, notPressable("no card %s", p.MessageID)
	}
	if s.cfg.Now().Sub(m.sentAt) > changeLife {
		return sandbox.Carried{}, notPressable("%s is older than 14 days", p.MessageID)
	}
	action, err := pressed(m.content, p.Action, p.Form)
	if err != nil {
		return sandbox.Carried{}, err
	}
	action["timezone"] = "Asia/Shanghai"
	done, err := s.handIn(ctx, happening{cardAction, map[string]any{
		"operator": map[string]string{"tenant_key": tenantKey, "open_id": who.OpenID, "union_id": idOf(who, "union_id")},
		"token":    "c-" + randomHex(20), "action": action, "host": "im_message",
		"context": map[string]string{"open_message_id": m.id, "open_chat_id": m.chat},
	}})
	if err != nil || done.Status != http.StatusOK {
		return done, err
	}
	return done, s.obey(m.id, done.Answer)
}

func notPressable(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), sandbox.ErrNotPressable)
}

// pressed finds the button in the card and returns what a press on it tells.
func pressed(content, action string, form map[string]string) (map[string]any, error) {
	root, err := object(content)
	if err != nil {
		return nil, err
	}
	body, _ := root["body"].(map[string]any)
	if b := findButton(body["elements"], action); b != nil {
		if len(form) > 0 {
			return nil, notPressable("%s stands in no form", action)
		}
		return map[string]any{"tag": "button", "value": callbackValue(b), "name": b["name"]}, nil
	}
	for _, f := range objects(body["elements"]) {
		if f["tag"] != "form" || findButton(f["elements"], action) == nil {
			continue
		}
		filled, err := fillIn(f["elements"], form)
		return map[string]any{"tag": "button", "name": action, "form_value": filled}, err
	}
	return nil, notPressable("the card has no button %s", action)
}

// findButton looks for a button of that action outside of forms, or, given the elements
// of a form, within it. One that only opens a link calls nobody back.
func findButton(list any, action string) map[string]any {
	for _, o := range objects(list) {
		switch o["tag"] {
		case "column_set":
			if b := findButton(o["columns"], action); b != nil {
				return b
			}
		case "column":
			if b := findButton(o["elements"], action); b != nil {
				return b
			}
		case "button":
			value := callbackValue(o)
			submits := o["form_action_type"] == "submit" && o["name"] == action
			if o["disabled"] != true && (submits || (value != nil && value["act"] == action)) {
				return o
			}
		}
	}
	return nil
}

func callbackValue(button map[string]any) map[string]any {
	for _, b := range objects(button["behaviors"]) {
		if value, ok := b["value"].(map[string]any); ok && b["type"] == "callback" {
			return value
		}
	}
	return nil
}

// fillIn fills the inputs of a form, as the client allows it: what is required must be
// there, and nothing is longer than it may be.
func fillIn(list any, form map[string]string) (map[string]any, error) {
	filled := map[string]any{}
	for _, in := range inputs(list) {
		name, _ := in["name"].(string)
		value, given := form[name]
		if !given {
			value, _ = in["default_value"].(string)
		}
		if in["required"] == true && value == "" {
			return nil, notPressable("%s must be filled in", name)
		}
		if most, ok := in["max_length"].(float64); ok && utf8.RuneCountInString(value) > int(most) {
			return nil, notPressable("%s takes at most %d characters", name, int(most))
		}
		filled[name] = value
	}
	for name := range form {
		if _, ok := filled[name]; !ok {
			return nil, notPressable("the form has no input %s", name)
		}
	}
	return filled, nil
}

func inputs(list any) []map[string]any {
	var found []map[string]any
	for _, o := range objects(list) {
		if o["tag"] == "input" {
			found = append(found, o)
		}
		found = append(found, inputs(o["columns"])...)
		found = append(found, inputs(o["elements"])...)
	}
	return found
}

// obey does what the answer to a press says (feishu.md 8.3): it shows a toast, which
// the device reads in the answer, and the card that came along, if one did.
func (s *Simulator) obey(messageID string, answer json.RawMessage) error {
	var said struct {
		Toast *struct {
			Type string `json:"type"`
		} `json:"toast"`
		Card *struct {
			Type string          `json:"type"`
			Data json.RawMessage `json:"data"`
		} `json:"card"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || string(answer) == "null" {
		return &pressError{shownBadJSON, "the answer is not a JSON object"}
	}
	if said.Toast != nil && !slices.Contains([]string{"info", "success", "error", "warning"}, said.Toast.Type) {
		return &pressError{shownBadJSON, "the toast is of no known type"}
	}
	if said.Card == nil {
		return nil
	}
	view, err := readChange(string(said.Card.Data))
	if said.Card.Type != "raw" || err != nil {
		return &pressError{shownBadCard, fmt.Sprintf("the card in the answer is wrong: %v", err)}
	}
	_, err = s.post.change(messageID, letter{Kind: "interactive", Content: string(said.Card.Data), view: view})
	return err
}
