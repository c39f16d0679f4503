package channels

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// Get returns the fields of a channel, secrets only as whether and when they were
// set, and the mark of this state.
func (b *Board) Get(ctx context.Context, ch notify.Channel) (view json.RawMessage, etag string, err error) {
	rec, err := b.records.Channel(ctx, ch)
	if err != nil {
		return nil, "", err
	}
	rec.Channel = ch
	return b.view(rec, nil)
}

// view is a channel as the API shows it, with what became of the messages that waited when
// it was switched off just now.
func (b *Board) view(rec notify.ChannelRecord, left *notify.Left) (json.RawMessage, string, error) {
	fields, err := fieldsOf(rec)
	if err != nil {
		return nil, "", err
	}
	all := effective(rec.Channel, fields)
	all["channel"], all["enabled"] = rec.Channel, rec.Enabled
	if own := fields["limits"]; own != nil {
		all["limits"] = own
	}
	if proxy, ok := all["proxy_url"].(string); ok {
		all["proxy_url"] = hidden(proxy)
	}
	if rec.Paused != "" {
		code, message := pausedBy(rec)
		all["paused"] = map[string]any{"code": code, "message": message, "since": rec.PausedAt}
	}
	if !rec.SwitchedAt.IsZero() {
		all["switched_at"], all["switched_by"] = rec.SwitchedAt, rec.SwitchedBy
	}
	if left != nil {
		all["waiting"] = left
	}
	for _, name := range formOf(rec.Channel).secrets {
		all[name] = b.secretView(rec.Secrets[name])
	}
	view, err := json.Marshal(all)
	return view, strconv.FormatInt(rec.Version, 10), err
}

// effective is every field with its value, or its default where none is set.
func effective(ch notify.Channel, fields map[string]json.RawMessage) map[string]any {
	all := map[string]any{}
	c, _ := configOf(ch, fields, nil) // a field of the wrong type was never saved
	if shown, err := json.Marshal(c); err == nil {
		_ = json.Unmarshal(shown, &all) // it was encoded just now
	}
	return all
}

func (b *Board) secretView(s notify.Secret) map[string]any {
	if s.Value == "" {
		return map[string]any{"set": false}
	}
	return map[string]any{"set": true, "fingerprint": b.fingerprint(s.Value), "set_at": s.SetAt, "set_by": s.SetBy}
}

// hidden is a proxy as it is shown: the password in it is a secret like any other.
func hidden(proxy string) string {
	typed := strings.TrimSpace(proxy)
	if !strings.Contains(typed, "@") {
		return proxy
	}
	if !strings.Contains(typed, "://") {
		typed = "http://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil {
		return ""
	}
	return u.Redacted()
}

// isHidden reports whether value is the kept proxy as it is shown.
func isHidden(value, kept json.RawMessage) bool {
	var said, known string
	if json.Unmarshal(value, &said) != nil || json.Unmarshal(kept, &known) != nil {
		return false
	}
	return known != "" && said == hidden(known)
}
