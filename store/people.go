package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

const userColumns = `username, name, email, phone, wecom_userid, feishu_open_id, language, timezone, role, disabled, quiet, ways, unwanted`

func scanUser(r row) (u ticket.User, err error) {
	return u, r.Scan(&u.Username, &u.Name, &u.Email, &u.Phone, &u.WeComUserID, &u.FeishuOpenID, &u.Language, &u.Timezone, &u.Role, &u.Disabled, document{&u.Quiet}, document{&u.Ways}, document{&u.Unwanted})
}

// userPage begins the cursors of [Store.Users]: any text could be a username.
const userPage = "user"

// Users lists people by username: [Store.People] with nothing but a query.
func (s *Store) Users(ctx context.Context, q string, limit int, after string) (users []ticket.User, next string, err error) {
	return s.People(ctx, notify.PeopleFilter{Query: q, Limit: limit, Cursor: after})
}

// People lists whom f picks, by username. next is "" on the last page. A cursor that no
// listing of people gave out is [notify.ErrCursor].
func (s *Store) People(ctx context.Context, f notify.PeopleFilter) (users []ticket.User, next string, err error) {
	where, err := s.picked(ctx, f)
	if err != nil {
		return nil, "", fmt.Errorf("list users: %w", err)
	}
	if f.Cursor != "" {
		parts, err := readCursor(f.Cursor, 2)
		if err == nil && parts[0] != userPage {
			err = notify.ErrCursor
		}
		if err != nil {
			return nil, "", fmt.Errorf("list users: %w", err)
		}
		where.add(`u.username > ?`, parts[1])
	}
	limit := pageSize(f.Limit)
	users, err = all(ctx, s.read, scanUser,
		`SELECT `+userColumns+` FROM users u `+where.sql()+` ORDER BY u.username LIMIT `+strconv.Itoa(limit+1), where.args...)
	if err != nil {
		return nil, "", fmt.Errorf("list users: %w", err)
	}
	if len(users) <= limit {
		return users, "", nil
	}
	return users[:limit], cursor(userPage, users[limit-1].Username), nil
}

// CountPeople counts whom f picks, on all its pages.
func (s *Store) CountPeople(ctx context.Context, f notify.PeopleFilter) (int, error) {
	where, err := s.picked(ctx, f)
	if err != nil {
		return 0, fmt.Errorf("count users: %w", err)
	}
	n, err := one(ctx, s.read, value[int], `SELECT count(*) FROM users u `+where.sql(), where.args...)
	if err != nil {
		return 0, fmt.Errorf("count users: %w", err)
	}
	return n, nil
}

// picked is whom f picks of users u, wherever the page begins.
func (s *Store) picked(ctx context.Context, f notify.PeopleFilter) (*conditions, error) {
	where := &conditions{}
	if f.Query != "" {
		where.add(`(lower(u.username) LIKE ? ESCAPE '\' OR lower(u.name) LIKE ? ESCAPE '\' OR u.email LIKE ? ESCAPE '\' OR u.phone LIKE ? ESCAPE '\'
			OR lower(u.wecom_userid) LIKE ? ESCAPE '\' OR lower(u.feishu_open_id) LIKE ? ESCAPE '\')`,
			likeAny(clean(f.Query)))
	}
	where.equal(`u.role = ?`, string(f.Role))
	if f.Usernames != nil {
		where.in(`u.username`, f.Usernames)
	}
	if f.Channel != "" {
		where.terms = append(where.terms, reachIs(cmp.Or(f.Reach, notify.ReachAll), []string{wayOn(f.Channel)}))
		return where, nil
	}
	if f.Reach == "" {
		return where, nil
	}
	ways, err := s.ways(ctx)
	where.terms = append(where.terms, reachIs(f.Reach, ways))
	return where, err
}

// User returns the person of that username, or [ErrNotFound].
func (s *Store) User(ctx context.Context, username string) (ticket.User, error) {
	u, err := one(ctx, s.read, scanUser, `SELECT `+userColumns+` FROM users WHERE username = $1`, clean(username))
	if err != nil {
		return u, fmt.Errorf("read user %s: %w", username, err)
	}
	return u, nil
}

// CreateUser adds a person. The e-mail address is kept in lower case and the phone
// number as E.164. What somebody else has already is [*Taken]; a username is had in
// any case of its letters.
func (s *Store) CreateUser(ctx context.Context, u ticket.User) error {
	return s.putUser(ctx, "create", u,
		`INSERT INTO users (`+userColumns+`, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)`)
}

