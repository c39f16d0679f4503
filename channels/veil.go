package channels

import (
	"context"
	"encoding/json"
	"maps"

	"ticketbell/notify"
)

// proxyField may hold a password (wecom.md 9.3), which makes it a secret on disk
// although it is a field everywhere else.
const proxyField = "proxy_url"

// veiled keeps the proxy among the sealed secrets of the record.
type veiled struct{ Records }

// Channel reads the record with the proxy back in its place.
func (v veiled) Channel(ctx context.Context, ch notify.Channel) (notify.ChannelRecord, error) {
	rec, err := v.Records.Channel(ctx, ch)
	proxy, ok := rec.Secrets[proxyField]
	if err != nil || !ok {
		return rec, err
	}
	fields, err := fieldsOf(rec)
	if err != nil {
		return rec, err
	}
	if fields[proxyField], err = json.Marshal(proxy.Value); err != nil {
		return rec, err
	}
	rec.Secrets = maps.Clone(rec.Secrets)
	delete(rec.Secrets, proxyField)
	rec.Fields, err = json.Marshal(fields)
	return rec, err
}

// PutChannel writes the record with the proxy sealed.
func (v veiled) PutChannel(ctx context.Context, rec notify.ChannelRecord) error {
	rec, err := veil(rec)
	if err != nil {
		return err
	}
	return v.Records.PutChannel(ctx, rec)
}

// SwitchOff writes the record with the proxy sealed.
func (v veiled) SwitchOff(ctx context.Context, rec notify.ChannelRecord, what notify.Leftover, on []notify.Channel) (notify.Left, error) {
	rec, err := veil(rec)
	if err != nil {
		return notify.Left{}, err
	}
	return v.Records.SwitchOff(ctx, rec, what, on)
}

// veil moves the proxy of a record among its secrets.
func veil(rec notify.ChannelRecord) (notify.ChannelRecord, error) {
	fields, err := fieldsOf(rec)
	if err != nil {
		return rec, err
	}
	var proxy string
	if raw, ok := fields[proxyField]; ok {
		if err := json.Unmarshal(raw, &proxy); err != nil {
			return rec, err
		}
	}
	if proxy == "" {
		return rec, nil
	}
	delete(fields, proxyField)
	if rec.Fields, err = json.Marshal(fields); err != nil {
		return rec, err
	}
	secrets := maps.Clone(rec.Secrets)
	if secrets == nil {
		secrets = map[string]notify.Secret{}
	}
	secrets[proxyField] = notify.Secret{Value: proxy}
	rec.Secrets = secrets
	return rec, nil
}
