package roster

import (
	"context"
	"fmt"
	"strconv"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// pageSize is how many people are read at a time.
const pageSize = 200

// Lister lists people in pages, by username.
type Lister interface {
	People(ctx context.Context, f notify.PeopleFilter) (users []ticket.User, next string, err error)
}

// Everybody calls do for each person f picks, in order of username, until it fails.
func Everybody(ctx context.Context, l Lister, f notify.PeopleFilter, do func(ticket.User) error) error {
	f.Limit, f.Cursor = pageSize, ""
	for more := true; more; {
		users, next, err := l.People(ctx, f)
		if err != nil {
			return fmt.Errorf("list people: %w", err)
		}
		for _, u := range users {
			if err := do(u); err != nil {
				return err
			}
		}
		f.Cursor, more = next, next != ""
	}
	return nil
}

// Export is everybody f picks, as CSV that can be imported again.
func Export(ctx context.Context, l Lister, f notify.PeopleFilter) ([]byte, error) {
	table := [][]string{Columns()}
	err := Everybody(ctx, l, f, func(u ticket.User) error {
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
