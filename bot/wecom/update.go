package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ticketbell/cards"
	"ticketbell/notify"
)

// updateRequest is the body of message/update_template_card (wecom.md 7).
type updateRequest struct {
	UserIDs      []string `json:"userids"`
	AgentID      int      `json:"agentid"`
	ResponseCode string   `json:"response_code,omitempty"`
	// Either the whole card is replaced, or its buttons by a word.
	TemplateCard *templateCard `json:"template_card,omitempty"`
	Button       *replacement  `json:"button,omitempty"`
}

type replacement struct {
	Name string `json:"replace_name"`
}

// Update replaces a card with buttons in the hands of all who got it, by one call. It
// costs one of the card's few codes: a state in between is spared, see [worth].
func (b *Bot) Update(ctx context.Context, messageID string, m notify.Message) notify.Outcome {
	if b.memory == nil {
		return notify.Outcome{Err: fixed("the channel has no cards that change")}
	}
	sent, err := b.memory.Card(ctx, messageID, b.tokens.now())
	if errors.Is(err, notify.ErrNotFound) {
		return notify.Outcome{Err: fixed("the message is no card with buttons")}
	}
	if err != nil {
		return notify.Outcome{Err: fmt.Errorf("remember card %s: %w", messageID, err)}
	}
	next, req, err := b.change(sent, m)
	if err != nil {
		return notify.Outcome{Err: err}
	}
	switch {
	case next.Look == sent.Look && !sent.Unsure: // an earlier attempt got through
		return notify.Outcome{MessageID: messageID}
	case sent.Wanted != "" && sent.Wanted != m.Notice: // it is claimed again for what came since
		return notify.Outcome{Err: notify.ErrSpared}
	case sent.Codes == 0:
		return notify.Outcome{Err: fixed("all its response codes are used or too old")}
	case !enough(sent, worth(sent, next, m.Card.Settled)):
		return notify.Outcome{Err: notify.ErrSpared}
	}
	return b.replace(ctx, sent, next, req)
}

// fixed says that a card stays as it is.
func fixed(why string) error {
	return notify.Fixed(&notify.Refusal{Code: "wecom.no_code", Message: why})
}

// enough reports whether the card has so many codes. One that may be used up is tried
// where one is enough, and kept for nothing.
func enough(sent notify.CardRecord, codes int) bool {
	return codes <= 1 || sent.Codes-sent.Tried >= codes
}

// worth is how many codes there must be for next to be shown, so that what matters more
// can be shown later: that buttons vanish once the ticket moves, then how it ended. A
// press brings one code more.
func worth(sent, next notify.CardRecord, settled bool) int {
	switch {
	case settled:
		return 1
	case sent.Live && !next.Live && next.Shown == sent.Shown:
		return 3 // a decision is on its way: whoever pressed was told, and the outcome follows
	case sent.Live != next.Live, sent.Unsure && next.Look == sent.Look:
		return 1 // the buttons are wrong, or may be
	default:
		return 2
	}
}

// change is what the card becomes, and the request that makes it so.
func (b *Bot) change(sent notify.CardRecord, m notify.Message) (notify.CardRecord, updateRequest, error) {
	next := notify.CardRecord{MessageID: sent.MessageID, Addresses: sent.Addresses, Shown: m.Notice, Live: b.decides() && m.Card.Asks()}
	req := updateRequest{UserIDs: sent.Addresses, AgentID: b.cfg.AgentID}
	switch {
	case next.Live:
		req.TemplateCard = newButtonCard(m.Card, m.Language, reference(m))
	case m.Card.Link() != "":
		req.TemplateCard = newNotice(m.Card, m.Language, reference(m), b.decides())
	default: // a card without a link or a button is none
		req.Button = &replacement{clip(oneLine(ending(m.Card, m.Language)), maxReplaced)}
	}
	var look any = req.TemplateCard
	if req.Button != nil {
		look = req.Button
	}
	body, err := encode(look)
	if err != nil {
		return next, req, fmt.Errorf("encode the update: %w", err)
	}
	next.Look = digest(body)
	if req.TemplateCard != nil && req.TemplateCard.callsBack() {
		next.TaskID = taskID(m.Notice, m.Language, body, sent.Addresses)
		req.TemplateCard.TaskID = next.TaskID
	}
	return next, req, nil
}

// maxReplaced is how much stands where buttons were, in characters.
const maxReplaced = 30

