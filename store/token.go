package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
)

// touchEvery is how exactly the last use of a token is known.
const touchEvery = time.Minute

// usesLife is how long the uses of a token are kept.
const usesLife = 25 * time.Hour

const tokenColumns = `id, name, scopes, username, prefix, hash, created_at, last_used_at, last_used_from, expires_at, networks, revoked_at` //nolint:gosec // columns, not credentials

const tokenQuery = `SELECT ` + tokenColumns + ` FROM tokens `

func scanToken(r row) (t access.Token, err error) {
	err = r.Scan(&t.ID, &t.Name, document{&t.Scopes}, &t.Username, &t.Prefix, &t.Hash, stamp{&t.CreatedAt},
		stamp{&t.LastUsedAt}, &t.LastUsedFrom, stamp{&t.ExpiresAt}, document{&t.From}, stamp{&t.RevokedAt})
	if len(t.From) == 0 {
		t.From = nil
	}
	return t, err
}

// CreateToken adds a token.
func (s *Store) CreateToken(ctx context.Context, t access.Token) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error { return tx.addToken(ctx, t) })
	if err != nil {
		return fmt.Errorf("create token %s: %w", t.ID, err)
	}
	return nil
}

func (tx *txn) addToken(ctx context.Context, t access.Token) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.ID, clean(t.Name), document{t.Scopes}, clean(t.Username), t.Prefix, t.Hash, millis(t.CreatedAt),
		millis(t.LastUsedAt), clean(t.LastUsedFrom), millis(t.ExpiresAt), document{append([]netip.Prefix{}, t.From...)}, millis(t.RevokedAt))
	return err
}

// ReplaceToken adds next and lets the token of that id end at the given time, if it
// does not end sooner. It returns [ErrNotFound] when there is none, or it was revoked.
func (s *Store) ReplaceToken(ctx context.Context, id string, end time.Time, next access.Token) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		err := mustChange(tx.ExecContext(ctx, `UPDATE tokens SET expires_at = CASE WHEN expires_at = 0 OR expires_at > $2 THEN $2 ELSE expires_at END
			WHERE id = $1 AND revoked_at = 0`, clean(id), millis(end)))
		if err != nil {
			return err
		}
		return tx.addToken(ctx, next)
	})
	if err != nil {
		return fmt.Errorf("replace token %s: %w", id, err)
	}
	return nil
}

// Tokens lists every token, the newest first: the revoked ones for as long as that
// can be undone.
func (s *Store) Tokens(ctx context.Context) ([]access.Token, error) {
	tokens, err := all(ctx, s.read, scanToken, tokenQuery+`WHERE revoked_at = 0 OR revoked_at > $1 ORDER BY created_at DESC, id DESC`, s.undoable())
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// Token returns the token of that id, or [ErrNotFound] when there is none or it was revoked.
func (s *Store) Token(ctx context.Context, id string) (access.Token, error) {
	t, err := one(ctx, s.read, scanToken, tokenQuery+`WHERE id = $1 AND revoked_at = 0`, clean(id))
	if err != nil {
		return access.Token{}, fmt.Errorf("find token %s: %w", id, err)
	}
	return t, nil
}

// undoable is since when a token must have been revoked to be brought back.
func (s *Store) undoable() int64 { return millis(s.now().Add(-access.UndoTime)) }

// TokenByHash returns the token with that hash, or [ErrNotFound] when there is none or
// it was revoked. Whether it has expired is for the caller to ask.
func (s *Store) TokenByHash(ctx context.Context, hash string) (access.Token, error) {
	t, err := one(ctx, s.read, scanToken, tokenQuery+`WHERE hash = $1 AND revoked_at = 0`, clean(hash))
	if err != nil {
		return access.Token{}, fmt.Errorf("find token: %w", err)
	}
	return t, nil
}

// TouchToken notes that the token was used, and from where, at most once a minute.
func (s *Store) TouchToken(ctx context.Context, id, from string, now time.Time) error {
	before := millis(now.Add(-touchEvery))
	stale, err := one(ctx, s.read, value[bool], `SELECT last_used_at <= $2 FROM tokens WHERE id = $1`, id, before)
	if err != nil {
		return fmt.Errorf("touch token %s: %w", id, err)
	}
	if !stale {
		return nil
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`UPDATE tokens SET last_used_at = $2, last_used_from = $4 WHERE id = $1 AND last_used_at <= $3`, id, millis(now), before, clean(from))
		return err
	})
	if err != nil {
		return fmt.Errorf("touch token %s: %w", id, err)
	}
	return nil
}

