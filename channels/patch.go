package channels

import (
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

// Patch lays patch over the present fields: what is absent stays, null clears. An
// enabled channel must be complete; all wrong fields are named at once by an
// [*ticket.Invalid] that holds no value. A patch that switches the channel off may say in
// "waiting" what becomes of the messages that wait for it, and the view then counts them.
func (b *Board) Patch(ctx context.Context, ch notify.Channel, patch map[string]json.RawMessage, ifMatch, by string) (view json.RawMessage, etag string, err error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return nil, "", err
	}
	if ifMatch != "" && ifMatch != strconv.FormatInt(rec.Version, 10) {
		return nil, "", notify.ErrConflict
	}
	rec.Channel = ch
	was := rec.Enabled
	patch, what, asked := leftover(patch)
	rec, wrong, err := lay(rec, patch, by, b.now())
	if err != nil {
		return nil, "", err
	}
	if asked && (rec.Enabled || !what.Valid()) {
		wrong = append(wrong, wrongLeftover())
	}
	if err := complete(rec, wrong); err != nil {
		return nil, "", err
	}
	if rec.Enabled != was {
		rec.SwitchedAt, rec.SwitchedBy = b.now(), by
	}
	left, err := b.put(ctx, rec, what, asked)
	if err != nil {
		return nil, "", fmt.Errorf("save %s: %w", ch, err)
	}
	if reconfigures(patch) {
		if err := b.history.ForgetTest(ctx, ch, false); err != nil { // it was of other settings
			return nil, "", err
		}
	}
	rec, err = b.records.Channel(ctx, ch)
	if err != nil {
		return nil, "", err
	}
	return b.view(rec, left)
}

// leftover takes out of a patch what is no field: what becomes of the messages that wait.
func leftover(patch map[string]json.RawMessage) (fields map[string]json.RawMessage, what notify.Leftover, asked bool) {
	value, asked := patch["waiting"]
	if !asked {
		return patch, notify.KeepWaiting, false
	}
	fields = maps.Clone(patch)
	delete(fields, "waiting")
	if json.Unmarshal(value, &what) != nil {
		what = ""
	}
	return fields, what, true
}

func wrongLeftover() ticket.FieldError {
	return ticket.FieldError{
		Field: "waiting", Code: "invalid",
		Message: "must be keep, reroute or discard, together with \"enabled\": false",
		Chinese: "只能是 keep、reroute 或 discard，并且要同时停用渠道",
	}
}

// put writes the record. When it was asked what becomes of the messages that wait, it
// returns what did.
func (b *Board) put(ctx context.Context, rec notify.ChannelRecord, what notify.Leftover, asked bool) (*notify.Left, error) {
	if !asked {
		return nil, b.records.PutChannel(ctx, rec)
	}
	on, err := b.detours(ctx, rec.Channel)
	if err != nil {
		return nil, err
	}
	left, err := b.records.SwitchOff(ctx, rec, what, on)
	return &left, err
}

// detours are the other channels that are on, those first that are not paused.
func (b *Board) detours(ctx context.Context, off notify.Channel) ([]notify.Channel, error) {
	on, err := b.records.EnabledChannels(ctx)
	if err != nil {
		return nil, err
	}
	var good, paused []notify.Channel
	for _, ch := range on {
		if ch == off {
			continue
		}
		rec, err := b.records.Channel(ctx, ch)
		switch {
		case err != nil:
			return nil, err
		case rec.Paused != "":
			paused = append(paused, ch)
		default:
			good = append(good, ch)
		}
	}
	return append(good, paused...), nil
}

// reconfigures reports whether a patch changes what a test tries.
func reconfigures(patch map[string]json.RawMessage) bool {
	for name := range patch {
		if name != "enabled" && name != "limits" {
			return true
		}
	}
	return false
}

