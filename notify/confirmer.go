package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Confirmer has people confirm new addresses of theirs: a code goes to the new one, and
// the old one holds until it is entered.
type Confirmer struct {
	Records   Unconfirmeds
	Addresses interface {
		// Address is that of [Addresses].
		Address(ctx context.Context, ch Channel, u ticket.User) (string, error)
	}
	Channels Switchboard
	Settings SettingsKeeper
	Voice    *Teller
	// Key, of at least 32 bytes, makes the MACs of codes.
	Key []byte
	Now func() time.Time
	Log *slog.Logger
}

// errUnsent says that a code was counted and kept, and could not be sent.
var errUnsent = errors.New("the code could not be sent")

// Ask sends a code to the new address that u entered: by mail, or to whoever has the phone
// number at Feishu or WeCom. What stands against it is an [*ticket.Invalid] of the field,
// and then nothing waits to be confirmed.
func (c *Confirmer) Ask(ctx context.Context, u ticket.User, field, value string) error {
	err := c.send(ctx, u, field, value)
	if errors.Is(err, errUnsent) {
		err = errors.Join(err, c.Records.DropUnconfirmed(context.WithoutCancel(ctx), u.Username, field))
	}
	return err
}

// send sends a code and keeps the address until it is entered.
func (c *Confirmer) send(ctx context.Context, u ticket.User, field, value string) error {
	s, err := c.Settings.Settings(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	ch, address, err := c.find(ctx, s.Order(u), field, value)
	if err != nil {
		return err
	}
	code, now := newCode(), c.Now()
	n := Unconfirmed{
		Username: u.Username, Field: field, Value: value, Was: held(u, field), Channel: ch,
		SentAt: now, EndsAt: now.Add(CodeTime), Left: CodeTries,
	}
	n.MAC = c.mac(n, code)
	again, err := c.Records.PutUnconfirmed(ctx, n)
	if errors.Is(err, ErrConflict) {
		return After(again.Sub(now), errors.New("so many codes are sent in an hour and no more"))
	}
	if err != nil {
		return err
	}
	m := Message{Card: cards.Code(field, code, n.EndsAt, s.CardsFor(u)), Language: language(u, s), Notice: NewID("code_"), Thread: u.Username}
	if err := c.Voice.Tell(ctx, ch, address, m); err != nil {
		c.Log.WarnContext(ctx, "a code could not be sent", "channel", ch, "username", u.Username, "error", err)
		return fmt.Errorf("%w: %w", errUnsent, unsent(field, ch))
	}
	return nil
}

// held is the address that u has.
func held(u ticket.User, field string) string {
	if field == "phone" {
		return u.Phone
	}
	return u.Email
}

// find is where a code reaches whoever has the new address, and nobody else.
func (c *Confirmer) find(ctx context.Context, order []Channel, field, value string) (ch Channel, address string, err error) {
	whose := ticket.User{Person: ticket.Person{Email: value}}
	if field == "phone" {
		whose = ticket.User{Person: ticket.Person{Phone: value}}
	}
	on, err := c.Channels.Enabled(ctx)
	if err != nil {
		return "", "", fmt.Errorf("list channels: %w", err)
	}
	for _, ch := range order {
		if !slices.Contains(on, ch) || (ch == Mail) != (field == "email") {
			continue
		}
		address, err := c.Addresses.Address(ctx, ch, whose)
		if err == nil {
			return ch, address, nil
		}
		if v, _ := VerdictOf(err); v != VerdictUnreachable {
			c.Log.WarnContext(ctx, "a new address cannot be looked up", "channel", ch, "error", err)
		}
	}
	return "", "", unreached(field)
}

// Again sends another code to a new address; the one before is void. The address goes on
// waiting when the code could not be sent.
func (c *Confirmer) Again(ctx context.Context, u ticket.User, field string) error {
	n, err := c.waiting(ctx, u.Username, field)
	if err != nil {
		return err
	}
	return c.send(ctx, u, field, n.Value)
}

func (c *Confirmer) waiting(ctx context.Context, username, field string) (Unconfirmed, error) {
	all, err := c.Waiting(ctx, username)
	if err != nil {
		return Unconfirmed{}, err
	}
	for _, n := range all {
		if n.Field == field {
			return n, nil
		}
	}
	return Unconfirmed{}, fmt.Errorf("no new %s waits to be confirmed: %w", field, ErrNotFound)
}

// Waiting are the new addresses of somebody that wait to be confirmed.
func (c *Confirmer) Waiting(ctx context.Context, username string) ([]Unconfirmed, error) {
	return c.Records.Unconfirmed(ctx, username, c.Now().Add(-UnconfirmedTime))
}

// Confirm makes the new address that the code is for that of the person, and returns it.
// It is a [*Taken] when somebody else has it by now. A code that is not taken is an [*ticket.Invalid] of the field "code".
func (c *Confirmer) Confirm(ctx context.Context, username, field, code string) (value string, err error) {
	now := c.Now()
	n, ok, err := c.Records.TryCode(ctx, username, field, func(n Unconfirmed) bool {
		return now.Before(n.EndsAt) && n.Left > 0 && hmac.Equal(n.MAC, c.mac(n, code))
	})
	switch {
	case err != nil:
		return "", err
	case ok:
		return n.Value, nil
	case !now.Before(n.EndsAt):
		return "", badCode("expired", "has expired; have another one sent", "验证码已过期，请重新发送")
	case n.Left <= 0:
		return "", badCode("too_many", "too many wrong codes; have another one sent", "输错次数过多，请重新发送")
	default:
		return "", badCode("wrong", fmt.Sprintf("is not the code; %d more tries", n.Left), fmt.Sprintf("验证码不对，还可以试 %d 次", n.Left))
	}
}

// Cancel forgets a new address.
func (c *Confirmer) Cancel(ctx context.Context, username, field string) error {
	return c.Records.DropUnconfirmed(ctx, username, field)
}

// mac binds a code to the person and the address it was sent for.
func (c *Confirmer) mac(n Unconfirmed, code string) []byte {
	h := hmac.New(sha256.New, c.Key)
	_, _ = fmt.Fprintf(h, "%q %q %q %q", n.Username, n.Field, n.Value, code) // a hash takes everything
	return h.Sum(nil)
}

// newCode is six digits that nobody can guess.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand.Reader never fails
	}
	return fmt.Sprintf("%06d", n)
}

