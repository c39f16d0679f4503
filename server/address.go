package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Addresses has people confirm new addresses of theirs.
type Addresses interface {
	// Ask sends a code to a new address of u, or says what stands against it in an
	// [*ticket.Invalid].
	Ask(ctx context.Context, u ticket.User, field, value string) error
	// Again sends another one; [notify.ErrNotFound] when nothing waits to be confirmed.
	Again(ctx context.Context, u ticket.User, field string) error
	// Waiting are the new addresses of somebody that wait to be confirmed.
	Waiting(ctx context.Context, username string) ([]notify.Unconfirmed, error)
	// Confirm makes the new address a code is for that of the person, and returns it.
	Confirm(ctx context.Context, username, field, code string) (value string, err error)
	Cancel(ctx context.Context, username, field string) error
}

// newAddress is one that holds once its owner enters the code that was sent there.
type newAddress struct {
	Field     string         `json:"field" enum:"email,phone"`
	Value     string         `json:"value" doc:"The new address."`
	Channel   notify.Channel `json:"channel" enum:"feishu,wecom,mail" doc:"Where the code went."`
	SentAt    time.Time      `json:"sent_at"`
	EndsAt    time.Time      `json:"ends_at" doc:"When the code ceases to be taken; another one can be sent."`
	TriesLeft int            `json:"tries_left" doc:"How many wrong codes are let through yet."`
}

func newAddressOf(u notify.Unconfirmed) newAddress {
	return newAddress{u.Field, u.Value, u.Channel, u.SentAt, u.EndsAt, u.Left}
}

// addressInput says which of the caller's new addresses is meant.
type addressInput struct {
	Body struct {
		Field string `json:"field" enum:"email,phone"`
	}
}

// auditFields names the address, and nothing of it.
func (in *addressInput) auditFields() []string { return []string{in.Body.Field} }

type codeInput struct {
	Body struct {
		Field string `json:"field" enum:"email,phone"`
		Code  string `json:"code" minLength:"1" maxLength:"16" doc:"The six digits." example:"483920"`
	}
}

func (in *codeInput) auditFields() []string { return []string{in.Body.Field} }

func (a *api) registerAddresses() {
	at := func(verb, id, title, text string, fails ...int) route {
		return route{
			method: http.MethodPost, path: "/api/v1/me/addresses:" + verb, id: id, scope: access.Me, tag: tagPeople,
			title: title, text: text, fails: fails, example: map[string]any{"field": "email"},
		}
	}
	confirm := at("confirm", "confirm-my-address", "Confirm a new address of mine",
		"The code was sent there. It is taken for ten minutes; after five wrong ones another has to be sent.", 400, 404, 409)
	confirm.example = map[string]any{"field": "email", "code": "483920"}
	register(a, confirm, a.confirmAddress)
	register(a, at("resend", "resend-my-code", "Send the code again", "Another one; the one before is void. Five an hour.", 400, 404, 429),
		func(ctx context.Context, in *addressInput) (*meOutput, error) {
			u, err := a.myself(ctx)
			if err != nil {
				return nil, err
			}
			if err := a.Addresses.Again(ctx, u, in.Body.Field); err != nil {
				return nil, err
			}
			return a.showMe(ctx, u.Username)
		})
	register(a, at("cancel", "cancel-my-address", "Keep the old address", "The new one is forgotten.", 404),
		func(ctx context.Context, in *addressInput) (*meOutput, error) {
			u, err := a.myself(ctx)
			if err != nil {
				return nil, err
			}
			if err := a.Addresses.Cancel(ctx, u.Username, in.Body.Field); err != nil {
				return nil, err
			}
			return a.showMe(ctx, u.Username)
		})
}

func (a *api) confirmAddress(ctx context.Context, in *codeInput) (*meOutput, error) {
	before, err := a.myself(ctx)
	if err != nil {
		return nil, err
	}
	value, err := a.Addresses.Confirm(ctx, before.Username, in.Body.Field, strings.TrimSpace(in.Body.Code))
	if err != nil {
		return nil, err
	}
	u := before
	*addressOf(&u, in.Body.Field) = value
	a.Identities.Edited(ctx, before, u)
	return a.showMe(ctx, u.Username)
}

// addressOf is the field of u by its name in the API.
func addressOf(u *ticket.User, field string) *string {
	switch field {
	case "phone":
		return &u.Phone
	case "email":
		return &u.Email
	default:
		return &u.WeComUserID
	}
}

// askFor takes the new addresses out of u that have to be confirmed, and has a code sent to
// each. One that is cleared needs none.
func (a *api) askFor(ctx context.Context, s notify.Settings, before ticket.User, u *ticket.User) error {
	if !s.ConfirmAddresses {
		return nil
	}
	wanted := *u
	for _, field := range []string{"email", "phone"} {
		to, held := *addressOf(&wanted, field), *addressOf(&before, field)
		if to != "" && canonical(field, to) != held {
			*addressOf(u, field) = held
		}
	}
	taken, err := a.Users.Owners(ctx, wanted)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return &taken[0]
	}
	var asked []string
	for _, field := range []string{"email", "phone"} {
		to := *addressOf(&wanted, field)
		if to == *addressOf(u, field) {
			continue
		}
		if err := a.Addresses.Ask(ctx, before, field, canonical(field, to)); err != nil {
			return errors.Join(err, a.unask(ctx, u.Username, asked))
		}
		asked = append(asked, field)
	}
	return nil
}

// unask forgets what was asked for in a call that is refused as a whole.
func (a *api) unask(ctx context.Context, username string, asked []string) error {
	for _, field := range asked {
		if err := a.Addresses.Cancel(context.WithoutCancel(ctx), username, field); err != nil {
			return err
		}
	}
	return nil
}

// canonical is an address as people on record have it.
func canonical(field, value string) string {
	if field == "email" {
		return strings.ToLower(strings.TrimSpace(value))
	}
	phone, err := ticket.NormalizePhone(value)
	if err != nil {
		return value
	}
	return phone
}

// locked names what of a person is changed that only an administrator may change.
func locked(s notify.Settings, before, after ticket.User) (wrong []ticket.FieldError) {
	for _, field := range []string{"phone", "email", "wecom_userid"} {
		if slices.Contains(s.Locked(), field) && canonical(field, *addressOf(&after, field)) != *addressOf(&before, field) {
			wrong = append(wrong, ticket.FieldError{
				Field: field, Code: "locked",
				Message: "is locked: it comes from the directory of the company; ask an administrator to change it",
				Chinese: "已锁定：由企业通讯录同步，请联系管理员修改",
			})
		}
	}
	return wrong
}
