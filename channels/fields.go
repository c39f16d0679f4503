package channels

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ticketbell/bot/feishu"
	"ticketbell/bot/wecom"
	"ticketbell/mail"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// form is what can be filled in for a channel (api.md 3).
type form struct {
	fields  []string
	secrets []string
	// destination are the fields that say where a secret is sent: changing one drops
	// every secret, so that nobody can have a saved one sent to a server of their own.
	destination []string
}

func formOf(ch notify.Channel) form {
	switch ch {
	case notify.Feishu:
		return form{
			fields:      []string{"app_id", "api_base_url", "callback", "style", "update_cards", "read_receipts", "lookup_email", "lookup_mobile"},
			secrets:     []string{"app_secret", "encrypt_key", "verification_token"},
			destination: []string{"app_id", "api_base_url"},
		}
	case notify.WeCom:
		return form{
			fields:      []string{"corp_id", "agent_id", "confidential", "style", "proxy_url", "api_base_url", "lookup_mobile", "lookup_email", "headcount"},
			secrets:     []string{"corp_secret", "callback_token", "callback_aes_key"},
			destination: []string{"corp_id", "proxy_url", "api_base_url"},
		}
	default:
		return form{
			fields:      []string{"host", "port", "security", "auth", "username", "from", "from_name", "skip_verify", "ca_pem", "proxy_url", "max_connections"},
			secrets:     []string{"password"},
			destination: []string{"host", "port", "security", "username", "skip_verify", "ca_pem", "proxy_url"},
		}
	}
}

// config is a channel's own configuration type.
type config interface{ Validate() error }

// configOf reads fields and secrets into the channel's own type, over its defaults,
// and names the fields of the wrong type.
func configOf(ch notify.Channel, fields map[string]json.RawMessage, secrets map[string]notify.Secret) (config, []ticket.FieldError) {
	switch ch {
	case notify.Feishu:
		c := feishu.DefaultConfig()
		c.AppSecret, c.EncryptKey = secrets["app_secret"].Value, secrets["encrypt_key"].Value
		c.VerificationToken = secrets["verification_token"].Value
		wrong := fill(&c, fields)
		c.APIBaseURL, c.Callback = cmp.Or(c.APIBaseURL, feishu.DefaultBaseURL), cmp.Or(c.Callback, feishu.CallbackOff)
		c.Style = cmp.Or(c.Style, feishu.StyleCard)
		return &c, wrong
	case notify.WeCom:
		c := wecom.DefaultConfig()
		c.CorpSecret, c.CallbackToken = secrets["corp_secret"].Value, secrets["callback_token"].Value
		c.CallbackAESKey = secrets["callback_aes_key"].Value
		wrong := fill(&c, fields)
		c.APIBaseURL, c.Style = cmp.Or(c.APIBaseURL, wecom.DefaultBaseURL), cmp.Or(c.Style, wecom.StyleCard)
		return &c, wrong
	default:
		c := mail.Config{Port: 465, Password: secrets["password"].Value}
		wrong := fill(&c, fields)
		c.Security, c.Auth = cmp.Or(c.Security, mail.Auto), cmp.Or(c.Auth, mail.AuthAuto)
		c.MaxConnections = cmp.Or(c.MaxConnections, mail.DefaultConnections)
		return &c, wrong
	}
}

// fill lays fields over the defaults in c, one by one, so that each of the wrong
// type is named. null is the default; limits are none of c's.
func fill(c any, fields map[string]json.RawMessage) []ticket.FieldError {
	var wrong []ticket.FieldError
	for name, value := range fields {
		if string(value) == "null" || name == "limits" {
			continue
		}
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err == nil {
			err = strict(one, c)
		}
		if err != nil {
			wrong = append(wrong, ticket.FieldError{Field: name, Code: "invalid", Message: typeMessage(err)})
		}
	}
	return wrong
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("must be one value")
	}
	return nil
}

// typeMessage says which type a field must have, without its value.
func typeMessage(err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		switch t.Type.Kind().String() {
		case "bool":
			return "must be true or false"
		case "string":
			return "must be a string"
		default:
			return "must be a whole number"
		}
	}
	return "must be valid JSON of the field's type"
}

// wrongFields turns what a channel's own Validate found into an [*ticket.Invalid].
func wrongFields(err error) []ticket.FieldError {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []ticket.FieldError
		for _, e := range joined.Unwrap() {
			all = append(all, wrongFields(e)...)
		}
		return all
	}
	if f, ok := errors.AsType[*feishu.FieldError](err); ok {
		return []ticket.FieldError{wrongField(f.Field, f.Message.EN, f.Message.ZH)}
	}
	if f, ok := errors.AsType[*wecom.FieldError](err); ok {
		return []ticket.FieldError{wrongField(f.Field, f.Message.EN, f.Message.ZH)}
	}
	if f, ok := errors.AsType[*mail.FieldError](err); ok {
		return []ticket.FieldError{wrongField(f.Field, f.Message.EN, f.Message.ZH)}
	}
	return []ticket.FieldError{wrongField("", err.Error(), "")}
}

func wrongField(field, en, zh string) ticket.FieldError {
	return ticket.FieldError{Field: field, Code: "invalid", Message: en, Chinese: zh}
}

// invalid names each wrong field once, by what was found first.
func invalid(wrong []ticket.FieldError) error {
	if len(wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(wrong, func(a, b ticket.FieldError) int { return strings.Compare(a.Field, b.Field) })
	wrong = slices.CompactFunc(wrong, func(a, b ticket.FieldError) bool { return a.Field == b.Field })
	return &ticket.Invalid{Fields: wrong}
}

// connection is a channel's sender that can also try its credentials.
type connection interface {
	notify.Sender
	// Check tries the credentials without sending anything.
	Check(ctx context.Context) error
	Close()
}

// connect opens the channel's own package on a valid configuration.
func (b *Board) connect(c config) (connection, error) {
	switch c := c.(type) {
	case *feishu.Config:
		return feishu.New(*c)
	case *wecom.Config:
		if b.memory == nil {
			return wecom.New(*c)
		}
		return wecom.New(*c, wecom.WithMemory(b.memory, b.log))
	case *mail.Config:
		return mail.New(*c)
	}
	return nil, fmt.Errorf("no channel is configured by a %T", c)
}
