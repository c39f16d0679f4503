package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ticketbell/notify"
)

// repeatWindow is how long, in seconds, WeCom recognises a repeat of the same
// request and delivers it only once: a message whose answer got lost is sent again.
const repeatWindow = 1800

// message is the body of message/send (wecom.md 4), of our own because the SDK's
// sends nulls and lacks fields (wecom.md 2.4, finding 17).
type message struct {
	ToUser       string        `json:"touser"`
	MsgType      string        `json:"msgtype"`
	AgentID      int           `json:"agentid"`
	Text         *text         `json:"text,omitempty"`
	TemplateCard *templateCard `json:"template_card,omitempty"`
	// Safe is set for texts only; no other type we send lists it (wecom.md 4.1).
	Safe                   *int `json:"safe,omitempty"`
	EnableDuplicateCheck   int  `json:"enable_duplicate_check"`
	DuplicateCheckInterval int  `json:"duplicate_check_interval"`
}

type text struct {
	Content string `json:"content"`
}

// Send delivers m in one call. Who is not a member, or has no licence, is told
// apart from those who got it.
func (b *Bot) Send(ctx context.Context, m notify.Message) []notify.Outcome {
	outcomes := make([]notify.Outcome, len(m.To))
	userIDs := memberIDs(m.To)
	if len(userIDs) == 0 {
		return notMembers(m.To, outcomes)
	}
	reply, payload, err := b.deliver(ctx, m, strings.Join(userIDs, "|"))
	for i, to := range m.To {
		outcomes[i] = notify.Outcome{Payload: payload, Err: err}
		if err == nil {
			outcomes[i].MessageID, outcomes[i].Err = reply.fateOf(to.Address)
		}
	}
	return notMembers(m.To, outcomes)
}

// deliver sends m as configured; a card that WeCom refuses goes out once more as
// a text.
func (b *Bot) deliver(ctx context.Context, m notify.Message, toUser string) (sendReply, string, error) {
	msg := b.compose(m)
	msg.ToUser = toUser
	reply, payload, err := b.post(ctx, msg)
	if refused, ok := errors.AsType[*codeError](err); ok && msg.TemplateCard != nil && rowOf(refused.ErrCode).class == badCard {
		msg = b.asText(m)
		msg.ToUser = toUser
		reply, payload, err = b.post(ctx, msg)
	}
	if err != nil {
		return reply, payload, fmt.Errorf("send to wecom: %w", judge(err))
	}
	return reply, payload, nil
}

// compose picks the form: a text where it must be kept, or where it was chosen, or
// where a card has nothing to open.
func (b *Bot) compose(m notify.Message) message {
	if b.cfg.Confidential || b.cfg.Style == StyleText || m.Card.Link() == "" {
		return b.asText(m)
	}
	msg := b.envelope("template_card")
	msg.TemplateCard = newTemplateCard(m.Card, m.Language)
	return msg
}

func (b *Bot) asText(m notify.Message) message {
	msg := b.envelope("text")
	msg.Text = &text{Content: plainText(m.Card, m.Language)}
	msg.Safe = new(0)
	if b.cfg.Confidential {
		msg.Safe = new(1)
	}
	return msg
}

func (b *Bot) envelope(msgType string) message {
	return message{MsgType: msgType, AgentID: b.cfg.AgentID, EnableDuplicateCheck: 1, DuplicateCheckInterval: repeatWindow}
}

func (b *Bot) post(ctx context.Context, msg message) (sendReply, string, error) {
	body, err := encode(msg)
	if err != nil {
		return sendReply{}, "", fmt.Errorf("encode the message: %w", err)
	}
	reply, err := call[sendReply](ctx, b, "message/send", body)
	if err == nil && reply.MsgID == "" {
		err = &notify.Refusal{Code: "wecom.no_msgid", Message: "accepted without a msgid: something in between answered"}
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

// memberIDs lists the addresses that can be a userid.
func memberIDs(to []notify.Recipient) []string {
	var ids []string
	for _, r := range to {
		if isUserID(r.Address) && !slices.Contains(ids, r.Address) {
			ids = append(ids, r.Address)
		}
	}
	return ids
}

// isUserID keeps out what would change who is written to: a list of several, and
// @all, which is everybody the app can see. A userid has at most 64 bytes (wecom.md 6).
func isUserID(address string) bool {
	return address != "" && len(address) <= 64 && !strings.ContainsAny(address, "| \t\r\n") && !strings.EqualFold(address, "@all")
}

// notMembers says so for each recipient whose address is no userid.
func notMembers(to []notify.Recipient, outcomes []notify.Outcome) []notify.Outcome {
	for i, r := range to {
		if !isUserID(r.Address) {
			outcomes[i] = notify.Outcome{Err: notify.Unreachable(&notify.Refusal{
				Code: "wecom.40003", Message: "the address is not a userid",
			})}
		}
	}
	return outcomes
}
