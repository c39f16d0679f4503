package store

import (
	"context"
	"fmt"
	"time"

	"ticketbell/access"
)

// touchEvery is how exactly the last use of a token is known.
const touchEvery = time.Minute

const tokenQuery = `SELECT id, name, scopes, username, prefix, hash, created_at, last_used_at, expires_at FROM tokens ` //nolint:gosec // columns, not credentials

func scanToken(r row) (t access.Token, err error) {
	return t, r.Scan(&t.ID, &t.Name, document{&t.Scopes}, &t.Username, &t.Prefix, &t.Hash,
		stamp{&t.CreatedAt}, stamp{&t.LastUsedAt}, stamp{&t.ExpiresAt})
}

// CreateToken adds a token.
func (s *Store) CreateToken(ctx context.Context, t access.Token) error {
	err := s.change(ctx,
		`INSERT INTO tokens (id, name, scopes, username, prefix, hash, created_at, last_used_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, clean(t.Name), document{t.Scopes}, clean(t.Username), t.Prefix, t.Hash, millis(t.CreatedAt), millis(t.LastUsedAt), millis(t.ExpiresAt))
	if err != nil {
		return fmt.Errorf("create token %s: %w", t.ID, err)
	}
	return nil
}

// Tokens lists every token, the newest first.
func (s *Store) Tokens(ctx context.Context) ([]access.Token, error) {
	tokens, err := all(ctx, s.read, scanToken, tokenQuery+`ORDER BY created_at DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// TokenByHash returns the token with that hash, or [ErrNotFound]. Whether it has
// expired is for the caller to ask.
func (s *Store) TokenByHash(ctx context.Context, hash string) (access.Token, error) {
	t, err := one(ctx, s.read, scanToken, tokenQuery+`WHERE hash = $1`, clean(hash))
	if err != nil {
		return access.Token{}, fmt.Errorf("find token: %w", err)
	}
	return t, nil
}

// TouchToken notes that the token was used, at most once a minute.
func (s *Store) TouchToken(ctx context.Context, id string, now time.Time) error {
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
			`UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND last_used_at <= $3`, id, millis(now), before)
		return err
	})
	if err != nil {
		return fmt.Errorf("touch token %s: %w", id, err)
	}
	return nil
}

// DeleteToken revokes the token of that id, or returns [ErrNotFound].
func (s *Store) DeleteToken(ctx context.Context, id string) error {
	if err := s.change(ctx, `DELETE FROM tokens WHERE id = $1`, clean(id)); err != nil {
		return fmt.Errorf("delete token %s: %w", id, err)
	}
	return nil
}
