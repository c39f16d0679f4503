package wecom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
)

// maxCalls bounds the calls of one [Bot.Send]: enough to tell six bad receivers of a
// thousand apart, and, at a tenth of a second each, made within a send's time. Whoever
// is not told apart by then is tried again.
const maxCalls = 128

// allInvalid is said of everybody in a call (wecom.md 4.4); the other codes about
// receivers are said of somebody.
const allInvalid = 81013

// Send delivers m in one call. Who is not a member, or has no licence, is told apart
// from those who got it. When WeCom refuses a whole call because of somebody in it, the
// call is made again in halves, so that nobody is judged for another.
func (b *Bot) Send(ctx context.Context, m notify.Message) []notify.Outcome {
	r := &roundup{
		bot: b, plain: b.cfg.asText(m), message: b.compose(m), notice: m.Notice, language: m.Language, fates: map[string]notify.Outcome{},
	}
	if m.Answer { // asked twice, answered twice
		r.message, r.plain = r.message.always(), r.plain.always()
	}
	if ids := memberIDs(m.To); len(ids) > 0 {
		r.send(ctx, ids, nil)
	}
	outcomes := make([]notify.Outcome, len(m.To))
	for i, to := range m.To {
		if fate, called := r.fates[to.Address]; called {
			outcomes[i] = fate
		} else {
			outcomes[i] = notify.Outcome{Err: notMember()}
		}
	}
	return outcomes
}

// roundup is one message on its way to its receivers.
type roundup struct {
	bot *Bot
	// message is what is sent, plain the text it becomes when WeCom refuses the card.
	message, plain message
	// notice is the event it shows, in that language.
	notice   string
	language cards.Language
	look     string // digest of a card with buttons, see remember

	calls int
	fates map[string]notify.Outcome // by userid
}

// send makes one call to ids, and more as long as a refusal may concern only some of
// them. before is the refusal of a call to more people, nil when there was none.
func (r *roundup) send(ctx context.Context, ids []string, before *codeError) {
	if before != nil && (r.calls >= maxCalls || ctx.Err() != nil) {
		r.judge(ids, "", before.refusal())
		return
	}
	reply, payload, err := r.call(ctx, ids)
	if err == nil {
		for _, id := range ids {
			msgID, err := reply.fateOf(id)
			r.fates[id] = notify.Outcome{MessageID: msgID, Payload: payload, Fixed: reply.ResponseCode == "" || !r.changes(), Err: err}
		}
		r.remember(ctx, ids, reply)
		return
	}
	refused, ok := errors.AsType[*codeError](err)
	repeated := ok && refused.ErrCode == allInvalid && before != nil
	if !ok || !rowOf(refused.ErrCode).aboutReceiver() || repeated || len(ids) == 1 {
		r.judge(ids, payload, judge(err))
		return
	}
	half := len(ids) / 2
	r.send(ctx, ids[:half], refused)
	r.send(ctx, ids[half:], refused)
}

// judge settles ids alike.
func (r *roundup) judge(ids []string, payload string, err error) {
	for _, id := range ids {
		r.fates[id] = notify.Outcome{Payload: payload, Err: fmt.Errorf("send to wecom: %w", err)}
	}
}

// call sends the message; a card that WeCom refuses goes out once more as a text, and
// as a text from then on.
func (r *roundup) call(ctx context.Context, ids []string) (sendReply, string, error) {
	r.calls++
	r.message.ToUser = strings.Join(ids, "|")
	if err := r.name(ids); err != nil {
		return sendReply{}, "", err
	}
	reply, payload, err := r.bot.post(ctx, r.message)
	refused, ok := errors.AsType[*codeError](err)
	if !ok || r.message.TemplateCard == nil || rowOf(refused.ErrCode).class != badCard {
		return reply, payload, err
	}
	r.message = r.plain
	return r.call(ctx, ids)
}

// name gives a card that calls back the task_id of this call.
func (r *roundup) name(ids []string) error {
	card := r.message.TemplateCard
	if card == nil || !card.callsBack() {
		return nil
	}
	card.TaskID = ""
	body, err := encode(card)
	if err != nil {
		return fmt.Errorf("encode the card: %w", err)
	}
	card.TaskID, r.look = taskID(r.notice, r.language, body, ids), digest(body)
	return nil
}

// changes reports whether the message can be changed when the ticket does: what has no
// buttons says once what there is to say, and its menu is as true afterwards.
func (r *roundup) changes() bool {
	return r.message.TemplateCard != nil && len(r.message.TemplateCard.ButtonList) > 0
}

// remember keeps a card with buttons, for those who got it. The message is out: one that
// cannot be kept stays as it is.
func (r *roundup) remember(ctx context.Context, ids []string, reply sendReply) {
	if reply.ResponseCode == "" || r.bot.memory == nil || !r.changes() {
		return
	}
	sent := notify.CardRecord{MessageID: string(reply.MsgID), TaskID: r.message.TemplateCard.TaskID, Shown: r.notice, Look: r.look, Live: true}
	for _, id := range ids {
		if r.fates[id].Err == nil {
			sent.Addresses = append(sent.Addresses, id)
		}
	}
	expires := r.bot.tokens.now().Add(codeLife)
	err := keep(ctx, func(ctx context.Context) error { return r.bot.memory.KeepCard(ctx, sent, reply.ResponseCode, expires) })
	if err != nil {
		r.bot.log.Error("a card with buttons cannot be remembered and will stay as it is", "message", sent.MessageID, "error", err)
	}
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

// notMember says that an address is no userid.
func notMember() error {
	return notify.Unreachable(&notify.Refusal{Code: "wecom.40003", Message: "the address is not a userid"})
}
