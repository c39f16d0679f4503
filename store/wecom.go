package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/notify"
)

// KeepCard remembers a card that went out on WeCom, with the code that changes it once.
// A message that is known already is the same call, answered again.
func (s *Store) KeepCard(ctx context.Context, c notify.CardRecord, code string, expires time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO wecom_cards (message_id, task_id, user_ids, shown, look, live, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (message_id) DO NOTHING`,
			c.MessageID, c.TaskID, document{c.Addresses}, c.Shown, c.Look, c.Live, millis(s.now()))
		if err != nil {
			return err
		}
		return tx.addCode(ctx, c.MessageID, code, expires)
	})
	if err != nil {
		return fmt.Errorf("keep card %s: %w", c.MessageID, err)
	}
	return nil
}

func (tx *txn) addCode(ctx context.Context, messageID, code string, expires time.Time) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO wecom_codes (code, message_id, expires_at, set_aside) VALUES ($1, $2, $3, '') ON CONFLICT (code) DO NOTHING`,
		code, messageID, millis(expires))
	return err
}

// Card returns a card that is out on WeCom with the number of codes that work at now and
// what its deliveries should show, or [ErrNotFound]. What they should show is the same for
// all of them, see [txn.refresh].
func (s *Store) Card(ctx context.Context, messageID string, now time.Time) (notify.CardRecord, error) {
	c, err := one(ctx, s.read, scanCardRecord,
		`SELECT message_id, task_id, user_ids, shown, look, live,
			(SELECT count(*) FROM wecom_codes k WHERE k.message_id = c.message_id AND k.expires_at > $2),
			(SELECT count(*) FROM wecom_codes k WHERE k.message_id = c.message_id AND k.expires_at > $2 AND k.set_aside <> ''),
			EXISTS (SELECT 1 FROM wecom_codes k WHERE k.message_id = c.message_id AND k.set_aside NOT IN ('', '`+asideBefore+`')),
			coalesce((SELECT d.want FROM deliveries d
				WHERE d.message_id = c.message_id AND d.message_id <> '' AND d.channel = 'wecom' AND NOT d.fixed LIMIT 1), '')
		FROM wecom_cards c WHERE message_id = $1`, messageID, millis(now))
	if err != nil {
		return c, fmt.Errorf("read card %s: %w", messageID, err)
	}
	return c, nil
}

func scanCardRecord(r row) (c notify.CardRecord, err error) {
	return c, r.Scan(&c.MessageID, &c.TaskID, document{&c.Addresses}, &c.Shown, &c.Look, &c.Live, &c.Codes, &c.Tried, &c.Unsure, &c.Wanted)
}

// AddCode adds the code that came with a press on the card of that task, or that may have
// become it unheard, and has the deliveries tried again that show less than they should for want of one.
func (s *Store) AddCode(ctx context.Context, taskID, code string, expires time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		cards, err := all(ctx, tx, value[string],
			`SELECT message_id FROM wecom_cards WHERE task_id = $1 UNION ALL SELECT message_id FROM wecom_tasks WHERE task_id = $1`, taskID)
		if err != nil || len(cards) == 0 {
			return err
		}
		if err := tx.addCode(ctx, cards[0], code, expires); err != nil {
			return err
		}
		return tx.catchUp(ctx, cards[0], s.now())
	})
	if err != nil {
		return fmt.Errorf("keep a code of task %s: %w", taskID, err)
	}
	return nil
}

// catchUp makes due what stands behind what it should show. It gets as long for it as
// the delivery had at first.
func (tx *txn) catchUp(ctx context.Context, messageID string, now time.Time) error {
	res, err := tx.ExecContext(ctx,
		`UPDATE deliveries SET status = 'queued', not_before = 0, due_at = CAST($2 AS BIGINT) - `+headStart()+`, updated_at = $2,
			deadline = CASE WHEN deadline = 0 THEN 0 ELSE deadline - created_at + $2 END
		WHERE message_id = $1 AND message_id <> '' AND channel = 'wecom' AND want <> shown AND status IN ('accepted', 'read', 'updated')`,
		messageID, millis(now))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	tx.wake(notify.WeCom)
	return nil
}

