package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"ticketbell/bench/rig"
)

// people is how many are known.
const people = 1000

// fill puts n deliveries of the last day on record, ten of each event and three events
// of each ticket: most arrived, one in fifty waits for another attempt, one in two
// hundred is dead. Eight days of attempts are counted.
func fill(ctx context.Context, binary rig.Binary, n int) (err error) {
	driver, source, words := "sqlite", "file:"+filepath.Join(binary.Dir, "ticketbell.db"), sqliteWords
	if binary.DatabaseURL != "" {
		driver, source, words = "pgx", binary.DatabaseURL, postgresWords
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	for _, step := range crowd {
		if _, err := tx.ExecContext(ctx, words.in(step, n)); err != nil {
			return errors.Join(fmt.Errorf("fill %s: %w", strings.Fields(step)[2], err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	_, err = db.ExecContext(ctx, "ANALYZE")
	return err
}

// words are what the engines say differently.
type words struct{ now, seq string }

var (
	sqliteWords = words{
		now: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
		seq: `(WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < COUNT) SELECT n FROM s)`,
	}
	postgresWords = words{
		now: `CAST(extract(epoch FROM now()) * 1000 AS BIGINT)`,
		seq: `(SELECT CAST(g AS BIGINT) AS n FROM generate_series(0, COUNT - 1) g)`,
	}
)

// in says a step in the engine's words: NOW are epoch milliseconds, SEQ:x counts from 0
// to x - 1, AGO:x is the moment delivery x was made, PAYLOAD a card of usual size.
func (w words) in(step string, n int) string {
	for name, count := range map[string]int{"DELIVERIES": n, "EVENTS": (n + 9) / 10, "TICKETS": (n + 29) / 30, "PEOPLE": people, "SLOTS": 8 * 24 * 12} {
		step = strings.ReplaceAll(step, "SEQ:"+name, strings.ReplaceAll(w.seq, "COUNT", strconv.Itoa(count)))
	}
	step = strings.ReplaceAll(step, "AGO", "(NOW - 86400000 + n * "+strconv.Itoa(86_400_000/max(n, 1))+")")
	step = strings.ReplaceAll(step, "PAYLOAD", "'{\"text\":\""+strings.Repeat("x", 2000)+"\"}'")
	return strings.ReplaceAll(step, "NOW", w.now)
}

// crowd is what is written, in order. Events and tickets are numbered by the first of
// their deliveries.
var crowd = []string{
	`INSERT INTO users (username, name, email, phone, wecom_userid, feishu_open_id, language, role, disabled, created_at, updated_at)
		SELECT 'user' || n, '张' || n, 'user' || n || '@corp.com', '', CASE WHEN n % 3 = 0 THEN '' ELSE 'wx' || n END, '', 'zh', 'member', false, NOW, NOW FROM SEQ:PEOPLE s`,
	`INSERT INTO tickets (id, source, key, title, state, last_event, trail, flow, created_at, updated_at)
		SELECT 'tkt_' || n, 'sqle', CAST(n AS TEXT), '订单表加索引 ' || n, 'waiting_review', 'evt_' || (n * 3), '[]', '', NOW, NOW FROM SEQ:TICKETS s`,
	`INSERT INTO events (id, source, event_id, ticket_id, kind, late, body, accepted_at)
		SELECT 'evt_' || n, 'sqle', CAST(n AS TEXT), 'tkt_' || (n / 3), 'submitted', false,
		'{"source":"sqle","id":"' || n || '","kind":"submitted","ticket":{"key":"' || (n / 3) || '","title":"订单表加索引 ' || (n / 3) || '","status":"waiting_review","project":{"key":"p' || (n % 20) || '"}}}',
		NOW FROM SEQ:EVENTS s`,
	`INSERT INTO deliveries (id, event_id, ticket_id, person, channel, reader, role, status, reason, code, message_id, shown, want, state,
			result, attempts, not_before, deadline, created_at, updated_at, lease, payload, due_at, claimed, kind, project, took_ms)
		SELECT 'dlv_' || n, 'evt_' || (n / 10), 'tkt_' || (n / 30), 'user' || (n % 1000), CASE n % 3 WHEN 0 THEN 'feishu' WHEN 1 THEN 'wecom' ELSE 'mail' END,
			'{"username":"user' || (n % 1000) || '","name":"张' || (n % 1000) || '"}', 'assignee',
			CASE WHEN n % 200 = 7 THEN 'dead' WHEN n % 50 = 3 THEN 'retrying' WHEN n % 40 = 9 THEN 'skipped' WHEN n % 5 = 1 THEN 'updated' ELSE 'accepted' END, '',
			CASE WHEN n % 200 = 7 THEN 'mail.550' WHEN n % 50 = 3 THEN 'wecom.-1' ELSE '' END, 'om_' || n, '', 'evt_' || (n / 10), 'waiting_review', false, 1,
			CASE WHEN n % 50 = 3 THEN NOW + 3600000 ELSE 0 END, NOW + 86400000, AGO, AGO, '', PAYLOAD,
			CASE WHEN n % 50 = 3 THEN NOW + 3600000 ELSE 0 END, '', 'submitted', 'p' || (n % 20),
			CASE WHEN n % 200 = 7 OR n % 50 = 3 OR n % 40 = 9 THEN 0 ELSE 95 + n % 977 END
		FROM SEQ:DELIVERIES s`,
	`INSERT INTO attempts (delivery_id, number, started_at, duration_us, outcome, code, message, request_id)
		SELECT id, 1, created_at + 5, 90000, CASE WHEN code = '' THEN 'accepted' ELSE 'transient' END, code, '', 'req_' || id FROM deliveries`,
	`INSERT INTO search_terms (kind, term, subject) SELECT 'ticket', key, id FROM tickets`,
	`INSERT INTO search_terms (kind, term, subject) SELECT DISTINCT 'person', person, person FROM deliveries`,
	`INSERT INTO pulse (slot, channel, measure, n)
		SELECT (NOW / 300000 - n) * 300000, channel, measure, 20 FROM SEQ:SLOTS s,
		(SELECT 'feishu' AS channel UNION SELECT 'wecom' UNION SELECT 'mail') c,
		(SELECT 'ok' AS measure UNION SELECT 'retried' UNION SELECT 'bad:transient' UNION SELECT 'bad:permanent' UNION SELECT 'code:mail.550' UNION SELECT 'code:wecom.-1'
			UNION SELECT 'took:AM' UNION SELECT 'took:AN' UNION SELECT 'took:AO' UNION SELECT 'took:AP' UNION SELECT 'took:AQ' UNION SELECT 'took:AR' UNION SELECT 'took:AS'
			UNION SELECT 'took:AT' UNION SELECT 'took:AU' UNION SELECT 'took:AV' UNION SELECT 'took:AW' UNION SELECT 'took:AX' UNION SELECT 'took:AY' UNION SELECT 'took:AZ') m`,
	`INSERT INTO audit (id, at, actor, via, action, object, fields, failed)
		SELECT 'aud_' || n, NOW - n * 60000, 'user' || n, 'page', 'user.update', 'user' || n, '["name"]', false FROM SEQ:PEOPLE s`,
}
