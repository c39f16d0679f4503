package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// Deliveries lists what f picks, in the order that f asks for. next is
// the cursor of the page after this one, "" on the last. A page may hold fewer than
// asked for and still have a next: looking stops after [scanned] deliveries, so that
// no question takes long. The payloads are left out, see [Store.Delivery]. A cursor
// that no listing gave out is [notify.ErrCursor].
func (s *Store) Deliveries(ctx context.Context, f notify.DeliveryFilter) (items []notify.Delivery, next string, err error) {
	items, next, err = listing{s.read, s.words}.page(ctx, f)
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries: %w", err)
	}
	return items, next, nil
}

// DeliveriesByID returns those of the deliveries that are still there, newest first.
func (s *Store) DeliveriesByID(ctx context.Context, ids []string) ([]notify.Delivery, error) {
	where := &conditions{}
	where.in(`d.id`, ids)
	items, err := all(ctx, s.read, scanListed, listedQuery(`SELECT d.id FROM deliveries d `+where.sql(), byTime(false).sql()), where.args...)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return items, nil
}

// aboutColumns follow deliveryColumns where people look at deliveries.
const aboutColumns = `t.key, t.title, d.project, d.kind, d.took_ms * 1000`

// listedQuery shows the deliveries whose ids the query finds.
func listedQuery(ids, order string) string {
	return `WITH page AS MATERIALIZED (` + ids + `)
		SELECT ` + deliveryColumns + `, ` + aboutColumns + `
		FROM page JOIN deliveries d ON d.id = page.id JOIN tickets t ON t.id = d.ticket_id ` + order
}

func aboutFields(a *notify.About) []any {
	return []any{&a.TicketKey, &a.TicketTitle, &a.Project, &a.Kind, span{&a.Took}}
}

func scanListed(r row) (d notify.Delivery, err error) {
	return d, r.Scan(append(deliveryFields(&d), aboutFields(&d.About)...)...)
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

// in adds that the column is one of the values; of none, nothing fits.
func (c *conditions) in(column string, values []string) {
	if len(values) == 0 {
		c.terms = append(c.terms, `false`)
		return
	}
	marks := make([]string, 0, len(values))
	for _, v := range values {
		marks = append(marks, c.bind(clean(v)))
	}
	c.terms = append(c.terms, column+` IN (`+strings.Join(marks, `, `)+`)`)
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
