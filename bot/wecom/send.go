package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"ticketbell/cards"
	"ticketbell/notify"
)

// repeatWindow is how long, in seconds, WeCom recognises a repeat of the same
// request and delivers it only once: a message whose answer got lost is sent again.
const repeatWindow = 1800

// refLength is how many characters of an event's id, from its end, which is random, go
// into a message.
const refLength = 8

// message is the body of message/send (wecom.md 4), of our own because the SDK's
// sends nulls and lacks fields (wecom.md 2.4, finding 17).
type message struct {
	ToUser       string        `json:"touser"`
	MsgType      string        `json:"msgtype"`
	AgentID      int           `json:"agentid"`
	Text         *text         `json:"text,omitempty"`
	TextCard     *textCard     `json:"textcard,omitempty"`
	Markdown     *text         `json:"markdown,omitempty"`
	TemplateCard *templateCard `json:"template_card,omitempty"`
	// Safe is set for texts only; no other type we send lists it (wecom.md 4.1).
	Safe                   *int `json:"safe,omitempty"`
	EnableDuplicateCheck   int  `json:"enable_duplicate_check"`
	DuplicateCheckInterval int  `json:"duplicate_check_interval"`
}

type text struct {
	Content string `json:"content"`
}

// Draw returns the message that an app configured like c would send for m, without its
// receivers.
func Draw(c Config, m notify.Message) (string, error) {
	c = c.complete()
	body, err := encode(c.compose(m, c.Decides()))
	return string(body), err
}

func (b *Bot) compose(m notify.Message) message { return b.cfg.compose(m, b.decides()) }

// compose picks the form: a text where it must be kept, or where it was chosen, or
// where a card has nothing to open or press.
func (c Config) compose(m notify.Message, decides bool) message {
	callsBack := decides && m.Notice != ""
	live := callsBack && m.Card.Asks()
	if c.Confidential || c.Style == StyleText || (m.Card.Link() == "" && !live) {
		return c.asText(m)
	}
	if c.Style != StyleCard {
		if msg, ok := c.styled(m); ok {
			return msg
		}
		return c.asText(m)
	}
	msg := c.envelope("template_card")
	if live {
		msg.TemplateCard = newButtonCard(m.Card, m.Language, reference(m))
	} else {
		msg.TemplateCard = newNotice(m.Card, m.Language, reference(m), callsBack)
	}
	return msg
}

// decides reports whether cards get buttons that decide: a press must come back to us,
// and what the card may become afterwards must be remembered.
func (b *Bot) decides() bool { return b.memory != nil && b.cfg.Decides() }

func (c Config) asText(m notify.Message) message {
	return c.asPlain(plainText(m.Card, m.Language, signature(m)))
}

func (c Config) asPlain(content string) message {
	msg := c.envelope("text")
	msg.Text = &text{Content: content}
	msg.Safe = new(0)
	if c.Confidential {
		msg.Safe = new(1)
	}
	return msg
}

// reference is what tells a notice from another that reads alike, "" for what is none:
// WeCom takes the same request within [repeatWindow] for a repeat and shows it to
// nobody, be it a second reminder or the same ticket number on another platform. It is
// written where it can be read: only cards that call back have a task_id.
func reference(m notify.Message) string {
	if m.Notice == "" || m.Answer {
		return ""
	}
	tail := m.Notice[max(0, len(m.Notice)-refLength):]
	return cards.Text{ZH: "通知 ", EN: "Notice "}.In(m.Language) + tail
}

// signature is the last line of a message that is no card, which is never cut: who says it,
// then the reference. A card has the name above its title.
func signature(m notify.Message) string {
	return beside(clip(harmless(oneLine(m.Card.Brand.In(m.Language))), cards.MaxBrand), reference(m))
}

func (c Config) envelope(msgType string) message {
	return message{MsgType: msgType, AgentID: c.AgentID, EnableDuplicateCheck: 1, DuplicateCheckInterval: repeatWindow}
}

// always is m as it is shown however often it is sent.
func (m message) always() message {
	m.EnableDuplicateCheck, m.DuplicateCheckInterval = 0, 0
	return m
}

func (b *Bot) post(ctx context.Context, msg message) (sendReply, string, error) {
	body, err := encode(msg)
	if err != nil {
		return sendReply{}, "", fmt.Errorf("encode the message: %w", err)
	}
	reply, err := call[sendReply](ctx, b, "message/send", body)
	if err == nil && reply.MsgID == "" {
		err = notify.MaybeSent(&notify.Refusal{Code: "wecom.no_msgid", Message: "accepted without a msgid: something in between answered"})
	}
	return reply, string(body), err
}

// encode writes v as it goes over the wire, with < and & as they are.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
