package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"ticketbell/ticket"
)

// UserNamed returns the person of that username, in any case of its letters, or
// [ErrNotFound]: also when two usernames differ in case alone and neither is name itself.
// Letters beyond ASCII are taken as they are: in lower case, some become others.
func (s *Store) UserNamed(ctx context.Context, name string) (ticket.User, error) {
	alike := `username = $1`
	if strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		alike = `lower(username) = lower($1)`
	}
	found, err := all(ctx, s.read, scanUser,
		`SELECT `+userColumns+` FROM users WHERE `+alike+` ORDER BY CASE WHEN username = $1 THEN 0 ELSE 1 END LIMIT 2`, clean(name))
	if err == nil && (len(found) == 0 || (len(found) > 1 && found[0].Username != name)) {
		err = ErrNotFound
	}
	if err != nil {
		return ticket.User{}, fmt.Errorf("find user %s: %w", name, err)
	}
	return found[0], nil
}

// UserByEmail returns the person of that e-mail address, or [ErrNotFound].
func (s *Store) UserByEmail(ctx context.Context, email string) (ticket.User, error) {
	u, err := one(ctx, s.read, scanUser, `SELECT `+userColumns+` FROM users WHERE email = $1 AND email <> ''`, normalEmail(email))
	if err != nil {
		return u, fmt.Errorf("find the user of an e-mail address: %w", err)
	}
	return u, nil
}
