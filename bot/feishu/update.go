package feishu

import (
	"context"
	"errors"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"ticketbell/notify"
)

// maxEdits is how often a text or a post can be changed (feishu.md 6.1). The last time is kept
// for the end of the ticket.
const maxEdits = 20

// errOddCode says that Feishu refused to change or answer a message with a code of which nobody
// wrote down what it means: the one that ends the edits is among them.
var errOddCode = errors.New("refused for a reason that is not known")

// Update shows m.Card in the message of that id, which stays what it was sent as; nobody is
// notified of it. Feishu takes five changes a second per message: of a card for 14 days, of a
// text or a post twenty in all (feishu.md 6.1). A bot that does not update leaves a message as
// it is unless its ticket ended, or its buttons come or go.
func (b *Bot) Update(ctx context.Context, messageID string, m notify.Message) notify.Outcome {
	sent := readManner(m.Form)
	l := compose(styleOf(sent.as), m)
	switch {
	case !b.updates && !m.Card.Settled && l.as == sent.as:
		return notify.Outcome{Err: notify.ErrAsSent}
	case sent.as.editable():
		return b.rewrite(ctx, messageID, sent, l, m)
	}
	requestID, err := b.patch(ctx, messageID, l)
	return outcome(messageID, requestID, l, wrap("update on feishu", err))
}

func (b *Bot) patch(ctx context.Context, messageID string, l letter) (requestID string, err error) {
	req := larkim.NewPatchMessageReqBuilder().MessageId(messageID).Body(
		larkim.NewPatchMessageReqBodyBuilder().Content(l.content).Build()).Build()
	return b.call(ctx, message, func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error) {
		resp, err := b.im.Message.Patch(ctx, req, auth)
		if err != nil {
			return reply{}, err
		}
		return reply{resp.ApiResp, resp.CodeError}, nil
	})
}

// rewrite shows l, what m is as a text or a post, in place for as long as Feishu takes edits,
// of which the last is for the end. An end that comes after it is told by an answer to the
// message, which from then on is the one that is changed.
func (b *Bot) rewrite(ctx context.Context, messageID string, sent manner, l letter, m notify.Message) notify.Outcome {
	if !m.Card.Settled && sent.edits >= maxEdits-1 {
		return notify.Outcome{Err: notify.ErrSpared}
	}
	if sent.edits < maxEdits {
		requestID, err := b.edit(ctx, messageID, l)
		if !m.Card.Settled || !errors.Is(err, errOddCode) {
			o := outcome(messageID, requestID, l, wrap("update on feishu", err))
			if err == nil {
				o.Form = manner{sent.as, sent.edits + 1}.String()
			}
			return o
		}
	}
	id, requestID, err := b.answer(ctx, messageID, uuidOf(m.To[0].Key+"."+m.Notice), l)
	return outcome(id, requestID, l, wrap("tell the end on feishu", err))
}

func (b *Bot) edit(ctx context.Context, messageID string, l letter) (requestID string, err error) {
	req := larkim.NewUpdateMessageReqBuilder().MessageId(messageID).Body(
		larkim.NewUpdateMessageReqBodyBuilder().MsgType(l.kind()).Content(l.content).Build()).Build()
	return b.call(ctx, edit, func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error) {
		resp, err := b.im.Message.Update(ctx, req, auth)
		if err != nil {
			return reply{}, err
		}
		return reply{resp.ApiResp, resp.CodeError}, nil
	})
}

// answer sends l as an answer to a message that is out (feishu.md 6.3): it goes where that
// went, whoever its reader is by now.
func (b *Bot) answer(ctx context.Context, messageID, uuid string, l letter) (id, requestID string, err error) {
	req := larkim.NewReplyMessageReqBuilder().MessageId(messageID).Body(
		larkim.NewReplyMessageReqBodyBuilder().MsgType(l.kind()).Content(l.content).Uuid(uuid).Build()).Build()
	requestID, err = b.call(ctx, edit, func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error) {
		resp, err := b.im.Message.Reply(ctx, req, auth)
		if err != nil {
			return reply{}, err
		}
		if resp.Data != nil {
			id = larkcore.StringValue(resp.Data.MessageId)
		}
		return reply{resp.ApiResp, resp.CodeError}, nil
	})
	return id, requestID, identified(id, requestID, err)
}