// ending is who decided last, or the state where nobody is known to have.
func ending(c cards.Card, lang cards.Language) string {
	if n := len(c.Trail); n > 0 {
		return c.Trail[n-1].In(lang)
	}
	return c.Chip.In(lang)
}

// replace makes the call. A code that WeCom does not take is dropped and the next one
// tried, until there is none.
func (b *Bot) replace(ctx context.Context, sent, next notify.CardRecord, req updateRequest) notify.Outcome {
	payload, err := encode(req) // what is kept of it has no code in it
	if err != nil {
		return notify.Outcome{Err: fmt.Errorf("encode the update: %w", err)}
	}
	for {
		code, err := b.memory.TakeCode(ctx, next, b.tokens.now())
		if errors.Is(err, notify.ErrNotFound) {
			return b.stuck(ctx, sent)
		}
		if err != nil {
			return notify.Outcome{Err: fmt.Errorf("take a code of card %s: %w", next.MessageID, err)}
		}
		req.ResponseCode = code.Code
		body, err := encode(req)
		if err != nil {
			return notify.Outcome{Err: fmt.Errorf("encode the update: %w", err)}
		}
		_, err = call[updateReply](ctx, b, "message/update_template_card", body)
		switch fateOfCode(err) {
		case codeUsed:
			return b.shown(ctx, next, code.Code, payload)
		case codeBad:
			if code.Again { // it was ours that used it up, and the answer got lost
				return b.shown(ctx, next, code.Code, payload)
			}
			if err := b.memory.SpendCode(ctx, code.Code); err != nil {
				return notify.Outcome{Err: fmt.Errorf("drop a code of card %s: %w", next.MessageID, err)}
			}
		case codeUntouched:
			err = fmt.Errorf("update in wecom: %w", judge(err))
			if !code.Tried {
				err = errors.Join(err, b.memory.FreeCode(ctx, code.Code))
			}
			return notify.Outcome{Err: err}
		default:
			return notify.Outcome{Err: fmt.Errorf("update in wecom: %w", judge(err))}
		}
	}
}

// stuck ends an update that no code was taken for. Where one of them may have changed the
// card before, nobody knows what it looks like.
func (b *Bot) stuck(ctx context.Context, sent notify.CardRecord) notify.Outcome {
	none := fixed("WeCom took none of its response codes")
	if !sent.Unsure {
		return notify.Outcome{Err: none}
	}
	sent.Look = ""
	if err := keep(ctx, func(ctx context.Context) error { return b.memory.ShowCard(ctx, sent, "") }); err != nil {
		return notify.Outcome{Err: fmt.Errorf("forget what card %s shows: %w", sent.MessageID, err)}
	}
	return notify.Outcome{Err: none}
}

func (b *Bot) shown(ctx context.Context, next notify.CardRecord, code string, payload json.RawMessage) notify.Outcome {
	err := keep(ctx, func(ctx context.Context) error { return b.memory.ShowCard(ctx, next, code) })
	if err != nil { // tried again, the code is found to be used, and it is written down then
		err = fmt.Errorf("remember what card %s shows: %w", next.MessageID, err)
	}
	return notify.Outcome{MessageID: next.MessageID, Payload: string(payload), Err: err}
}

// updateReply is the answer to update_template_card. Who of the receivers is gone by now
// changes nothing for the others, and is not read (wecom.md 7: its form is unconfirmed).
type updateReply struct{ status }

// codeFate is what became of a response code.
type codeFate int

const (
	codeUnknown   codeFate = iota // no answer came: it is tried again for the same look
	codeUsed                      // the card changed
	codeUntouched                 // the call was refused before the code was looked at
	codeBad                       // WeCom does not take it
)

// fateOfCode judges an update. WeCom's codes for a response code that was used, or is too
// old, are not written down anywhere: what the table does not know is taken for one, so
// that nothing is tried for ever.
func fateOfCode(err error) codeFate {
	if err == nil {
		return codeUsed
	}
	refused, ok := errors.AsType[*codeError](err)
	switch {
	case ok && !known(refused.ErrCode):
		return codeBad
	case ok:
		return codeUntouched
	default:
		return codeUnknown
	}
}

// known reports whether the table says what a code means for any call.
func known(code int) bool {
	for _, r := range rows() {
		if r.code == code {
			return r.class != bug && r.class != permanent
		}
	}
	return false
}
