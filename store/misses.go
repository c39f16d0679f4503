package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
)

// KeepMisses keeps for which addresses of people on record a provider returned nobody,
// and strikes out those with a Times of 0. Of each channel it keeps what the app said
// that was asked last.
func (s *Store) KeepMisses(ctx context.Context, answers []notify.Miss) error {
	news, err := s.newMisses(ctx, answers)
	if err != nil || len(news) == 0 { // most people are found, and were before
		return wrapMisses(err)
	}
	return wrapMisses(s.write(ctx, func(ctx context.Context, tx *txn) error {
		for _, m := range news {
			if err := tx.keepMiss(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}))
}

func wrapMisses(err error) error {
	if err != nil {
		return fmt.Errorf("keep whom nobody found: %w", err)
	}
	return nil
}

// newMisses leaves out the answers that change nothing: somebody was found of whom no
// miss is kept, and no other app's either.
func (s *Store) newMisses(ctx context.Context, answers []notify.Miss) (news []notify.Miss, err error) {
	for _, m := range answers {
		kept := true
		if m.Times == 0 {
			kept, err = one(ctx, s.read, value[bool],
				`SELECT EXISTS (SELECT 1 FROM misses WHERE channel = $1 AND ((kind = $2 AND value = $3) OR app <> $4))`,
				string(m.Channel), m.Kind, clean(m.Value), m.App)
		}
		if err != nil {
			return nil, err
		}
		if kept {
			news = append(news, m)
		}
	}
	return news, nil
}

func (tx *txn) keepMiss(ctx context.Context, m notify.Miss) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM misses WHERE channel = $1 AND ((kind = $2 AND value = $3) OR app <> $4)`,
		string(m.Channel), m.Kind, clean(m.Value), m.App)
	if err != nil || m.Times == 0 {
		return err
	}
	column, err := missColumn(m.Kind)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO misses (channel, kind, value, app, missed_at, times)
		SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT 1 FROM users WHERE `+column+` = $3 AND `+column+` <> '')
		ON CONFLICT (channel, kind, value) DO NOTHING`, // another replica was told the same
		string(m.Channel), m.Kind, clean(m.Value), m.App, millis(m.At), m.Times)
	return err
}

// missColumn is the column of the people that holds addresses of the kind.
func missColumn(kind string) (string, error) {
	if kind == "email" || kind == "phone" {
		return kind, nil
	}
	return "", errors.New("an address is an e-mail address or a phone number")
}

// Misses returns what is kept of the addresses in asked, at the apps in asked.
func (s *Store) Misses(ctx context.Context, asked []notify.Miss) ([]notify.Miss, error) {
	values := make([]string, 0, len(asked))
	wanted := map[notify.Miss]notify.Miss{}
	for _, m := range asked {
		stored := notify.Miss{Channel: m.Channel, App: m.App, Kind: m.Kind, Value: clean(m.Value)}
		values, wanted[stored] = append(values, stored.Value), m
	}
	found, err := all(ctx, s.read, scanMiss,
		`WITH named (name) AS `+s.words.listed+`
		SELECT channel, app, kind, value, missed_at, times FROM misses
		WHERE channel IN ('feishu', 'wecom') AND kind IN ('email', 'phone') AND value IN (SELECT name FROM named)`, document{values})
	if err != nil {
		return nil, fmt.Errorf("find whom nobody found: %w", err)
	}
	var kept []notify.Miss
	for _, f := range found {
		m, ok := wanted[notify.Miss{Channel: f.Channel, App: f.App, Kind: f.Kind, Value: f.Value}]
		if ok {
			m.At, m.Times = f.At, f.Times
			kept = append(kept, m)
		}
	}
	return kept, nil
}

func scanMiss(r row) (m notify.Miss, err error) {
	return m, r.Scan(&m.Channel, &m.App, &m.Kind, &m.Value, stamp{&m.At}, &m.Times)
}