// DeleteToken revokes the token of that id, or returns [ErrNotFound]. Those whose time
// to be brought back is over are gone with it.
func (s *Store) DeleteToken(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tokens WHERE revoked_at > 0 AND revoked_at <= $1`, s.undoable()); err != nil {
			return err
		}
		return mustChange(tx.ExecContext(ctx, `UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`, clean(id), millis(s.now())))
	})
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
}

// RestoreToken brings a token back that was revoked within [access.UndoTime], or
// returns [ErrNotFound].
func (s *Store) RestoreToken(ctx context.Context, id string) error {
	err := s.change(ctx, `UPDATE tokens SET revoked_at = 0 WHERE id = $1 AND revoked_at > $2`, clean(id), s.undoable())
	if err != nil {
		return fmt.Errorf("restore token %s: %w", id, err)
	}
	return nil
}

// AddTokenUses adds to what is counted already, by this replica or another one.
func (s *Store) AddTokenUses(ctx context.Context, uses []access.Use) error {
	slices.SortFunc(uses, func(a, b access.Use) int { // in one order, so that two replicas never wait for one another
		return cmp.Or(strings.Compare(a.Token, b.Token), a.Hour.Compare(b.Hour))
	})
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		for _, u := range uses {
			if _, err := tx.ExecContext(ctx, `INSERT INTO token_uses (token_id, hour, requests, refused) VALUES ($1, $2, $3, $4)
				ON CONFLICT (token_id, hour) DO UPDATE SET requests = token_uses.requests + $3, refused = token_uses.refused + $4`,
				u.Token, millis(u.Hour), u.Requests, u.Refused); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM token_uses WHERE hour < $1`, millis(s.now().Add(-usesLife)))
		return err
	})
	if err != nil {
		return fmt.Errorf("count the uses of tokens: %w", err)
	}
	return nil
}

// TokenUses sums up, for each token, the hours from since on.
func (s *Store) TokenUses(ctx context.Context, since time.Time) ([]access.Use, error) {
	uses, err := all(ctx, s.read, func(r row) (u access.Use, err error) { return u, r.Scan(&u.Token, &u.Requests, &u.Refused) },
		`SELECT token_id, CAST(SUM(requests) AS BIGINT), CAST(SUM(refused) AS BIGINT) FROM token_uses WHERE hour >= $1 GROUP BY token_id`, millis(since))
	if err != nil {
		return nil, fmt.Errorf("read the uses of tokens: %w", err)
	}
	return uses, nil
}

// Lapses implements [notify.LapseKeeper].
func (s *Store) Lapses(ctx context.Context, before time.Time) ([]notify.Lapse, error) {
	lapses, err := all(ctx, s.read, func(r row) (l notify.Lapse, err error) {
		return l, r.Scan(&l.Token, &l.Name, stamp{&l.EndsAt}, &l.Owner.Username, &l.Owner.Name, &l.Owner.Email, &l.Owner.Language, &l.Owner.Timezone)
	}, `SELECT t.id, t.name, t.expires_at, u.username, u.name, u.email, u.language, u.timezone
		FROM tokens t JOIN users u ON u.username = t.username
		WHERE t.warned_at = 0 AND t.revoked_at = 0 AND t.expires_at > $1 AND t.expires_at <= $2 AND u.email <> '' AND NOT u.disabled
		ORDER BY t.expires_at, t.id`, millis(s.now()), millis(before))
	if err != nil {
		return nil, fmt.Errorf("list tokens that end: %w", err)
	}
	return lapses, nil
}

// MarkLapse implements [notify.LapseKeeper].
func (s *Store) MarkLapse(ctx context.Context, token string) (mine bool, err error) {
	err = s.change(ctx, `UPDATE tokens SET warned_at = $2 WHERE id = $1 AND warned_at = 0`, token, millis(s.now()))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("mark token %s: %w", token, err)
	}
	return true, nil
}

// UnmarkLapse implements [notify.LapseKeeper].
func (s *Store) UnmarkLapse(ctx context.Context, token string) error {
	if err := s.change(ctx, `UPDATE tokens SET warned_at = 0 WHERE id = $1`, token); err != nil {
		return fmt.Errorf("unmark token %s: %w", token, err)
	}
	return nil
}
