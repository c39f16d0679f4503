package roster

import (
	"context"
	"fmt"
	"strconv"

	"ticketbell/ticket"
)

// pageSize is how many people are read at a time.
const pageSize = 200

// Lister lists people in pages, by username.
type Lister interface {
	Users(ctx context.Context, q string, limit int, cursor string) (users []ticket.User, next string, err error)
}

// Everybody calls do for each person, in order of username, until it fails.
func Everybody(ctx context.Context, l Lister, do func(ticket.User) error) error {
	for cursor, more := "", true; more; {
		users, next, err := l.Users(ctx, "", pageSize, cursor)
		if err != nil {
			return fmt.Errorf("list people: %w", err)
		}
		for _, u := range users {
			if err := do(u); err != nil {
				return err
			}
		}
		cursor, more = next, next != ""
	}
	return nil
}

// Export is everybody as CSV that can be imported again.
func Export(ctx context.Context, l Lister) ([]byte, error) {
	table := [][]string{Columns()}
	err := Everybody(ctx, l, func(u ticket.User) error {
		table = append(table, []string{
			u.Username, u.Name, u.Email, u.Phone, u.WeComUserID, u.FeishuOpenID, u.Language, string(u.Role), strconv.FormatBool(u.Disabled),
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return write(table)
}