// What stands in place of the look that a code was tried for: where the card has become
// another look since, and where there were several.
const (
	asideBefore  = "?"
	asideSeveral = "*"
)

// TakeCode sets a code of the card aside for making it next: the one that was set aside
// for that look before, else one that was not, else whatever is left. It returns
// [ErrNotFound] when nothing is. The card is known by the task of next from then on, too.
func (s *Store) TakeCode(ctx context.Context, next notify.CardRecord, now time.Time) (code notify.CardCode, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		code, err = one(ctx, tx, scanCode,
			`SELECT code, set_aside <> '', set_aside = CAST($2 AS TEXT)
				AND NOT EXISTS (SELECT 1 FROM wecom_codes o WHERE o.message_id = $1 AND o.set_aside NOT IN ('', '`+asideBefore+`', CAST($2 AS TEXT)))
			FROM wecom_codes WHERE message_id = $1 AND expires_at > $3
			ORDER BY CASE set_aside WHEN CAST($2 AS TEXT) THEN 0 WHEN '' THEN 1 ELSE 2 END, expires_at, code LIMIT 1`+tx.words.lockRows,
			next.MessageID, next.Look, millis(now))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`UPDATE wecom_codes SET set_aside = CASE WHEN set_aside IN ('', CAST($2 AS TEXT)) THEN $2 ELSE '`+asideSeveral+`' END WHERE code = $1`,
			code.Code, next.Look)
		if err != nil || next.TaskID == "" {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO wecom_tasks (task_id, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, next.TaskID, next.MessageID)
		return err
	})
	if err != nil {
		return code, fmt.Errorf("take a code of card %s: %w", next.MessageID, err)
	}
	return code, nil
}

func scanCode(r row) (k notify.CardCode, err error) { return k, r.Scan(&k.Code, &k.Tried, &k.Again) }

// FreeCode takes back a code that did not reach WeCom.
func (s *Store) FreeCode(ctx context.Context, code string) error {
	return s.onCode(ctx, `UPDATE wecom_codes SET set_aside = '' WHERE code = $1`, code)
}

// SpendCode forgets a code that WeCom does not take.
func (s *Store) SpendCode(ctx context.Context, code string) error {
	return s.onCode(ctx, `DELETE FROM wecom_codes WHERE code = $1`, code)
}

func (s *Store) onCode(ctx context.Context, query, code string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx, query, code)
		return err
	})
	if err != nil {
		return fmt.Errorf("write a code: %w", err)
	}
	return nil
}

// ShowCard writes down what the card of c.MessageID has become, and forgets the code that
// made it so. What others were tried for before is not what it shows.
func (s *Store) ShowCard(ctx context.Context, c notify.CardRecord, code string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		err := mustChange(tx.ExecContext(ctx, `UPDATE wecom_cards SET task_id = $2, shown = $3, look = $4, live = $5 WHERE message_id = $1`,
			c.MessageID, c.TaskID, c.Shown, c.Look, c.Live))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM wecom_codes WHERE code = $1`, code); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`UPDATE wecom_codes SET set_aside = '`+asideBefore+`' WHERE message_id = $1 AND set_aside <> ''`, c.MessageID)
		return err
	})
	if err != nil {
		return fmt.Errorf("write card %s: %w", c.MessageID, err)
	}
	return nil
}

// seenFor is how long it is remembered what WeCom handed in: longer than a callback
// stays fresh, and than people take to copy one.
const seenFor = 24 * time.Hour

// HasCallback reports whether something WeCom handed in was dealt with.
func (s *Store) HasCallback(ctx context.Context, id string) (bool, error) {
	n, err := one(ctx, s.read, value[int], `SELECT count(*) FROM wecom_seen WHERE id = $1`, clean(id))
	if err != nil {
		return false, fmt.Errorf("look for a callback: %w", err)
	}
	return n > 0, nil
}

// KeepCallback remembers that it was, and forgets what is old.
func (s *Store) KeepCallback(ctx context.Context, id string, now time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM wecom_seen WHERE seen_at < $1`, millis(now.Add(-seenFor))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO wecom_seen (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, clean(id), millis(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("remember a callback: %w", err)
	}
	return nil
}