// lay returns rec with patch laid over it, and what of patch cannot be.
func lay(rec notify.ChannelRecord, patch map[string]json.RawMessage, by string, now time.Time) (notify.ChannelRecord, []ticket.FieldError, error) {
	before, err := fieldsOf(rec)
	if err != nil {
		return rec, nil, err
	}
	l := layer{
		form: formOf(rec.Channel), rec: rec, by: by, now: now,
		fields: maps.Clone(before), given: map[string]notify.Secret{}, kept: maps.Clone(rec.Secrets),
	}
	for name, value := range patch {
		l.take(name, value)
	}
	if moved(rec.Channel, before, l.fields) {
		clear(l.kept)
	}
	l.rec.Secrets = l.given
	for name, secret := range l.kept {
		if _, anew := l.given[name]; !anew {
			l.rec.Secrets[name] = secret
		}
	}
	l.rec.Fields, err = json.Marshal(l.fields)
	return l.rec, l.wrong, err
}

// layer is a patch on its way over a record.
type layer struct {
	form   form
	rec    notify.ChannelRecord
	by     string
	now    time.Time
	fields map[string]json.RawMessage
	given  map[string]notify.Secret // by the patch
	kept   map[string]notify.Secret // from before
	wrong  []ticket.FieldError
}

// take lays one field over the record.
func (l *layer) take(name string, value json.RawMessage) {
	cleared := string(value) == "null"
	switch {
	case name == "enabled":
		l.rec.Enabled = false
		l.check(name, json.Unmarshal(value, &l.rec.Enabled))
	case slices.Contains(l.form.secrets, name):
		l.check(name, l.takeSecret(name, value))
	case name != "limits" && !slices.Contains(l.form.fields, name):
		l.wrong = append(l.wrong, ticket.FieldError{Field: name, Code: "unknown_field", Message: "is not known here"})
	case cleared:
		delete(l.fields, name)
	case name == "proxy_url" && isHidden(value, l.fields[name]): // came back as it was shown
	case name == "limits":
		l.wrong = append(l.wrong, checkLimits(value)...)
		l.fields[name] = value
	default:
		l.fields[name] = value
	}
}

func (l *layer) check(name string, err error) {
	if err != nil {
		l.wrong = append(l.wrong, ticket.FieldError{Field: name, Code: "invalid", Message: typeMessage(err)})
	}
}

// takeSecret takes a secret in; null and "" clear it.
func (l *layer) takeSecret(name string, value json.RawMessage) error {
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		delete(l.kept, name)
		return nil
	}
	l.given[name] = notify.Secret{Value: s, SetAt: l.now, SetBy: l.by}
	return nil
}

// moved reports whether a destination changed. One that is said and one that is left
// to its default are the same; one of the wrong type is wrong, and goes nowhere.
func moved(ch notify.Channel, before, after map[string]json.RawMessage) bool {
	was, is := effective(ch, before), effective(ch, after)
	_, wrong := configOf(ch, after, nil)
	return slices.ContainsFunc(formOf(ch).destination, func(name string) bool {
		return was[name] != is[name] && !slices.ContainsFunc(wrong, func(f ticket.FieldError) bool { return f.Field == name })
	})
}

// complete checks the whole configuration, wrong being what is known to be wrong
// with it. One that is switched off may still have gaps.
func complete(rec notify.ChannelRecord, wrong []ticket.FieldError) error {
	fields, err := fieldsOf(rec)
	if err != nil {
		return err
	}
	c, typed := configOf(rec.Channel, fields, rec.Secrets)
	wrong = append(wrong, typed...)
	for _, f := range wrongFields(c.Validate()) {
		if rec.Enabled || !isGap(fields[f.Field]) {
			wrong = append(wrong, f)
		}
	}
	return invalid(wrong)
}

// isGap reports whether a field holds nothing yet.
func isGap(value json.RawMessage) bool {
	return len(value) == 0 || string(value) == `""` || string(value) == "0"
}
