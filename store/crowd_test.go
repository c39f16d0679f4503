package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ticketbell/notify"
)

// PlanOf is how the engine goes about a page.
func PlanOf(tb testing.TB, s *Store, f notify.DeliveryFilter) string {
	tb.Helper()
	p, err := listing{s.read, s.words}.plan(tb.Context(), f)
	if err != nil {
		tb.Fatal(err)
	}
	ids, err := p.inLine(51)
	if err != nil {
		tb.Fatal(err)
	}
	explain, scan := `EXPLAIN QUERY PLAN `, func(r row) (line string, err error) {
		var id, parent, unused int
		return line, r.Scan(&id, &parent, &unused, &line)
	}
	if s.words.lockRows != "" {
		explain, scan = `EXPLAIN `, value[string]
	}
	lines, err := all(tb.Context(), s.read, scan, explain+listedQuery(ids, p.line.sql()), p.args...)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// Crowd puts n deliveries on record: of a ticket ten, of five hundred people, one
// second apart, one in a thousand dead.
func Crowd(tb testing.TB, s *Store, n int) {
	tb.Helper()
	rows := fmt.Sprintf(`WITH RECURSIVE seq (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM seq WHERE n < %d)`, n-1)
	if s.words.lockRows != "" {
		rows = fmt.Sprintf(`WITH seq (n) AS (SELECT generate_series(0, %d))`, n-1)
	}
	steps := []string{
		rows + ` INSERT INTO tickets (id, source, key, title, state, last_event, trail, flow, created_at, updated_at)
			SELECT 'tkt_' || n, 'sqle', CAST(n AS TEXT), '订单表加索引 ' || n, 'waiting_review', 'evt_' || n, '[]', '', n * 10000, n * 10000 FROM seq WHERE n < ` + fmt.Sprint(n/10),
		rows + ` INSERT INTO events (id, source, event_id, ticket_id, kind, late, body, accepted_at)
			SELECT 'evt_' || n, 'sqle', CAST(n AS TEXT), 'tkt_' || n, 'submitted', false, '{}', n * 10000 FROM seq WHERE n < ` + fmt.Sprint(n/10),
		rows + ` INSERT INTO deliveries (id, event_id, ticket_id, person, channel, reader, role, status, reason, code, message_id, shown, want, state,
				result, attempts, not_before, deadline, created_at, updated_at, lease, payload, due_at, claimed, kind, project, took_ms)
			SELECT 'dlv_' || n, 'evt_' || (n / 10), 'tkt_' || (n / 10), 'user' || (n % 500),
				CASE n % 3 WHEN 0 THEN 'feishu' WHEN 1 THEN 'wecom' ELSE 'mail' END, '{"username":"user' || (n % 500) || '"}', 'assignee',
				CASE WHEN n % 1000 = 7 THEN 'dead' WHEN n % 5 = 1 THEN 'updated' ELSE 'accepted' END, '',
				CASE WHEN n % 1000 = 7 THEN CASE WHEN n % 3 = 1 THEN 'wecom.60020' ELSE 'mail.550' END ELSE '' END,
				'om_' || n, '', 'evt_' || (n / 10), 'waiting_review', false, 1 + n % 3, 0, 0, n * 1000, n * 1000, '', ` + "`PAYLOAD`" + `, 0, '',
				CASE WHEN n % 100000 = 3 THEN 'failed' ELSE 'submitted' END, 'p' || (n % 2000),
				CASE WHEN n % 1000 = 7 THEN 0 ELSE 90 + n % 977 END FROM seq`,
		`INSERT INTO search_terms (kind, term, subject) SELECT 'ticket', key, id FROM tickets`,
		`INSERT INTO search_terms (kind, term, subject) SELECT 'ticket', substr(title, p.n, 24), id FROM tickets, (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) p`,
		`INSERT INTO search_terms (kind, term, subject) SELECT DISTINCT 'person', person, person FROM deliveries`,
		`INSERT INTO search_terms (kind, term, subject) SELECT DISTINCT 'person', '张' || substr(person, 5), person FROM deliveries`,
		`ANALYZE`,
	}
	payload := `'` + strings.Repeat("x", 2000) + `'`
	err := s.write(tb.Context(), func(ctx context.Context, tx *txn) error {
		for _, q := range steps {
			if _, err := tx.ExecContext(ctx, strings.ReplaceAll(q, "`PAYLOAD`", payload)); err != nil {
				return fmt.Errorf("%.60s: %w", q, err)
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}
