package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Owners names everybody but u who has one of u's unique values: e-mail address,
// phone number, userid, open_id, and the username of somebody new.
func (s *Store) Owners(ctx context.Context, u ticket.User) ([]notify.Taken, error) {
	u, err := normalUser(u)
	if err != nil {
		return nil, fmt.Errorf("find the owners of what is user %s's: %w", u.Username, err)
	}
	var owners []notify.Taken
	reader := &txn{querier: s.read, words: s.words}
	by, err := reader.sameName(ctx, u.Username)
	if err != nil {
		return nil, fmt.Errorf("find the owners of what is user %s's: %w", u.Username, err)
	}
	if by != "" && by != u.Username {
		owners = append(owners, notify.Taken{Field: "username", By: by})
	}
	for _, v := range uniqueValues(u) {
		err := reader.takenBy(ctx, v.field, v.value, u.Username)
		if taken, ok := errors.AsType[*notify.Taken](err); ok {
			owners = append(owners, *taken)
		} else if err != nil {
			return nil, fmt.Errorf("find the owners of what is user %s's: %w", u.Username, err)
		}
	}
	return owners, nil
}