func badCode(word, message, chinese string) error {
	return &ticket.Invalid{Fields: []ticket.FieldError{{Field: "code", Code: word, Message: message, Chinese: chinese}}}
}

// unreached says that no code can be sent to the new address, and what to do.
func unreached(field string) error {
	e := ticket.FieldError{
		Field: field, Code: "unreachable",
		Message: "cannot be confirmed: the mail channel is off; an administrator can enter the address",
		Chinese: "无法确认：邮件渠道未启用，验证码发不出去。可请管理员直接修改",
	}
	if field == "phone" {
		e.Message = "cannot be confirmed: nobody with this number is found on Feishu or WeCom, where the code would go; check the number, or have an administrator enter it"
		e.Chinese = "无法确认：验证码要发到飞书或企业微信，而那里找不到使用这个号码的人。请核对号码，或请管理员直接修改"
	}
	return &ticket.Invalid{Fields: []ticket.FieldError{e}}
}

// unsent says that the code did not go out.
func unsent(field string, ch Channel) error {
	name := ch.Words()
	return &ticket.Invalid{Fields: []ticket.FieldError{{
		Field: field, Code: "not_sent",
		Message: "cannot be confirmed: the code could not be sent by " + name.EN + "; check the address, try again later, or have an administrator enter it",
		Chinese: "无法确认：验证码没能通过" + name.ZH + "发出。请核对后再试，或请管理员直接修改",
	}}}
}
