package store

import (
	"context"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// UserByID returns the person an administrator entered that open_id or userid for,
// or [ErrNotFound]. Userids compare without regard to case (wecom.md 4.4).
func (s *Store) UserByID(ctx context.Context, ch notify.Channel, id string) (ticket.User, error) {
	where := `feishu_open_id = $1 AND feishu_open_id <> ''`
	if ch == notify.WeCom {
		where = `lower(wecom_userid) = lower($1) AND wecom_userid <> ''`
	}
	u, err := one(ctx, s.read, scanUser, `SELECT `+userColumns+` FROM users WHERE `+where+` ORDER BY username LIMIT 1`, clean(id))
	if err != nil {
		return u, fmt.Errorf("find the user with an id of %s: %w", ch, err)
	}
	return u, nil
}
