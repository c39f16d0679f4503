package wecom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// codeLife is how long a response code works (wecom.md 7).
const codeLife = 72 * time.Hour

// press hands a press to the desk. The card itself is the answer, once it is brought up
// to date; whoever pressed in vain, or on what changes no card, is told in a message.
func (d *Door) press(ctx context.Context, h happening) error {
	if h.ResponseCode != "" {
		if err := d.Codes.AddCode(ctx, h.TaskID, h.ResponseCode, d.Now().Add(codeLife)); err != nil {
			d.Log.Error("the code of a press cannot be kept", "task", h.TaskID, "error", err) // the decision counts
		}
	}
	event, lang := readTask(h.TaskID)
	action := cards.Action(h.EventKey)
	p := notify.Press{
		ID: h.id(), Channel: notify.WeCom, Address: h.From, Notice: event, Action: action, At: h.at(d.Now()),
	}
	if action == cards.Reject {
		p.Reason = cards.ReasonChoice(h.option(reasonQuestion)).In(lang)
	}
	answer := d.Presses.Act(ctx, p)
	decided := answer.Tone == notify.ToneDone && (action == cards.Approve || action == cards.Reject)
	if decided || answer.Text.IsZero() {
		return nil
	}
	d.tell(ctx, h.From, answer.Text.In(lang))
	return nil // the press is done, whoever reads of it
}

func (d *Door) tell(ctx context.Context, userID, text string) {
	bot, err := d.Bot(ctx)
	if err == nil {
		err = d.paced(ctx, userID, func(ctx context.Context) error { return bot.Tell(ctx, userID, text) })
	}
	if errors.Is(err, notify.ErrOff) {
		return
	}
	if err != nil {
		d.Log.Warn("whoever pressed could not be told", "userid", userID, "error", err)
	}
}

func (d *Door) paced(ctx context.Context, userID string, send func(context.Context) error) error {
	if d.Paced == nil {
		return send(ctx)
	}
	return d.Paced(ctx, userID, send)
}

// Tell writes a short text to one member.
func (b *Bot) Tell(ctx context.Context, userID, words string) error {
	if !isUserID(userID) {
		return notMember()
	}
	msg := b.cfg.asPlain(clipBytes(harmless(words), maxText)).always()
	msg.ToUser = userID
	reply, _, err := b.post(ctx, msg)
	if err == nil {
		_, err = reply.fateOf(userID)
	}
	if err != nil {
		return fmt.Errorf("tell %s: %w", userID, err)
	}
	return nil
}
