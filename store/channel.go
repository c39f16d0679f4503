package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ticketbell/notify"
)

// sealedSecret is a [notify.Secret] as the database has it.
type sealedSecret struct {
	Sealed string    `json:"sealed"`
	SetAt  time.Time `json:"set_at"`
	SetBy  string    `json:"set_by"`
}

// Channel returns the channel's configuration with its secrets. A channel that was
// never configured has version 0.
func (s *Store) Channel(ctx context.Context, ch notify.Channel) (notify.ChannelRecord, error) {
	rec, err := one(ctx, s.read, s.scanChannel,
		`SELECT channel, version, enabled, fields, secrets, paused, paused_at, switched_at, switched_by FROM channels WHERE channel = $1`, string(ch))
	if errors.Is(err, ErrNotFound) {
		return notify.ChannelRecord{Channel: ch}, nil
	}
	if err != nil {
		return notify.ChannelRecord{}, fmt.Errorf("read channel %s: %w", ch, err)
	}
	return rec, nil
}

// EnabledChannels lists the channels that are switched on, in the order of
// [notify.Channels]. It opens no secret: every event asks.
func (s *Store) EnabledChannels(ctx context.Context) ([]notify.Channel, error) {
	found, err := all(ctx, s.read, value[notify.Channel], `SELECT channel FROM channels WHERE enabled`)
	if err != nil {
		return nil, fmt.Errorf("list the channels that are on: %w", err)
	}
	return slices.DeleteFunc(notify.Channels(), func(ch notify.Channel) bool { return !slices.Contains(found, ch) }), nil
}

func (s *Store) scanChannel(r row) (rec notify.ChannelRecord, err error) {
	var sealed map[string]sealedSecret
	err = r.Scan(&rec.Channel, &rec.Version, &rec.Enabled, document{&rec.Fields}, document{&sealed}, &rec.Paused, stamp{&rec.PausedAt}, stamp{&rec.SwitchedAt}, &rec.SwitchedBy)
	if err != nil {
		return rec, err
	}
	rec.Secrets, err = s.unseal(rec.Channel, sealed)
	return rec, err
}

// PutChannel writes the configuration made from rec.Version and lifts a pause. What
// waits because the day was full is due again: the limit may be another one. A channel
// that was changed meanwhile is [ErrConflict].
func (s *Store) PutChannel(ctx context.Context, rec notify.ChannelRecord) error {
	sealed, err := s.seal(rec)
	if err != nil {
		return fmt.Errorf("write channel %s: %w", rec.Channel, err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		tx.wake(rec.Channel)
		if err := tx.putChannel(ctx, rec, sealed, s.now()); err != nil {
			return err
		}
		return tx.releaseDay(ctx, rec.Channel)
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("write channel %s: %w", rec.Channel, err)
	}
	return nil
}

func (tx *txn) putChannel(ctx context.Context, rec notify.ChannelRecord, sealed map[string]sealedSecret, now time.Time) error {
	if len(rec.Fields) == 0 {
		rec.Fields = json.RawMessage(`{}`)
	}
	query := `UPDATE channels SET version = $2 + 1, enabled = $3, fields = $4, secrets = $5, paused = '', paused_at = 0, updated_at = $6,
			switched_at = $7, switched_by = $8
		WHERE channel = $1 AND version = $2`
	if rec.Version == 0 {
		query = `INSERT INTO channels (channel, version, enabled, fields, secrets, paused, paused_at, updated_at, switched_at, switched_by)
			VALUES ($1, $2 + 1, $3, $4, $5, '', 0, $6, $7, $8) ON CONFLICT (channel) DO NOTHING`
	}
	return mustChange(tx.ExecContext(ctx, query,
		string(rec.Channel), rec.Version, rec.Enabled, document{rec.Fields}, document{sealed}, millis(now), millis(rec.SwitchedAt), clean(rec.SwitchedBy)))
}

// PauseChannel stops the channel for the reason, if it is still configured as in
// that version; a channel that was changed meanwhile is left alone.
func (s *Store) PauseChannel(ctx context.Context, ch notify.Channel, reason string, now time.Time, version int64) error {
	err := s.change(ctx,
		`UPDATE channels SET paused = $2, paused_at = $3 WHERE channel = $1 AND version = $4`,
		string(ch), clean(reason), millis(now), version)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("pause channel %s: %w", ch, err)
	}
	return nil
}

// ReleaseChannel lifts a pause, if there is one, and wakes the channel's workers.
func (s *Store) ReleaseChannel(ctx context.Context, ch notify.Channel) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		tx.wake(ch)
		_, err := tx.ExecContext(ctx, `UPDATE channels SET paused = '', paused_at = 0 WHERE channel = $1`, string(ch))
		return err
	})
	if err != nil {
		return fmt.Errorf("release channel %s: %w", ch, err)
	}
	return nil
}

// purposeChannel separates the sealing of channels' secrets from all other sealing.
const purposeChannel = "channel"

func secretPlace(ch notify.Channel, field string) string { return string(ch) + "/" + field }

func (s *Store) seal(rec notify.ChannelRecord) (map[string]sealedSecret, error) {
	sealed := make(map[string]sealedSecret, len(rec.Secrets))
	for field, secret := range rec.Secrets {
		text, err := s.keys.seal(purposeChannel, secretPlace(rec.Channel, field), secret.Value)
		if err != nil {
			return nil, fmt.Errorf("seal secret %s: %w", field, err)
		}
		sealed[field] = sealedSecret{Sealed: text, SetAt: secret.SetAt, SetBy: secret.SetBy}
	}
	return sealed, nil
}

func (s *Store) unseal(ch notify.Channel, sealed map[string]sealedSecret) (map[string]notify.Secret, error) {
	secrets := make(map[string]notify.Secret, len(sealed))
	for field, secret := range sealed {
		text, err := s.keys.open(purposeChannel, secretPlace(ch, field), secret.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open secret %s: %w", field, err)
		}
		secrets[field] = notify.Secret{Value: text, SetAt: secret.SetAt, SetBy: secret.SetBy}
	}
	return secrets, nil
}
