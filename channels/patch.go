package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Get returns the fields of a channel, secrets only as whether and when they were
// set, and the mark of this state.
func (b *Board) Get(ctx context.Context, ch notify.Channel) (view json.RawMessage, etag string, err error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return nil, "", err
	}
	return b.view(rec)
}

// Patch lays patch over the present fields: what is absent stays, null clears. An
// enabled channel must be complete; all wrong fields are named at once by an
// [*ticket.Invalid] that holds no value.
func (b *Board) Patch(ctx context.Context, ch notify.Channel, patch map[string]json.RawMessage, ifMatch, by string) (view json.RawMessage, etag string, err error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return nil, "", err
	}
	if ifMatch != "" && ifMatch != strconv.FormatInt(rec.Version, 10) {
		return nil, "", notify.ErrConflict
	}
	rec.Channel = ch
	if rec, err = lay(rec, patch, by, b.now()); err != nil {
		return nil, "", err
	}
	if err := complete(rec); err != nil {
		return nil, "", err
	}
	if err := b.records.PutChannel(ctx, rec); err != nil {
		return nil, "", fmt.Errorf("save %s: %w", ch, err)
	}
	return b.Get(ctx, ch)
}

// lay returns rec with patch laid over it.
func lay(rec notify.ChannelRecord, patch map[string]json.RawMessage, by string, now time.Time) (notify.ChannelRecord, error) {
	fields, err := fieldsOf(rec)
	if err != nil {
		return rec, err
	}
	before := maps.Clone(fields)
	secrets := maps.Clone(rec.Secrets)
	if secrets == nil {
		secrets = map[string]notify.Secret{}
	}
	f := formOf(rec.Channel)
	var wrong []ticket.FieldError
	given := map[string]notify.Secret{}
	for name, value := range patch {
		switch {
		case name == "enabled":
			err = json.Unmarshal(value, &rec.Enabled)
		case name == "limits":
			fields[name], err = value, checkLimits(value)
		case slices.Contains(f.secrets, name):
			err = laySecret(given, secrets, name, value, by, now)
		case !slices.Contains(f.fields, name):
			wrong = append(wrong, ticket.FieldError{Field: name, Code: "unknown_field", Message: "is not known here"})
		case string(value) == "null":
			delete(fields, name)
		default:
			fields[name] = value
		}
		if err != nil {
			wrong = append(wrong, ticket.FieldError{Field: name, Code: "invalid", Message: typeMessage(err)})
			err = nil
		}
	}
	if len(wrong) > 0 {
		return rec, invalid(wrong)
	}
	if moved(f.destination, before, fields) {
		clear(secrets)
	}
	maps.Copy(secrets, given)
	rec.Secrets = secrets
	rec.Fields, err = json.Marshal(fields)
	return rec, err
}

// laySecret takes a secret in; null clears it.
func laySecret(given, secrets map[string]notify.Secret, name string, value json.RawMessage, by string, now time.Time) error {
	if string(value) == "null" {
		delete(secrets, name)
		return nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		delete(secrets, name)
		return nil
	}
	given[name] = notify.Secret{Value: s, SetAt: now, SetBy: by}
	return nil
}

// moved reports whether one of the named fields changed.
func moved(names []string, before, after map[string]json.RawMessage) bool {
	return slices.ContainsFunc(names, func(name string) bool { return !bytes.Equal(before[name], after[name]) })
}

// complete checks the whole configuration. One that is switched off may still have gaps.
func complete(rec notify.ChannelRecord) error {
	fields, err := fieldsOf(rec)
	if err != nil {
		return err
	}
	delete(fields, "limits")
	c, err := configOf(rec.Channel, fields, rec.Secrets)
	if err != nil {
		return err
	}
	wrong := wrongFields(c.Validate())
	if !rec.Enabled {
		wrong = slices.DeleteFunc(wrong, func(f ticket.FieldError) bool {
			_, filled := fields[f.Field]
			return !filled || string(fields[f.Field]) == `""`
		})
	}
	return invalid(wrong)
}

// view is a channel as the API shows it.
func (b *Board) view(rec notify.ChannelRecord) (json.RawMessage, string, error) {
	fields, err := fieldsOf(rec)
	if err != nil {
		return nil, "", err
	}
	own := fields["limits"]
	delete(fields, "limits")
	c, err := configOf(rec.Channel, fields, nil)
	if err != nil {
		return nil, "", err
	}
	shown, err := json.Marshal(c)
	if err != nil {
		return nil, "", err
	}
	all := map[string]any{}
	if err := json.Unmarshal(shown, &all); err != nil {
		return nil, "", err
	}
	all["channel"], all["enabled"] = rec.Channel, rec.Enabled
	if own != nil {
		all["limits"] = own
	}
	if rec.Paused != "" {
		all["paused"] = map[string]any{"code": rec.Paused, "since": rec.PausedAt}
	}
	for _, name := range formOf(rec.Channel).secrets {
		all[name] = b.secretView(rec.Secrets[name])
	}
	view, err := json.Marshal(all)
	return view, strconv.FormatInt(rec.Version, 10), err
}

func (b *Board) secretView(s notify.Secret) map[string]any {
	if s.Value == "" {
		return map[string]any{"set": false}
	}
	return map[string]any{"set": true, "fingerprint": b.fingerprint(s.Value), "set_at": s.SetAt, "set_by": s.SetBy}
}