// UpdateUser replaces what is known of the person of that username, by the rules
// of [Store.CreateUser]; somebody unknown is [ErrNotFound].
func (s *Store) UpdateUser(ctx context.Context, u ticket.User) error {
	return s.putUser(ctx, "update", u,
		`UPDATE users SET name = $2, email = $3, phone = $4, wecom_userid = $5, feishu_open_id = $6,
			language = $7, timezone = $8, role = $9, disabled = $10, quiet = $11, ways = $12, unwanted = $13, updated_at = $14 WHERE username = $1`)
}

func (s *Store) putUser(ctx context.Context, verb string, u ticket.User, query string) error {
	u, err := normalUser(u)
	if err != nil {
		return fmt.Errorf("%s user %s: %w", verb, u.Username, err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *txn) error {
		if err := tx.checkTaken(ctx, u, verb == "create"); err != nil {
			return err
		}
		return mustChange(tx.ExecContext(ctx, query, u.Username, u.Name, u.Email, u.Phone,
			u.WeComUserID, u.FeishuOpenID, u.Language, clean(u.Timezone), string(u.Role), u.Disabled, written(u.Quiet), written(u.Ways), written(u.Unwanted), millis(s.now())))
	})
	if err != nil {
		return fmt.Errorf("%s user %s: %w", verb, u.Username, err)
	}
	return nil
}

// written is what a column holds of a value: "" for the zero one.
func written(v interface{ IsZero() bool }) any {
	if v.IsZero() {
		return ""
	}
	return document{v}
}

func normalUser(u ticket.User) (ticket.User, error) {
	u.Username, u.Name = clean(u.Username), clean(u.Name)
	u.WeComUserID, u.FeishuOpenID = clean(u.WeComUserID), clean(u.FeishuOpenID)
	u.Email = normalEmail(u.Email)
	if u.Username == "" {
		return u, errors.New("username is required")
	}
	if u.Phone == "" {
		return u, nil
	}
	phone, err := ticket.NormalizePhone(u.Phone)
	if err != nil {
		return u, fmt.Errorf("phone %w", err)
	}
	u.Phone = phone
	return u, nil
}

func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(clean(email))) }

// checkTaken names the first value of u that belongs to somebody else.
func (tx *txn) checkTaken(ctx context.Context, u ticket.User, isNew bool) error {
	if isNew {
		by, err := tx.sameName(ctx, u.Username)
		if err != nil {
			return err
		}
		if by != "" {
			return &notify.Taken{Field: "username", By: by}
		}
	}
	for _, v := range uniqueValues(u) {
		if err := tx.takenBy(ctx, v.field, v.value, u.Username); err != nil {
			return err
		}
	}
	return nil
}

// sameName returns the username on record that differs from name in case at most,
// name itself first; "" when there is none.
func (tx *txn) sameName(ctx context.Context, name string) (string, error) {
	by, err := one(ctx, tx, value[string],
		`SELECT username FROM users WHERE lower(username) = lower($1) ORDER BY username <> $1 LIMIT 1`, name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return by, err
}

type uniqueValue struct{ field, value string }

// uniqueValues are those that belong to one person alone.
func uniqueValues(u ticket.User) []uniqueValue {
	return []uniqueValue{
		{"email", u.Email},
		{"phone", u.Phone},
		{"wecom_userid", u.WeComUserID},
		{"feishu_open_id", u.FeishuOpenID},
	}
}

// takenBy is [*Taken] when somebody other than self has the value in that column.
func (tx *txn) takenBy(ctx context.Context, column, v, self string) error {
	if v == "" {
		return nil
	}
	by, err := one(ctx, tx, value[string], takenQuery(column), v, self)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &notify.Taken{Field: column, By: by}
}

// takenQuery repeats the condition of the indexes on the unique columns.
func takenQuery(column string) string {
	return `SELECT username FROM users WHERE ` + column + ` = $1 AND ` + column + ` <> '' AND username <> $2`
}

// DeleteUser forgets the person of that username and revokes their tokens: whoever
// is called so later is somebody else. Somebody unknown is [ErrNotFound].
func (s *Store) DeleteUser(ctx context.Context, username string) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tokens WHERE username = $1 AND username <> ''`, clean(username)); err != nil {
			return err
		}
		return mustChange(tx.ExecContext(ctx, `DELETE FROM users WHERE username = $1`, clean(username)))
	})
	if err != nil {
		return fmt.Errorf("delete user %s: %w", username, err)
	}
	return nil
}

// change runs one statement that must change a row, else it is [ErrNotFound].
func (s *Store) change(ctx context.Context, query string, args ...any) error {
	return s.write(ctx, func(ctx context.Context, tx *txn) error {
		return mustChange(tx.ExecContext(ctx, query, args...))
	})
}
