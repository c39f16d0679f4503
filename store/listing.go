package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// Deliveries lists what f picks, newest first. next is the cursor of the page
// after this one, "" on the last. The payloads are left out, see [Store.Delivery].
// A cursor that no listing gave out is [notify.ErrCursor].
func (s *Store) Deliveries(ctx context.Context, f notify.DeliveryFilter) (items []notify.Delivery, next string, err error) {
	where, err := deliveriesWhere(f)
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries: %w", err)
	}
	limit := pageSize(f.Limit)
	items, err = all(ctx, s.read, scanDelivery,
		`SELECT `+deliveryColumns+` FROM deliveries d JOIN tickets t ON t.id = d.ticket_id `+where.sql()+
			` ORDER BY d.created_at DESC, d.id DESC LIMIT `+strconv.Itoa(limit+1), where.args...)
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries: %w", err)
	}
	if len(items) <= limit {
		return items, "", nil
	}
	last := items[limit-1]
	return items[:limit], cursor(strconv.FormatInt(millis(last.CreatedAt), 10), last.ID), nil
}

func deliveriesWhere(f notify.DeliveryFilter) (*conditions, error) {
	where := &conditions{}
	where.equal(`d.ticket_id IN (SELECT id FROM tickets WHERE id = ? OR key = ?)`, f.Ticket)
	where.equal(`d.person = ?`, f.Person)
	where.equal(`d.channel = ?`, string(f.Channel))
	where.equal(`d.status = ?`, string(f.Status))
	where.equal(`d.event_id = ?`, f.EventID)
	where.equal(`d.code = ?`, f.Code)
	where.equal(`d.reason = ?`, f.Reason)
	if f.Query != "" {
		where.add(`(lower(t.key) LIKE ? ESCAPE '\' OR lower(t.title) LIKE ? ESCAPE '\' OR lower(d.person) LIKE ? ESCAPE '\'
			OR lower(d.code) LIKE ? ESCAPE '\' OR lower(d.reason) LIKE ? ESCAPE '\')`, likeAny(clean(f.Query)))
	}
	if f.Cursor == "" {
		return where, nil
	}
	parts, err := readCursor(f.Cursor, 2)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, notify.ErrCursor
	}
	where.add(`d.created_at <= ?`, at)
	where.add(`(d.created_at < ? OR d.id < `+where.bind(parts[1])+`)`, at)
	return where, nil
}

// conditions is a WHERE clause in the making.
type conditions struct {
	terms []string
	args  []any
}

// bind adds an argument and returns its placeholder.
func (c *conditions) bind(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// add adds a term in which every ? stands for v.
func (c *conditions) add(term string, v any) {
	c.terms = append(c.terms, strings.ReplaceAll(term, "?", c.bind(v)))
}

// equal adds the term unless v is "".
func (c *conditions) equal(term, v string) {
	if v != "" {
		c.add(term, clean(v))
	}
}

func (c *conditions) sql() string {
	if len(c.terms) == 0 {
		return ""
	}
	return `WHERE ` + strings.Join(c.terms, ` AND `)
}

// pageSize keeps what was asked for within the bounds of a page.
func pageSize(limit int) int {
	if limit <= 0 {
		return notify.DefaultLimit
	}
	return min(limit, notify.MaxLimit)
}

// cursor hides where a page ended from those who would build on it.
func cursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n")))
}

func readCursor(c string, n int) ([]string, error) {
	text, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil {
		return nil, notify.ErrCursor
	}
	parts := strings.SplitN(clean(string(text)), "\n", n)
	if len(parts) != n {
		return nil, notify.ErrCursor
	}
	return parts, nil
}
