package feishu

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// The kinds of event we act on; others are answered and left alone.
const (
	cardAction  = "card.action.trigger"
	textMessage = "im.message.receive_v1"
	menuEntry   = "application.bot.menu_v6"
	messageRead = "im.message.message_read_v1"
)

// incoming is what every event and callback comes in (feishu.md 8). The first three
// fields are those of the verification of our address, the others of schema 2.0.
type incoming struct {
	Challenge string `json:"challenge"`
	Token     string `json:"token"`
	Type      string `json:"type"`

	Schema string          `json:"schema"`
	Header eventHeader     `json:"header"`
	Event  json.RawMessage `json:"event"`
}

type eventHeader struct {
	EventID    string `json:"event_id"`
	EventType  string `json:"event_type"`
	CreateTime string `json:"create_time"`
	Token      string `json:"token"`
	AppID      string `json:"app_id"`
}

// at is when the event was made, and now when it does not say.
func (e incoming) at(now time.Time) time.Time {
	if at, ok := madeAt(e.Header.CreateTime); ok {
		return at
	}
	return now
}

var errNotOurs = errors.New("not an event we understand")

// press reads a press on a card. Whatever is missing makes it none of ours.
func (e incoming) press(now time.Time) (notify.Press, error) {
	var event struct {
		Operator struct {
			OpenID string `json:"open_id"`
		} `json:"operator"`
		Action struct {
			Value map[string]any `json:"value"`
			Name  string         `json:"name"`
			Form  map[string]any `json:"form_value"`
		} `json:"action"`
		Context struct {
			MessageID string `json:"open_message_id"`
		} `json:"context"`
	}
	if err := json.Unmarshal(e.Event, &event); err != nil {
		return notify.Press{}, err
	}
	p := notify.Press{
		ID: e.Header.EventID, Channel: notify.Feishu, Address: event.Operator.OpenID,
		MessageID: event.Context.MessageID, At: e.at(now),
	}
	if event.Action.Name == rejectSubmit {
		p.Action = cards.Reject
		reason, _ := event.Action.Form[rejectReason].(string)
		p.Reason = strings.TrimSpace(printable(reason))
	} else {
		act, _ := event.Action.Value["act"].(string)
		p.Action = cards.Action(act)
		p.Notice, _ = event.Action.Value["notice"].(string)
	}
	if p.ID == "" || p.Address == "" || p.MessageID == "" || p.Action == "" {
		return notify.Press{}, errNotOurs
	}
	return p, nil
}

// message reads what a person wrote. It is known by its message_id: the same one may
// come as several events (feishu.md 8.4). What is no text reads as none.
func (e incoming) message(now time.Time) (notify.Said, error) {
	var event struct {
		Sender struct {
			ID struct {
				OpenID string `json:"open_id"`
			} `json:"sender_id"`
			Type string `json:"sender_type"`
		} `json:"sender"`
		Message struct {
			ID       string    `json:"message_id"`
			Type     string    `json:"message_type"`
			Content  string    `json:"content"`
			Mentions []mention `json:"mentions"`
		} `json:"message"`
	}
	if err := json.Unmarshal(e.Event, &event); err != nil {
		return notify.Said{}, err
	}
	if event.Sender.Type != "user" || event.Sender.ID.OpenID == "" || event.Message.ID == "" {
		return notify.Said{}, errNotOurs // another bot, for one: two that answer each other never end
	}
	said := notify.Said{ID: event.Message.ID, Channel: notify.Feishu, Address: event.Sender.ID.OpenID, At: e.at(now)}
	if event.Message.Type == "text" {
		said.Text = spokenText(event.Message.Content, event.Message.Mentions)
	}
	return said, nil
}

// receipt reads which messages a person opened. The event is that of the SDK,
// larkim.P2MessageReadV1.
func (e incoming) receipt(now time.Time) (notify.ReadReceipt, error) {
	var event struct {
		Reader struct {
			At string `json:"read_time"`
		} `json:"reader"`
		Messages []string `json:"message_id_list"`
	}
	if err := json.Unmarshal(e.Event, &event); err != nil {
		return notify.ReadReceipt{}, err
	}
	messages := slices.DeleteFunc(event.Messages, func(id string) bool { return id == "" })
	if len(messages) == 0 {
		return notify.ReadReceipt{}, errNotOurs
	}
	at, ok := madeAt(event.Reader.At)
	if !ok {
		at = e.at(now)
	}
	return notify.ReadReceipt{Channel: notify.Feishu, Messages: messages, At: at}, nil
}

type mention struct {
	Key string `json:"key"`
}

// spokenText is the text of a message without the @s in it.
func spokenText(content string, mentions []mention) string {
	var c struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal([]byte(content), &c); err != nil {
		return ""
	}
	longest := slices.SortedFunc(slices.Values(mentions), func(a, b mention) int { return cmp.Compare(len(b.Key), len(a.Key)) })
	for _, m := range longest { // @_user_10 before @_user_1
		if m.Key != "" {
			c.Text = strings.ReplaceAll(c.Text, m.Key, " ")
		}
	}
	return strings.TrimSpace(c.Text)
}

// choice reads which entry of the bot's menu a person chose.
func (e incoming) choice(now time.Time) (notify.Said, error) {
	var event struct {
		Operator struct {
			ID struct {
				OpenID string `json:"open_id"`
			} `json:"operator_id"`
		} `json:"operator"`
		Key string `json:"event_key"`
	}
	if err := json.Unmarshal(e.Event, &event); err != nil {
		return notify.Said{}, err
	}
	said := notify.Said{
		ID: e.Header.EventID, Channel: notify.Feishu, Address: event.Operator.ID.OpenID, Text: event.Key, At: e.at(now),
	}
	if said.ID == "" || said.Address == "" {
		return notify.Said{}, errNotOurs
	}
	return said, nil
}
